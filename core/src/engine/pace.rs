//! The account's throttle, kept ahead of the server's refusals.
//!
//! The server wants a longer gap between posts the more of them came in a row, and forgets the row after a pause of
//! twice the gap (protocol notes, 6). So many posts are through soonest in short rows with rests between them: by the
//! fitted curve one every 2.92 s, 200 in 580 s, where one row would take 3787 s.
//!
//! Nobody knows the true curve, nor whether waits are rounded up or down, whether a refusal starts the wait again, and
//! whether rests help at all. So some thousands of [guesses](Guess) are kept, each of which knows where the account
//! stands with a server of its kind. Those are believed that have explained all answers best, the fitted curve before
//! others and servers that forget rows before those that do not. Of the guesses believed, the slowest says when the
//! next post goes, and whether a rest comes first.
//!
//! That alone would never find a server to be faster than the slowest guess says. So a post may go early, at the middle
//! of what the guesses leave open: refused, it costs nothing while one rests anyway. There is a budget of one refusal
//! for 20 posts taken or waiting, and one of time as long as the fitted curve may be right.
//!
//! `docs/throttle.md` has what this reaches, measured, and why it cannot always reach more.

mod guess;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, Instant};

use guess::{Guess, Guesses, REST, STEP};

/// How many posts allow one early attempt that is refused.
const POSTS_PER_REFUSAL: f64 = 20.0;
/// While the fitted curve is believed, no attempt is made if fewer wait, or if it may cost more than this part of the
/// time that they need.
const FEW: f64 = 8.0;
const COST: f64 = 0.015;
/// What is open by less, as a part of the gap, is not worth an attempt.
const CLOSE: f64 = 0.025;
/// How many posts plans look ahead. With more, the first step is the same.
const HORIZON: usize = 24;
/// What was learnt is forgotten after a pause this long, in seconds: the server may have changed.
const MEMORY: f64 = 3600.0;
/// Where no guess fits, waits become longer with each answer that shows it, and shorter with each post taken.
const LONGER: f64 = 1.3;
const SHORTER: f64 = 0.99;
const LONGEST: f64 = 4.0;

/// When the next write may go.
pub(super) struct Pace {
    margin: Duration,
    guesses: Guesses,
    /// When the seconds of the guesses begin: at the first post.
    epoch: Option<Instant>,
    last: Option<Instant>,
    /// Refusals since then.
    again: u32,
    /// The time that the server asked to wait for, and that with a margin.
    told: Option<Instant>,
    named: Option<Instant>,
    /// When the first of so many writes goes.
    planned: Option<(usize, Instant)>,
    ready_at: Option<Instant>,
    posts: u32,
    refusals: u32,
    /// What early attempts may have cost this burst, in seconds.
    lost: f64,
    /// What waits are multiplied by.
    slack: f64,
}

impl Pace {
    pub(super) fn new(margin: Duration) -> Self {
        Self {
            margin,
            guesses: Guesses::default(),
            epoch: None,
            last: None,
            again: 0,
            told: None,
            named: None,
            planned: None,
            ready_at: None,
            posts: 0,
            refusals: 0,
            lost: 0.0,
            slack: 1.0,
        }
    }

    /// Nothing may be written before this; `None` when a write may go.
    pub(super) fn ready_at(&self) -> Option<Instant> {
        self.ready_at
    }

    /// The time, still to come, that the server asked to wait for.
    pub(super) fn named(&self) -> Option<Instant> {
        self.told.filter(|_| self.named.is_some())
    }

    /// Decides when the first of `waiting` writes goes. To be called before [`ready_at`](Self::ready_at) whenever time has
    /// passed or another number waits.
    pub(super) fn plan(&mut self, now: Instant, waiting: usize) {
        self.named = self.named.filter(|&at| at > now);
        if waiting <= 1 {
            self.lost = 0.0;
        }
        if waiting == 0 {
            self.planned = None;
        } else if self.planned.is_none_or(|(for_so_many, _)| for_so_many != waiting) {
            self.planned = self.last.map(|last| (waiting, self.next_after(last, waiting)));
        }
        self.ready_at = self.planned.map(|(_, at)| at).max(self.named).filter(|&at| at > now);
    }

    /// The server has taken a write. It may have been at any time if it is not known when it was sent.
    pub(super) fn taken(&mut self, sent: Option<Instant>, now: Instant) {
        if self.last.is_none_or(|last| now.saturating_duration_since(last).as_secs_f64() > MEMORY) {
            *self = Self::new(self.margin);
            self.epoch = Some(now);
            self.guesses = Guesses::all();
        }
        self.guesses.taken(sent.map(|sent| self.seconds(sent)), self.seconds(now));
        self.posts += 1;
        self.slack = (self.slack * SHORTER).max(1.0);
        self.last = Some(now);
        (self.planned, self.named, self.again) = (None, None, 0);
    }

