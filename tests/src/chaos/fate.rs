//! What becomes of the next bytes of a connection.

use std::time::Duration;

use sechat_fixtures::Rng;

/// The longest stall: longer than the client of a test waits for an answer.
const LONGEST_STALL: u64 = 3_500;

/// What becomes of some bytes, and of their connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// They arrive.
    Fine,
    /// They arrive in pieces of a few bytes.
    Slow,
    /// They arrive, after this.
    Stall(Duration),
    /// So many thousandths of them arrive, and both sides are told of an end.
    Cut(usize),
    /// So many thousandths of them arrive, and both sides are told of a fault.
    Reset(usize),
    /// Neither they nor anything after them arrives, either way, and nobody is told.
    Swallow,
}

impl Fate {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let part = usize::try_from(rng.below(1000)).unwrap_or_default();
        match rng.below(1000) {
            0..35 => Self::Cut(part),
            35..70 => Self::Reset(part),
            70..105 => Self::Stall(Duration::from_millis(rng.below(LONGEST_STALL))),
            105..125 => Self::Swallow,
            125..200 => Self::Slow,
            _ => Self::Fine,
        }
    }
}
