//! The account's throttle, kept ahead of the server's refusals.
//!
//! The server wants a longer gap between posts the more of them came in a row, and forgets the row after a pause of
//! twice the gap (protocol notes, 6). So many posts are through soonest in short rows with rests between them: by the
//! fitted curve one every 2.92 s, 200 in 580 s, where one row would take 3787 s. The [`plan`](Pace::plan) chooses.
//!
//! Nobody knows the true curve. The fit is where [`Curve`] starts; what is taken and refused narrows it:
//!
//! - A refusal gives the gap to within two seconds: the wait is whole seconds, rounded either way.
//! - While one rests anyway, a post sent early loses no time if it is refused. Such attempts halve what is left open,
//!   within a budget of one refusal for every 20 posts taken or waiting. The first tells a server without a throttle.
//! - A refusal may start the wait again. Until waits have shown which it is, rests count from the last refusal.
//! - A rest that was too short shows in the next answer, which then fits only a longer row. If rests keep failing, the
//!   server does not forget rows, and posts go out in one.
//!
//! `docs/throttle.md` has what this reaches, measured, and why it cannot always reach more.

mod curve;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use curve::Curve;

/// A pause of so many gaps ends a row.
const REST: f64 = 2.0;
/// Added to rests, which have to be longer than that, not as long. Seconds.
const HAIR: f64 = 0.002;
/// A pause that ends any row, in seconds.
const LONG_REST: f64 = 120.0;
/// The budget of early attempts.
const POSTS_PER_REFUSAL: f64 = 20.0;
/// No early attempt is made if fewer wait than this while the fit stands: it may cost a third of a gap.
const FEW: f64 = 8.0;
/// Gaps that are known this well, as a part of them, are known well enough.
const CLOSE: f64 = 0.01;
/// How far plans look ahead, in posts. With more the first step is the same.
const HORIZON: usize = 24;
/// Failed rests after which rests are given up.
const HOPELESS: u32 = 5;
/// What was learnt so long ago is forgotten, in seconds: the server may have changed.
const MEMORY: f64 = 3600.0;

/// When the next write may go.
#[derive(Debug)]
pub(super) struct Pace {
    margin: Duration,
    curve: Curve,
    /// Posts taken in a row.
    row: u32,
    /// The same if the last rest was none.
    unrested: u32,
    /// The last rest may have been too short: at which position, and the gap that it would have been enough for.
    doubt: Option<(u32, f64)>,
    /// The next rest has to be long enough for certain.
    cautious: bool,
    failed_rests: u32,
    last: Option<Instant>,
    /// The last refusal since then.
    refused: Option<Instant>,
    /// Refusals since then.
    again: u32,
    /// Whether a refusal starts the wait again, once that is known.
    restarts: Option<bool>,
    /// The time that the server asked to wait for.
    named: Option<Instant>,
    ready_at: Option<Instant>,
    posts: u32,
    refusals: u32,
}

impl Pace {
    pub(super) fn new(margin: Duration) -> Self {
        Self {
            margin,
            curve: Curve::fitted(),
            row: 0,
            unrested: 0,
            doubt: None,
            cautious: false,
            failed_rests: 0,
            last: None,
            refused: None,
            again: 0,
            restarts: None,
            named: None,
            ready_at: None,
            posts: 0,
            refusals: 0,
        }
    }

    /// Nothing may be written before this; `None` when a write may go.
    pub(super) fn ready_at(&self) -> Option<Instant> {
        self.ready_at
    }

    /// The time, still to come, that the server asked to wait for.
    pub(super) fn named(&self) -> Option<Instant> {
        self.named
    }

    /// Decides when the first of `waiting` writes goes. To be called before [`ready_at`](Self::ready_at) whenever time
    /// has passed or another number waits.
    pub(super) fn plan(&mut self, now: Instant, waiting: usize) {
        self.named = self.named.filter(|&at| at > now);
        self.ready_at = self.last.map(|last| self.next_after(last, waiting)).max(self.named).filter(|&at| at > now);
    }

    /// The server took a write that was sent at a time, if it is known, and has said so now.
    pub(super) fn taken(&mut self, sent: Option<Instant>, now: Instant) {
        if let Some((last, sent)) = self.last.zip(sent) {
            let (pause, counted) = (seconds(last, sent), seconds(self.counted_from(last), sent));
            let n = self.row + 1;
            self.doubt = None;
            if pause > MEMORY {
                *self = Self::new(self.margin);
            } else if counted > LONG_REST {
                (self.row, self.unrested) = (0, 0);
            } else if counted > REST * self.curve.gap(n) && self.rests() {
                self.doubt = (counted < REST * self.curve.high(n)).then_some((n, counted / REST));
                self.row = 0;
                self.cautious = false;
            } else {
                if pause < self.curve.low(self.unrested + 1) {
                    // Too soon for a longer row: the rest was one.
                    (self.unrested, self.failed_rests) = (self.row, 0);
                }
                self.curve.taken(n, pause);
            }
        }
        self.row += 1;
        self.unrested += 1;
        self.posts += 1;
        self.last = Some(now);
        (self.refused, self.named, self.again) = (None, None, 0);
    }

