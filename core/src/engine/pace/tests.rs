#![expect(clippy::disallowed_methods, reason = "any instant will do to start from")]

use super::*;

/// A server to post to.
#[derive(Debug, Clone, Copy)]
struct Server {
    shape: Shape,
    rounds_up: bool,
    restarts: bool,
    forgets: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// The fitted curve, times this.
    Fit(f64),
    /// The other fit of protocol notes, 6.
    Steep,
    /// The same gap always.
    Flat(f64),
    Steps,
    Off,
}

/// One burst: its time by the best possible, or in seconds where that is 0, and its refusals.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Burst {
    time: f64,
    refusals: usize,
}

const SHAPES: [Shape; 9] = [
    Shape::Fit(1.0),
    Shape::Fit(0.3),
    Shape::Fit(0.7),
    Shape::Fit(1.5),
    Shape::Fit(2.5),
    Shape::Steep,
    Shape::Flat(2.0),
    Shape::Steps,
    Shape::Off,
];

impl Shape {
    fn gap(self, n: u32) -> f64 {
        let ln = f64::from(n).ln();
        let seconds = match self {
            Self::Flat(seconds) => seconds,
            _ if n < 2 => 0.0,
            Self::Fit(factor) => factor * (4.821_46 * ln - 1.882_49),
            Self::Steep => (4.148_4 * ln + 1.022_42).min(20.0),
            Self::Steps if n < 4 => 1.0,
            Self::Steps if n < 11 => 4.0,
            Self::Steps => 12.0,
            Self::Off => 0.0,
        };
        (seconds * 1000.0).round() / 1000.0
    }
}

impl Server {
    /// Takes a post of a row, so long after what the wait counts from; or tells a wait.
    fn post(&self, row: &mut u32, passed: f64) -> Result<(), f64> {
        let gap = self.shape.gap(*row + 1);
        if passed + 1e-6 < gap {
            let wait = if self.restarts { gap } else { gap - passed };
            return Err(if self.rounds_up { (wait - 1e-6).ceil() } else { (wait + 1e-6).floor() }.max(1.0));
        }
        let rested = if self.forgets { passed > 2.0 * gap + 1e-6 } else { passed > 500.0 };
        *row = if rested { 1 } else { *row + 1 };
        Ok(())
    }

    /// The seconds of a client that knows the server.
    fn best(&self, posts: usize) -> f64 {
        let gaps: Vec<f64> = (1..).take(posts + 2).map(|n| self.shape.gap(n)).collect();
        let mut rest_of = vec![0.0; posts + 2];
        for _ in 1..posts {
            let fresh = rest_of[1];
            for n in 1..=posts {
                let on = gaps[n] + rest_of[n + 1];
                rest_of[n] = if self.forgets { f64::min(on, 2.0 * gaps[n] + 0.001 + fresh) } else { on };
            }
        }
        rest_of[1]
    }

    /// Posts bursts of as many posts, ten minutes apart, with one client.
    fn bursts<const N: usize>(&self, posts: usize) -> [Burst; N] {
        let mut pace = Pace::new(Duration::from_secs(1));
        let mut now = Instant::now();
        let (mut row, mut from) = (0, now);
        std::array::from_fn(|_| {
            now += Duration::from_secs(600);
            let (start, mut refusals, mut left) = (now, 0, posts);
            while left > 0 {
                pace.plan(now, left);
                now = pace.ready_at().unwrap_or(now);
                assert!(pace.named().is_none_or(|at| at <= now), "not before the time that the server named");
                let answer = self.post(&mut row, seconds(from, now));
                if answer.is_ok() || self.restarts {
                    from = now;
                }
                match answer {
                    Ok(()) => {
                        left -= 1;
                        pace.taken(Some(now), now);
                    }
                    Err(wait) => {
                        refusals += 1;
                        assert!(refusals < 20 * posts, "never gets through");
                        pace.refused(now, now, Duration::from_secs_f64(wait));
                    }
                }
            }
            let (spent, best) = (seconds(start, now), self.best(posts));
            Burst { time: if best > 0.0 { spent / best } else { spent }, refusals }
        })
    }
}

fn servers(shape: Shape) -> impl Iterator<Item = Server> {
    [(true, false), (false, false), (true, true), (false, true)].into_iter().map(move |(rounds_up, restarts)| Server {
        shape,
        rounds_up,
        restarts,
        forgets: true,
    })
}

/// As `docs/throttle.md` has it: `cargo test -p sechat-core --lib pace -- --nocapture`.
#[test]
fn the_table() {
    let row = |server: &Server| {
        let cell = |posts| {
            let bursts: [Burst; 3] = server.bursts(posts);
            bursts.map(|burst| format!("{:.2}/{}", burst.time, burst.refusals)).join(" ")
        };
        [3, 9, 20, 60, 200].map(cell).join(" | ")
    };
    println!("| server | 3 posts | 9 | 20 | 60 | 200 |\n|---|---|---|---|---|---|");
    for shape in SHAPES {
        for (server, kind) in servers(shape).zip(["up", "down", "up, restarts", "down, restarts"]) {
            println!("| {shape:?}, {kind} | {} |", row(&server));
        }
        println!(
            "| {shape:?}, no rests | {} |",
            row(&Server { shape, rounds_up: true, restarts: false, forgets: false })
        );
    }
}
