//! How long to wait after a fault: exponential, with full jitter and a cap.

use std::time::Duration;

/// The first wait is drawn from up to this.
const BASE: Duration = Duration::from_secs(1);
/// No wait is shorter, so that no fault can make a busy loop.
const FLOOR: Duration = Duration::from_millis(200);

/// A small seeded generator (SplitMix64): the core has no other source of chance.
#[derive(Debug, Clone)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The wait before attempt `attempt` (1 is the first repetition), at most `cap`.
    pub(super) fn backoff(&mut self, attempt: u32, cap: Duration) -> Duration {
        let ceiling = BASE.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(cap);
        let spread = u64::try_from(ceiling.saturating_sub(FLOOR).as_millis()).unwrap_or(u64::MAX);
        FLOOR + Duration::from_millis(self.below(spread.saturating_add(1)))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_between_floor_and_a_doubling_ceiling() {
        let cap = Duration::from_secs(60);
        let mut jitter = Jitter::new(1);
        for attempt in 1..100 {
            let ceiling = Duration::from_secs(1u64 << (attempt - 1).min(16)).min(cap);
            for _ in 0..20 {
                let wait = jitter.backoff(attempt, cap);
                assert!(wait >= FLOOR && wait <= ceiling, "{attempt}: {wait:?}");
            }
        }
    }

    #[test]
    fn one_seed_one_sequence() {
        let draw = |seed| {
            let mut jitter = Jitter::new(seed);
            (1..20).map(|n| jitter.backoff(n, Duration::from_secs(60))).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
