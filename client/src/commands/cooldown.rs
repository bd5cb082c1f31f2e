//! How long until a command may be used again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sechat_core::UserId;

/// How many running cooldowns are remembered.
const KEPT: usize = 4096;

/// The number of a command, and whose use of it; `None` for everybody's.
type Key = (usize, Option<UserId>);

/// The cooldowns that run: since when, and for how long.
#[derive(Debug, Default)]
pub(super) struct Cooldowns(BTreeMap<Key, (Instant, Duration)>);

impl Cooldowns {
    /// Starts one, or tells how long the one that runs still takes.
    pub(super) fn start(&mut self, key: Key, span: Duration, now: Instant) -> Result<(), Duration> {
        if let Some(left) = self.0.get(&key).map(|running| left(running, now)).filter(|left| !left.is_zero()) {
            return Err(left);
        }
        self.0.insert(key, (now, span));
        if self.0.len() > KEPT {
            self.0.retain(|_, running| !left(running, now).is_zero());
        }
        if self.0.len() > KEPT {
            let soonest = self.0.iter().min_by_key(|(_, running)| left(running, now)).map(|(key, _)| *key);
            soonest.and_then(|key| self.0.remove(&key));
        }
        Ok(())
    }
}

fn left(&(since, span): &(Instant, Duration), now: Instant) -> Duration {
    span.saturating_sub(now.saturating_duration_since(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_its_time_and_is_forgotten() {
        let (mut cooldowns, start, span) = (Cooldowns::default(), Instant::now(), Duration::from_secs(10));
        let key = (0, Some(UserId(7)));
        assert_eq!(cooldowns.start(key, span, start), Ok(()));
        assert_eq!(cooldowns.start(key, span, start + span / 2), Err(span / 2));
        assert_eq!(cooldowns.start((0, None), Duration::MAX, start), Ok(()));
        assert_eq!(cooldowns.start(key, span, start + span), Ok(()));
        for user in 0..2 * i64::try_from(KEPT).unwrap() {
            assert_eq!(cooldowns.start((1, Some(UserId(user))), span, start + span), Ok(()));
        }
        assert_eq!(cooldowns.0.len(), KEPT);
        assert!(cooldowns.0.contains_key(&(0, None)), "the longest is kept");
        assert_eq!(cooldowns.start((2, None), span, start + 3 * span), Ok(()));
        assert_eq!(cooldowns.0.len(), 2, "what is over goes first");
    }
}
