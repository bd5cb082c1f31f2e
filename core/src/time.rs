//! The time, given by the caller: the core never asks for it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Both clocks at one moment.
///
/// Build it where IO happens and hand it to every [`Engine`](crate::Engine) verb that takes one.
/// `mono` must never go back; `wall` may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it from their two clocks")]
pub struct Now {
    /// For deadlines.
    pub mono: Instant,
    /// For stamps that outlive the process.
    pub wall: SystemTime,
}

impl Now {
    /// The two clocks as read by the caller at the same moment.
    pub fn new(mono: Instant, wall: SystemTime) -> Self {
        Self { mono, wall }
    }

    /// Whole seconds since 1970; 0 for a clock that stands before it.
    pub fn unix_seconds(&self) -> u64 {
        self.wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }
}

impl std::ops::Add<Duration> for Now {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self { mono: self.mono + span, wall: self.wall + span }
    }
}