    /// The server asked to wait, for a write that was sent at a time.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant, wait: Duration) {
        self.refusals += 1;
        self.again += 1;
        if let Some(last) = self.last {
            let from = self.refused.filter(|_| self.restarts == Some(true)).unwrap_or(last);
            self.learn(seconds(from, sent), wait.as_secs_f64());
        }
        self.refused = Some(now);
        let margin = if self.again > 1 || self.last.is_none() { self.margin } else { Duration::ZERO };
        self.named = Some(now + wait + margin);
    }

    /// A write was refused after so many seconds, with so many more to wait.
    fn learn(&mut self, passed: f64, told: f64) {
        let (gap, high) = (self.curve.gap(self.row + 1), self.curve.high(self.row + 1));
        let least = if self.restarts == Some(false) { passed + told } else { told } - 1.0;
        let too_long = passed >= high || least > high;
        let suspect = self.doubt.is_some() && (passed >= gap - HAIR || told - 1.0 > gap);
        if self.unrested > self.row && (too_long || suspect) {
            match self.doubt.take() {
                Some((n, enough_for)) => {
                    self.failed_rests += 1;
                    self.curve.between(n, enough_for, self.curve.high(n).min(1.5 * enough_for));
                }
                None => self.failed_rests += 2,
            }
            self.row = self.unrested;
            self.cautious = true;
        }
        let n = self.row + 1;
        if told + 1.0 < self.curve.low(n).max(passed) {
            self.restarts = Some(false);
        } else if passed + told - 1.0 > self.curve.high(n) {
            self.restarts = Some(true);
        }
        let (least, most) = match self.restarts {
            Some(true) => (told, told),
            Some(false) => (passed + told, passed + told),
            None => (told, passed + told),
        };
        self.curve.between(n, (least - 1.0).max(passed), (most + 1.0).max(passed + 0.01));
    }

    fn next_after(&self, last: Instant, waiting: usize) -> Instant {
        let n = self.row + 1;
        let left = u32::try_from(waiting).map_or(f64::INFINITY, f64::from);
        if let Some(early) = self.early(n, left) {
            return last + span(early);
        }
        let gap = self.curve.gap(n);
        if !self.rest_pays(waiting) || self.explores(n, left) {
            let from = self.refused.filter(|_| self.restarts == Some(true)).unwrap_or(last);
            return from + span(gap);
        }
        let certain = self.cautious || self.again > 0 && self.row > 1;
        let gap = if certain { self.curve.high(n).min(1.5 * gap) } else { gap };
        self.counted_from(last) + span(REST * gap + HAIR)
    }

    /// A gap to try that is shorter than the one believed in, if that is worth a refusal.
    fn early(&self, n: u32, left: f64) -> Option<f64> {
        let budget = 1.0 + (f64::from(self.posts) + left) / POSTS_PER_REFUSAL;
        if self.again > 0 || f64::from(self.refusals) + 1.0 > budget {
            return None;
        }
        let (low, gap) = (self.curve.low(n), self.curve.gap(n));
        if low == 0.0 {
            return ((left >= FEW || !self.curve.is_fitted()) && gap > 0.02).then_some(0.3 * gap);
        }
        let open = gap - low;
        let worth = if self.curve.is_fitted() { 20.0 } else { 2.0 };
        (open > CLOSE * gap && open * left > worth * gap).then_some((low + gap) / 2.0)
    }

    /// Whether to see how a row goes on though a rest seems to be better: once, if it costs next to nothing.
    fn explores(&self, n: u32, left: f64) -> bool {
        if n != 2 || self.again > 0 || self.curve.high(n + 1).is_finite() {
            return false;
        }
        let (here, next) = (self.curve.gap(n), self.curve.gap(n + 1));
        here + REST * next - 2.0 * REST * here < 0.005 * left * REST * here
    }

    /// Whether so many posts are through sooner if the first of them rests.
    fn rest_pays(&self, waiting: usize) -> bool {
        if !self.rests() {
            return false;
        }
        let posts = waiting.clamp(1, HORIZON);
        let gaps = |from: u32| (from + 1..).take(posts).map(|n| self.curve.gap(n)).collect::<Vec<_>>();
        let (here, fresh) = (gaps(self.row), gaps(1));
        // By posts taken since: the seconds that the others need, in this row and in the next.
        let (mut row, mut next) = (vec![0.0; posts + 1], vec![0.0; posts + 1]);
        for _ in 1..posts {
            let after_rest = next[0];
            for i in 0..posts {
                row[i] = (here[i] + row[i + 1]).min(REST * here[i] + after_rest);
                next[i] = (fresh[i] + next[i + 1]).min(REST * fresh[i] + after_rest);
            }
        }
        REST * here[0] + next[0] < here[0] + row[1]
    }

    fn rests(&self) -> bool {
        self.failed_rests < HOPELESS
    }

    fn counted_from(&self, last: Instant) -> Instant {
        self.refused.filter(|_| self.restarts != Some(false)).unwrap_or(last)
    }
}

fn seconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64()
}

/// Whole milliseconds, rounded up.
fn span(seconds: f64) -> Duration {
    Duration::from_secs_f64((seconds * 1000.0).ceil() / 1000.0)
}
