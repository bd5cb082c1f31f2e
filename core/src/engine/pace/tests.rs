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

fn stubborn(shape: Shape) -> Server {
    Server { shape, rounds_up: true, restarts: false, forgets: false }
}

#[test]
fn by_the_fitted_curve_every_burst_is_as_fast_as_can_be() {
    for server in servers(Shape::Fit(1.0)) {
        for posts in (1..=24).chain((25..=200).step_by(25)) {
            let [first, later] = server.bursts(posts);
            assert!(first.refusals <= posts.div_ceil(20), "{server:?}, {posts}: {first:?}");
            assert!(posts == 1 || (0.999..1.021).contains(&first.time), "{server:?}, {posts}: {first:?}");
            assert!(posts == 1 || (0.999..1.021).contains(&later.time), "{server:?}, {posts}: {later:?}");
        }
    }
}

#[test]
fn any_other_curve_is_learnt() {
    for shape in SHAPES {
        for server in servers(shape) {
            for posts in [1, 3, 5, 9, 20, 60, 200] {
                let bursts: [Burst; 3] = server.bursts(posts);
                let refusals: usize = bursts.iter().map(|burst| burst.refusals).sum();
                assert!(refusals <= 2 + 3 * posts / 20, "{server:?}, {posts}: {bursts:?}");
                let limit = match (shape, posts) {
                    (Shape::Off, ..9) => 11.0,
                    (Shape::Off, _) => 5.0,
                    (Shape::Steps, _) | (_, ..20) => 3.4,
                    (_, 20) => 2.0,
                    (_, 60) => 1.2,
                    (..) => 1.04,
                };
                assert!(bursts[2].time < limit, "{server:?}, {posts}: {bursts:?}");
            }
        }
    }
}

#[test]
fn without_a_throttle_there_is_soon_no_wait() {
    for posts in [9, 200] {
        let bursts: [Burst; 3] = servers(Shape::Off).next().unwrap().bursts(posts);
        assert!(bursts[0].time < 5.0 && bursts[2].time < 1.0, "{posts}: {bursts:?}");
        assert_eq!(bursts.map(|burst| burst.refusals), [0; 3]);
    }
}

#[test]
fn a_server_that_forgets_no_row_gets_one_row() {
    for shape in SHAPES.into_iter().filter(|&shape| shape != Shape::Steps) {
        for posts in [3, 9, 20, 60, 200] {
            let bursts: [Burst; 3] = stubborn(shape).bursts(posts);
            let refusals: usize = bursts.iter().map(|burst| burst.refusals).sum();
            assert!(refusals <= 6 + 3 * posts / 20, "{shape:?}, {posts}: {bursts:?}");
            let limit = match (shape, posts) {
                (Shape::Off, _) => 5.0,
                (_, 200) => 1.2,
                (..) => 3.1,
            };
            assert!(bursts[2].time < limit, "{shape:?}, {posts}: {bursts:?}");
        }
    }
}

#[test]
fn a_post_now_and_then_does_not_wait() {
    for shape in [Shape::Fit(1.0), Shape::Fit(0.3), Shape::Off] {
        for every in [3.0, 5.0, 10.0, 60.0] {
            let mut pace = Pace::new(Duration::from_secs(1));
            let server = servers(shape).next().unwrap();
            let mut now = Instant::now();
            let (mut row, mut from) = (0, now);
            for post in 0..100 {
                pace.plan(now, 1);
                assert_eq!(pace.ready_at(), None, "{shape:?}, every {every} s, post {post}");
                assert_eq!(server.post(&mut row, seconds(from, now)), Ok(()));
                pace.taken(Some(now), now);
                from = now;
                now += span(every);
            }
        }
    }
}

#[test]
fn nothing_is_written_before_the_time_the_server_named() {
    let mut pace = Pace::new(Duration::from_secs(1));
    let now = Instant::now();
    pace.refused(now, now, Duration::from_secs(22));
    pace.plan(now, 1);
    assert_eq!(pace.ready_at(), Some(now + Duration::from_secs(23)), "and the margin, when nothing else is known");
    pace.plan(now + Duration::from_secs(23), 1);
    assert_eq!(pace.ready_at(), None);
    assert_eq!(pace.named(), None, "it is no longer to come");
}

#[test]
fn what_was_learnt_is_forgotten_in_time() {
    let mut pace = Pace::new(Duration::ZERO);
    let mut now = Instant::now();
    pace.taken(Some(now), now);
    pace.refused(now, now, Duration::from_secs(5));
    pace.plan(now, 1);
    assert!(pace.ready_at() >= Some(now + Duration::from_secs(5)));
    now += Duration::from_secs(6);
    pace.taken(Some(now), now);
    now += Duration::from_secs(3601);
    pace.taken(Some(now), now);
    pace.plan(now, 1);
    assert!(pace.ready_at().is_some_and(|at| at < now + Duration::from_secs(2)));
}

#[test]
fn the_margin_is_for_a_server_that_refuses_again() {
    let second = Duration::from_secs(1);
    let mut pace = Pace::new(second);
    let now = Instant::now();
    pace.taken(Some(now), now);
    let mut ready_at = |after: u32| {
        let at = now + second * after;
        pace.refused(at, at, second * 5);
        pace.plan(at, 1);
        assert_eq!(pace.named(), Some(at + second * 5));
        pace.named.unwrap().duration_since(at).as_secs()
    };
    assert_eq!([ready_at(0), ready_at(5), ready_at(12)], [5, 7, 8]);
}

