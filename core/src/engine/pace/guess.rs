//! What the server's throttle may be like.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// A pause that ends any row, in seconds.
const LONG_REST: f64 = 300.0;
/// A pause of so many gaps ends a row.
pub(super) const REST: f64 = 2.0;
/// How far off a wait may be for a delay on the way, in seconds.
const DELAY: f64 = 0.1;
/// Added to gaps, as the server counts in milliseconds. Seconds, like all numbers here.
const HAIR: f64 = 0.002;

/// One kind of server, and where the account would stand with it. Times are seconds since some beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess {
    /// The gap before the n-th post in a row: `steepness * ln n + start`.
    steepness: f64,
    start: f64,
    /// Whether a refusal starts the wait again.
    restarts: bool,
    /// Whether waits are rounded up.
    rounds_up: bool,
    /// Whether a rest ends a row.
    forgets: bool,
    /// Posts in a row.
    row: u16,
    /// What the next gap counts from.
    from: f64,
    /// How unlikely it was, and how often it was wrong.
    pub(super) doubt: u16,
}

/// Added to the doubt by an answer that was not to be expected.
const SURPRISE: u16 = 2;

/// From one factor of the guesses to the next.
pub(super) const STEP: f64 = 0.015;
/// The factors, as powers of that step: from a tenth to three and a half.
const STEPS: RangeInclusive<i32> = -150..=85;
/// So many kinds of server have each curve.
const KINDS: usize = 8;

/// The curve fitted from outside: its steepness and start.
const FIT: (f64, f64) = (4.821_46, -1.882_49);

/// All guesses: the fits of protocol notes, 6, larger and smaller, and the same gap always.
pub(super) fn all() -> Vec<Guess> {
    let mut guesses = Vec::with_capacity(STEPS.count() * 3 * KINDS + KINDS);
    let mut add = |steepness: f64, start: f64, likely: bool| {
        for kind in 0..KINDS {
            let forgets = kind & 4 == 0;
            let doubt = if forgets { u16::from(!likely) } else { 5 };
            let (restarts, rounds_up) = (kind & 1 != 0, kind & 2 != 0);
            guesses.push(Guess { steepness, start, restarts, rounds_up, forgets, doubt, ..Guess::likely() });
        }
    };
    add(0.0, 0.0, false);
    for step in STEPS {
        let factor = (1.0 + STEP).powi(step);
        add(FIT.0 * factor, FIT.1 * factor, step == 0);
        add(4.148_4 * factor, 1.022_42 * factor, false);
        add(0.0, 3.0 * factor, false);
    }
    guesses
}

impl Guess {
    /// The fitted curve, before the first post.
    pub(super) fn likely() -> Self {
        let (steepness, start) = FIT;
        Self {
            steepness,
            start,
            restarts: false,
            rounds_up: true,
            forgets: true,
            row: 0,
            from: f64::NEG_INFINITY,
            doubt: 0,
        }
    }

    /// The gap before the n-th post in a row.
    pub(super) fn gap(&self, n: u32) -> f64 {
        (self.steepness * ln(n) + self.start).max(0.0)
    }

    /// The number of the next post, should it be one more of the row.
    pub(super) fn next(&self) -> u32 {
        u32::from(self.row) + 1
    }

    pub(super) fn forgets(&self) -> bool {
        self.forgets
    }

    /// When the next post would be taken.
    pub(super) fn ready(&self) -> f64 {
        self.from + self.gap(self.next()) + HAIR
    }

    /// When it would begin a new row.
    pub(super) fn rested(&self) -> f64 {
        self.from + REST * self.gap(self.next()) + 2.0 * HAIR
    }

    /// A post was taken: sent at a time, if that is known, answered at another.
    pub(super) fn taken(&mut self, sent: Option<f64>, now: f64) {
        let gap = self.gap(self.next());
        let passed = sent.unwrap_or(now) - self.from;
        if sent.is_some() && passed < (1.0 - STEP / 2.0) * gap - HAIR {
            self.doubt = self.doubt.saturating_add(SURPRISE);
        }
        let rested = passed > LONG_REST || self.forgets && passed > REST * gap;
        self.row = if rested { 1 } else { self.row.saturating_add(1) };
        self.from = now;
    }

    /// A post was refused, with a wait.
    pub(super) fn refused(&mut self, sent: f64, now: f64, told: f64) {
        let gap = self.gap(self.next());
        let passed = sent - self.from;
        let wait = if self.restarts { gap } else { gap - passed };
        // No wait is told as none.
        let (least, most) = match told {
            _ if self.rounds_up => (told - 1.0, told),
            ..1.5 => (0.0, 2.0),
            _ => (told, told + 1.0),
        };
        if passed > gap + HAIR / 2.0 || wait < least - DELAY || wait > most + DELAY {
            self.doubt = self.doubt.saturating_add(SURPRISE);
        }
        if self.restarts {
            self.from = now;
        }
    }
}

/// Every guess asks for that of nearly the same few numbers.
fn ln(n: u32) -> f64 {
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| (0_u32..256).map(|n| f64::from(n).ln()).collect());
    usize::try_from(n).ok().and_then(|n| TABLE.get(n).copied()).unwrap_or_else(|| f64::from(n).ln())
}
