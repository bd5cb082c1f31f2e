//! What is known of the gaps that the server wants between posts.

/// The fit of protocol notes, 6: `STEEPNESS * ln n + START` seconds before the n-th post in a row.
const STEEPNESS: f64 = 4.821_46;
const START: f64 = -1.882_49;
/// Positions in a row that are told apart.
const POSITIONS: usize = 200;
/// Two positions this far apart, on the scale of `ln n`, give a line through both; nearer ones only move it.
const APART: f64 = 0.25;

/// An estimate of the gap before each position of a row, in seconds: a line over `ln n`, kept within what was seen.
#[derive(Debug)]
pub(super) struct Curve {
    steepness: f64,
    start: f64,
    /// The position that the line was last made to pass through; `None` while the fit stands.
    anchor: Option<u32>,
    seen: Vec<Seen>,
}

/// What was seen of one position, or follows from another, since gaps only grow along a row.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Too short, or just enough.
    low: f64,
    /// Enough.
    high: f64,
}

impl Curve {
    pub(super) fn fitted() -> Self {
        let unseen = Seen { low: 0.0, high: f64::INFINITY };
        Self { steepness: STEEPNESS, start: START, anchor: None, seen: vec![unseen; POSITIONS] }
    }

    /// Whether nothing has spoken against the fit.
    pub(super) fn is_fitted(&self) -> bool {
        self.anchor.is_none()
    }

    /// The gap before this position, as far as one can tell.
    pub(super) fn gap(&self, n: u32) -> f64 {
        self.line(n).max(self.low(n)).min(self.high(n)).max(0.0)
    }

    /// No gap before this position is shorter.
    pub(super) fn low(&self, n: u32) -> f64 {
        self.seen[index(n)].low
    }

    /// A gap that was enough before this position; infinite if none was seen.
    pub(super) fn high(&self, n: u32) -> f64 {
        self.seen[index(n)].high
    }

    /// A post was taken after this gap.
    pub(super) fn taken(&mut self, n: u32, after: f64) {
        let sooner = after < self.gap(n);
        for seen in &mut self.seen[..=index(n)] {
            seen.high = seen.high.min(after);
            seen.low = seen.low.min(after);
        }
        if sooner {
            self.pass_through(n, after);
        }
    }

    /// The gap was found to be between these. Where that contradicts what was seen before, the server has changed.
    pub(super) fn between(&mut self, n: u32, low: f64, high: f64) {
        let line = self.line(n);
        let (before, from_here) = self.seen.split_at_mut(index(n));
        for seen in from_here.iter_mut() {
            seen.low = seen.low.max(low);
            if seen.high < low {
                seen.high = f64::INFINITY;
            }
        }
        from_here[0].high = from_here[0].high.min(high);
        for seen in before {
            seen.high = seen.high.min(high);
            if seen.low > high {
                seen.low = 0.0;
            }
        }
        if line <= low || line > high {
            self.pass_through(n, high);
        }
    }

    fn pass_through(&mut self, n: u32, gap: f64) {
        match self.anchor {
            Some(m) if (ln(n) - ln(m)).abs() > APART => {
                self.steepness = ((gap - self.gap(m)) / (ln(n) - ln(m))).max(0.0);
            }
            Some(_) => {}
            None => self.steepness *= gap / self.line(n).max(0.5),
        }
        self.start = gap - self.steepness * ln(n);
        self.anchor = Some(n);
    }

    fn line(&self, n: u32) -> f64 {
        self.steepness * ln(n) + self.start
    }
}

fn ln(n: u32) -> f64 {
    f64::from(n).ln()
}

fn index(n: u32) -> usize {
    (n as usize).clamp(2, POSITIONS + 1) - 2
}