    /// The server asked to wait, for a write that was sent at this time.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant, wait: Duration) {
        self.refusals += 1;
        self.again += 1;
        if let Some(last) = self.last {
            let before = self.guesses.doubt();
            let (sent, at) = (self.seconds(sent), self.seconds(now));
            self.lost += sent - self.seconds(last);
            self.guesses.refused(sent, at, wait.as_secs_f64());
            if self.guesses.doubt() > before.max(1) {
                self.slack = (self.slack * LONGER).min(LONGEST);
            }
        }
        let margin = if self.again > 1 || self.last.is_none() { self.margin * self.again } else { Duration::ZERO };
        self.told = Some(now + wait);
        self.named = Some(now + wait + margin);
        self.planned = None;
    }

    /// When so many writes are likely to go, the first of them not before a time.
    pub(super) fn forecast(&self, first: Instant, writes: usize) -> Vec<Instant> {
        let (epoch, mut guess) = match (self.epoch, self.guesses.slowest()) {
            (Some(epoch), Some(slowest)) => (epoch, slowest),
            _ => (first, Guess::likely()),
        };
        let mut at = first.max(self.named.unwrap_or(first)).saturating_duration_since(epoch).as_secs_f64();
        let mut times = Vec::with_capacity(writes);
        for left in (1..=writes).rev() {
            // Without attempts before that: what they come to is not known.
            let (on, after_rest) = plan(&guess, left);
            at = at.max(if after_rest < on { guess.rested() } else { guess.ready() });
            times.push(epoch + Duration::from_secs_f64(at));
            guess.takes(at);
        }
        times
    }

    fn next_after(&self, last: Instant, waiting: usize) -> Instant {
        let Some(slowest) = self.guesses.slowest() else { return last };
        let (on, after_rest) = plan(&slowest, waiting);
        let since = self.seconds(last);
        let ready = slowest.ready();
        let at = self.early(since, ready, on.min(after_rest), waiting).unwrap_or_else(|| {
            let at = if after_rest < on { self.guesses.rested() } else { ready };
            // The true curve may lie between two guesses; the fitted one is one of them.
            let between = if self.guesses.doubt() > 0 { 1.0 + STEP / 2.0 } else { 1.0 };
            since + (at - since).max(0.0) * self.slack * between
        });
        self.epoch.map_or(last, |epoch| epoch + Duration::from_secs_f64((at * 1000.0).ceil() / 1000.0))
    }

    /// A time before `ready` at which to try, if that is worth a refusal.
    fn early(&self, last: f64, ready: f64, needed: f64, waiting: usize) -> Option<f64> {
        let waiting = as_number(waiting);
        let budget = ((f64::from(self.posts) + waiting) / POSTS_PER_REFUSAL).max(1.0);
        let doubt = self.guesses.doubt();
        if self.again > 0 || f64::from(self.refusals) + 1.0 > budget || doubt == 0 && waiting < FEW {
            return None;
        }
        let possible = self.guesses.ready_by_those_that_forget(doubt.max(1));
        let mut open: Vec<f64> = possible.filter(|&at| at < ready).collect();
        let half = open.len() / 2;
        let first = open.iter().copied().min_by(f64::total_cmp)?.max(last);
        let mut middle = *open.select_nth_unstable_by(half, f64::total_cmp).1;
        let worth = if doubt == 0 {
            middle = middle.min(last + COST * needed - self.lost);
            true
        } else {
            (ready - first) * waiting > REST * (ready - last)
        };
        (worth && ready - first > CLOSE * (ready - last) && middle > last).then_some(middle)
    }

    fn seconds(&self, at: Instant) -> f64 {
        self.epoch.map_or(0.0, |epoch| at.saturating_duration_since(epoch).as_secs_f64())
    }
}

/// The seconds from the last post until so many are through: going on, and resting first.
fn plan(guess: &Guess, waiting: usize) -> (f64, f64) {
    let posts = waiting.clamp(1, HORIZON);
    let gaps = |first: u32| {
        let mut gaps = [0.0; HORIZON];
        gaps.iter_mut().zip(first..).take(posts).for_each(|(gap, n)| *gap = guess.gap(n).max(1e-9));
        gaps
    };
    let (here, fresh) = (gaps(guess.next()), gaps(2));
    let rest = if guess.forgets() { REST } else { f64::INFINITY };
    // By posts taken since: the seconds that the others need, in this row and in the next.
    let (mut row, mut next) = ([0.0_f64; HORIZON + 1], [0.0_f64; HORIZON + 1]);
    for _ in 1..posts {
        let rested = next[0];
        for i in 0..posts {
            row[i] = (here[i] + row[i + 1]).min(rest * here[i] + rested);
            next[i] = (fresh[i] + next[i + 1]).min(rest * fresh[i] + rested);
        }
    }
    let beyond = as_number(waiting.max(1)) / as_number(posts);
    ((here[0] + row[1]) * beyond, (rest * here[0] + next[0]) * beyond)
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("posts", &self.posts).field("ready_at", &self.ready_at).finish_non_exhaustive()
    }
}
