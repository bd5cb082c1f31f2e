//! The account's throttle, kept ahead of the server's refusals.
//!
//! The server wants a longer pause between posts the more of them came in a row; its curve was only ever fitted from
//! outside (protocol notes, 6). So the fit is a first guess, scaled by what the server is seen to do: a refusal tells
//! the true pause, and each post that had to wait and was taken makes the next guess a little bolder.

use std::time::{Duration, Instant};

/// Longest pause of the fitted curve, in seconds.
const LONGEST: f64 = 20.0;
/// How much bolder the guess becomes with each post taken after a full wait. Each refusal of a burst halves it.
const BOLDNESS: f64 = 0.1;
/// How much more is kept than a refusal showed to be needed.
const CAUTION: f64 = 1.03;
/// What a guess may be scaled by, so that one odd answer cannot stall the account or make it hammer.
const SCALES: std::ops::RangeInclusive<f64> = 0.1..=4.0;

/// When the next write may go.
#[derive(Debug)]
pub(super) struct Pace {
    margin: Duration,
    in_a_row: u32,
    last: Option<Instant>,
    ready_at: Option<Instant>,
    scale: f64,
    boldness: f64,
}

impl Pace {
    pub(super) fn new(margin: Duration) -> Self {
        Self { margin, in_a_row: 0, last: None, ready_at: None, scale: 1.0, boldness: BOLDNESS }
    }

    /// Nothing may be written before this; `None` when a write may go.
    pub(super) fn ready_at(&self) -> Option<Instant> {
        self.ready_at
    }

    pub(super) fn forget_past(&mut self, now: Instant) {
        self.ready_at = self.ready_at.filter(|&at| at > now);
    }

    /// The server took a write.
    pub(super) fn taken(&mut self, now: Instant) {
        if let Some(last) = self.last {
            let pause = now.saturating_duration_since(last);
            let gap = self.gap();
            if pause > 2 * gap {
                self.in_a_row = 0;
                self.boldness = BOLDNESS;
            } else if pause <= gap + gap / 4 {
                self.scale = clamp(self.scale * (1.0 - self.boldness));
            }
        }
        self.in_a_row += 1;
        self.last = Some(now);
        self.ready_at = Some(now + self.gap());
    }

    /// The server asked to wait.
    pub(super) fn refused(&mut self, now: Instant, wait: Duration) {
        if let Some(last) = self.last {
            let needed = now.saturating_duration_since(last) + wait;
            self.scale = clamp(CAUTION * needed.as_secs_f64() / curve(self.in_a_row + 1).max(1.0));
            self.boldness /= 2.0;
        }
        self.ready_at = Some(now + wait + self.margin);
    }

    fn gap(&self) -> Duration {
        Duration::from_secs_f64(curve(self.in_a_row + 1) * self.scale)
    }
}

/// Seconds that the n-th write in a row must keep from the one before.
fn curve(n: u32) -> f64 {
    (4.82 * f64::from(n).ln() - 1.88).clamp(0.0, LONGEST)
}

fn clamp(scale: f64) -> f64 {
    scale.clamp(*SCALES.start(), *SCALES.end())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;

    /// A server that wants `curve(n) * factor` between posts; gives seconds spent and refusals for `posts` posts.
    fn run(factor: f64, posts: u32) -> (f64, u32) {
        let start = Instant::now();
        let mut now = start;
        let mut pace = Pace::new(Duration::from_secs(1));
        let (mut refusals, mut taken, mut last) = (0, 0, None::<Instant>);
        while taken < posts {
            now = pace.ready_at().map_or(now, |at| at.max(now));
            let needed = Duration::from_secs_f64(curve(taken + 1) * factor);
            let since = last.map_or(Duration::MAX, |at| now - at);
            if since >= needed {
                taken += 1;
                last = Some(now);
                pace.taken(now);
            } else {
                refusals += 1;
                pace.refused(now, Duration::from_secs(needed.saturating_sub(since).as_secs()));
            }
            assert!(refusals < 10 * posts, "never gets through");
        }
        ((now - start).as_secs_f64(), refusals)
    }

    #[test]
    fn a_burst_meets_few_refusals_and_little_delay_whatever_the_true_curve() {
        for factor in [0.3, 0.7, 1.0, 1.5, 2.5] {
            let ideal: f64 = (2..=60).map(|n| curve(n) * factor).sum();
            let (spent, refusals) = run(factor, 60);
            assert!(refusals <= 12, "x{factor}: {refusals} refusals");
            assert!(spent < 1.3 * ideal + 10.0 && spent > 0.99 * ideal, "x{factor}: {spent} s, ideal {ideal} s");
        }
    }

    #[test]
    fn a_pause_ends_the_burst() {
        let mut pace = Pace::new(Duration::ZERO);
        let mut now = Instant::now();
        for _ in 0..30 {
            now = pace.ready_at().unwrap_or(now);
            pace.taken(now);
        }
        now += Duration::from_secs(120);
        pace.taken(now);
        assert!(pace.ready_at().unwrap() < now + Duration::from_secs(3));
    }

    #[test]
    fn nothing_is_written_before_the_time_the_server_named() {
        let mut pace = Pace::new(Duration::from_secs(1));
        let now = Instant::now();
        pace.refused(now, Duration::from_secs(22));
        assert_eq!(pace.ready_at(), Some(now + Duration::from_secs(23)));
    }
}
