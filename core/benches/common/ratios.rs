//! What things cost, as multiples of a baseline that is measured in the same run.
//!
//! The contestants take turns, a few milliseconds each, and each round gives one ratio: what else the machine does then
//! hits them alike. Time is the thread's own on the processor.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Rounds of which the smallest, the middle and the largest ratio are shown.
const ROUNDS: usize = 31;
/// What a turn of the baseline takes, about.
const TURN: Duration = Duration::from_millis(4);

/// Does something so often, and says how long it took.
type Turn<'t> = Box<dyn FnMut(u32) -> Duration + 't>;

/// A baseline, and what is compared with it.
pub(crate) struct Contest<'t> {
    name: String,
    contestants: Vec<(String, Option<Goal>, Turn<'t>)>,
}

/// What a ratio should be.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "not every bench has both")]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl<'t> Contest<'t> {
    /// The baseline comes first, then the others.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), contestants: Vec::new() }
    }

    /// Something that is done again and again.
    pub(crate) fn with<T>(self, name: &str, goal: Option<Goal>, mut once: impl FnMut() -> T + 't) -> Self {
        self.timed(name, goal, move |times| {
            let start = ThreadTime::now();
            for _ in 0..times {
                black_box(once());
            }
            start.elapsed()
        })
    }

    /// Something that takes its time itself, since it has to prepare.
    pub(crate) fn timed(mut self, name: &str, goal: Option<Goal>, turn: impl FnMut(u32) -> Duration + 't) -> Self {
        self.contestants.push((name.to_owned(), goal, Box::new(turn)));
        self
    }

    /// Measures, and prints a line for each, unless the command line names another.
    pub(crate) fn run(mut self) {
        let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
        if wanted.is_some_and(|wanted| !self.name.contains(&wanted)) {
            return;
        }
        let (_, _, baseline) = &mut self.contestants[0];
        let mut times = 1;
        while baseline(times) < TURN {
            times *= 2;
        }
        let mut spans = vec![Vec::new(); self.contestants.len()];
        for _ in 0..ROUNDS {
            for ((_, _, turn), spans) in self.contestants.iter_mut().zip(&mut spans) {
                spans.push(turn(times));
            }
        }
        println!("\n{}", self.name);
        for ((name, goal, _), own) in self.contestants.iter().zip(&spans) {
            let ratios = own.iter().zip(&spans[0]).map(|(own, base)| own.as_secs_f64() / base.as_secs_f64()).collect();
            let (least, middle, most) = spread(ratios);
            let each = spread(own.iter().map(Duration::as_secs_f64).collect()).1 * 1e6 / f64::from(times);
            let verdict = goal.map_or(String::new(), |goal| goal.verdict(middle));
            println!("  {name:34} {each:10.3} µs   × {least:6.2} {middle:6.2} {most:6.2}{verdict}");
        }
    }
}

impl Goal {
    fn verdict(self, ratio: f64) -> String {
        let (met, words) = match self {
            Self::AtMost(limit) => (ratio <= limit, format!("at most {limit}")),
            Self::AtLeast(limit) => (ratio >= limit, format!("at least {limit}")),
        };
        format!("   {words}: {}", if met { "yes" } else { "NO" })
    }
}

/// The smallest, the middle and the largest.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}