#[test]
fn another_number_of_posts_is_another_plan() {
    let mut pace = Pace::new(Duration::ZERO);
    let mut now = Instant::now();
    for left in (1..=3).rev() {
        pace.plan(now, left);
        now = pace.ready_at().unwrap_or(now);
        pace.taken(Some(now), now);
    }
    let mut ready_at = |waiting| {
        pace.plan(now, waiting);
        pace.ready_at()
    };
    let few = ready_at(1);
    assert!(ready_at(7) > few, "there is a rest first");
    assert_eq!(ready_at(1), few);
}

#[test]
fn a_forecast_is_what_comes() {
    // So few that nothing is tried early.
    for (before, writes) in [(1, 7), (3, 7), (12, 7), (12, 2), (12, 1)] {
        let mut pace = Pace::new(Duration::ZERO);
        let mut now = Instant::now();
        for post in 1..=before {
            pace.taken(Some(now), now);
            now += span(Shape::Fit(1.0).gap(post + 1));
        }
        let told = pace.forecast(now, writes);
        assert_eq!(told.len(), writes);
        for (told, left) in told.into_iter().zip((1..=writes).rev()) {
            pace.plan(now, left);
            now = pace.ready_at().unwrap_or(now);
            pace.plan(now, left);
            assert_eq!(pace.ready_at(), None, "it may go now");
            assert!(seconds(now, told).max(seconds(told, now)) < 0.02, "{before}, {left} left: {told:?}, not {now:?}");
            pace.taken(Some(now), now);
        }
    }
}

#[test]
fn guesses_that_are_alike_become_one_group_again() {
    let mut guesses = Guesses::all();
    assert_eq!(guesses.count().0, 4 * 2 * (1 + 3 * 236), "four ways to tell waits, with rests or without, any curve");
    for sent in [0.0, 3.0, 6.0] {
        guesses.taken(Some(sent), sent);
    }
    let told_apart = guesses.count();
    guesses.taken(Some(600.0), 600.0);
    let alike = guesses.count();
    assert_eq!(alike.0, told_apart.0, "none is lost, and none is there twice");
    assert!(alike.1 < told_apart.1, "by all of them a row begins: {alike:?} after {told_apart:?}");
}

#[test]
fn what_no_answer_fits_is_dropped() {
    let mut guesses = Guesses::all();
    let mut at = 0.0;
    for _ in 0..1000 {
        guesses.taken(Some(at), at);
        at = guesses.slowest().unwrap().ready();
    }
    let (_, groups) = guesses.count();
    assert!(groups < 40, "{groups}: nothing is left of what was wrong again and again");
}

/// The document says what is so. Elsewhere logarithms may differ in the last digit, and with them a decision.
#[test]
fn the_document_has_what_is_measured() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/throttle.md");
    let Ok(document) = std::fs::read_to_string(path) else { return println!("skipped: there is no {path}") };
    let numbers = |cell: &str| -> Vec<f64> { cell.split([' ', '/']).map(|number| number.parse().unwrap()).collect() };
    for (server, kind) in SHAPES.into_iter().flat_map(kinds) {
        let name = format!("| {:?}, {kind} | ", server.shape);
        let row = document.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_else(|| panic!("no {name}"));
        for (posts, told) in [3, 9, 20, 60, 200].into_iter().zip(row.trim_end_matches(" |").split(" | ")).take(4) {
            let measured = cell(&server, posts);
            let fits = numbers(told).iter().zip(numbers(&measured)).all(|(told, is)| (told - is).abs() < 0.03);
            assert!(fits, "{name}{posts}: {told} instead of {measured}");
        }
    }
}

/// Prints the table of `docs/throttle.md`.
#[test]
#[ignore = "nothing to check"]
fn table() {
    println!("| server | 3 posts | 9 | 20 | 60 | 200 |\n|---|---|---|---|---|---|");
    for (server, kind) in SHAPES.into_iter().flat_map(kinds) {
        let cells = [3, 9, 20, 60, 200].map(|posts| cell(&server, posts));
        println!("| {:?}, {kind} | {} |", server.shape, cells.join(" | "));
    }
}

fn kinds(shape: Shape) -> impl Iterator<Item = (Server, &'static str)> {
    let kinds = ["up", "down", "up, restarts", "down, restarts", "up, no rests"];
    servers(shape).chain([stubborn(shape)]).zip(kinds)
}

fn cell(server: &Server, posts: usize) -> String {
    let bursts: [Burst; 3] = server.bursts(posts);
    bursts.map(|burst| format!("{:.2}/{}", burst.time, burst.refusals)).join(" ")
}

/// Prints what the guesses cost.
#[test]
#[ignore = "nothing to check"]
fn cost() {
    println!("{:?} guesses and groups of them", Guesses::all().count());
    for shape in [Shape::Fit(1.0), Shape::Fit(0.3), Shape::Steps] {
        let server = servers(shape).next().unwrap();
        let start = Instant::now();
        let [burst] = server.bursts(200);
        let spent = start.elapsed();
        println!("{shape:?}: {:?} a post or refusal", spent / u32::try_from(200 + burst.refusals).unwrap());
    }
    let (mut pace, now) = (Pace::new(Duration::ZERO), Instant::now());
    let start = Instant::now();
    pace.taken(Some(now), now);
    let first = start.elapsed();
    let start = Instant::now();
    pace.plan(now, 100);
    let planned = start.elapsed();
    let start = Instant::now();
    pace.taken(Some(now), now);
    println!("the first post: {first:?}, a plan: {planned:?}, a post: {:?}", start.elapsed());
    let start = Instant::now();
    let times = pace.forecast(now, 1000);
    println!("a forecast: {:?} to {:?}", start.elapsed(), times.last().map(|&at| seconds(now, at)));
}

fn seconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64()
}

/// Whole milliseconds, rounded up.
fn span(seconds: f64) -> Duration {
    Duration::from_secs_f64((seconds * 1000.0).ceil() / 1000.0)
}
