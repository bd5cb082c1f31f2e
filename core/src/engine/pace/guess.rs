//! What the server's throttle may be like.

use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

/// A pause that ends any row, in seconds.
const LONG_REST: f64 = 300.0;
/// A pause of so many gaps ends a row.
pub(super) const REST: f64 = 2.0;
/// How far off a wait may be for a delay on the way, in seconds.
const DELAY: f64 = 0.1;
/// Added to gaps, as the server counts in milliseconds. Seconds, like all numbers here.
const HAIR: f64 = 0.002;
/// Added to the doubt by an answer that was not to be expected.
const SURPRISE: u16 = 2;
/// Guesses that are so much worse than the best are dropped.
const HOPELESS: u16 = 12;

/// From one factor of the guesses to the next.
pub(super) const STEP: f64 = 0.015;
/// The factors, as powers of that step: from a tenth to three and a half.
const STEPS: RangeInclusive<i32> = -150..=85;

/// The curve fitted from outside.
const FIT: Curve = Curve { steepness: 4.821_46, start: -1.882_49 };
/// The other fit, a gap that is always the same, and none at all.
const OTHERS: [Curve; 2] = [Curve { steepness: 4.148_4, start: 1.022_42 }, Curve { steepness: 0.0, start: 3.0 }];
const NONE: Curve = Curve { steepness: 0.0, start: 0.0 };

/// The gap before the n-th post in a row: `steepness * ln n + start`.
#[derive(Debug, Clone, Copy)]
struct Curve {
    steepness: f64,
    start: f64,
}

/// What else there is to a kind of server, and where the account would stand with it. Times are seconds since some
/// beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
    /// Whether a rest ends a row.
    forgets: bool,
    /// How it tells waits; `None` for every way, as long as none was told.
    waits: Option<Waits>,
    /// Posts in a row.
    row: u16,
    /// What the next gap counts from.
    from: f64,
    /// How unlikely it was, and how often it was wrong.
    doubt: u16,
}

/// How a server tells waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waits {
    rounds_up: bool,
    /// Whether a refusal starts the wait again.
    restarts: bool,
}

const LIKELY: Waits = Waits { rounds_up: true, restarts: false };

/// One kind of server, and where the account would stand with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess {
    curve: Curve,
    standing: Standing,
}

/// Guesses with curves next to each other, by all of which the account stands at the same place: so they are kept, and
/// taught, as one.
#[derive(Debug, Clone)]
struct Group {
    family: usize,
    /// Of the family's curves, the smallest gaps first.
    curves: Range<usize>,
    standing: Standing,
}

/// All guesses that are not hopeless, in the order of their curves. A handful of groups stands for some thousands of them.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    groups: Vec<Group>,
    /// The least doubt of any: those that have it are believed.
    doubt: u16,
}

/// The fits of protocol notes, 6, larger and smaller, and the same gap always.
static FAMILIES: LazyLock<[Vec<Curve>; 4]> = LazyLock::new(|| {
    let sizes = |Curve { steepness, start }: Curve| {
        let factors = STEPS.map(|step| (1.0 + STEP).powi(step));
        factors.map(|factor| Curve { steepness: steepness * factor, start: start * factor }).collect()
    };
    let [steep, flat] = OTHERS;
    [vec![NONE], sizes(FIT), sizes(steep), sizes(flat)]
});

impl Guesses {
    /// Every guess, before the first post.
    pub(super) fn all() -> Self {
        let fit = usize::try_from(-STEPS.start()).unwrap_or_default();
        let mut groups = Vec::new();
        for (family, curves) in FAMILIES.iter().enumerate() {
            let mut add = |forgets, curves, doubt| {
                let standing = Standing { forgets, doubt, waits: None, ..Guess::likely().standing };
                groups.push(Group { family, curves, standing });
            };
            if family == 1 {
                add(true, 0..fit, 1);
                add(true, fit..fit + 1, 0);
                add(true, fit + 1..curves.len(), 1);
            } else {
                add(true, 0..curves.len(), 1);
            }
            add(false, 0..curves.len(), 5);
        }
        Self { groups, doubt: 0 }
    }

    /// The doubt about those that are believed.
    pub(super) fn doubt(&self) -> u16 {
        self.doubt
    }

    /// Of those that are believed, the one by which the next write waits longest.
    pub(super) fn slowest(&self) -> Option<Guess> {
        let by_time = self.believed().map(|guess| (guess.ready(), guess));
        by_time.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, guess)| guess)
    }

    /// The latest time at which any that is believed would begin a new row.
    pub(super) fn rested(&self) -> f64 {
        self.believed().map(|guess| guess.rested()).fold(f64::NEG_INFINITY, f64::max)
    }

    /// When the next post would be taken, by every guess of no more than this doubt whose server forgets rows.
    pub(super) fn ready_by_those_that_forget(&self, doubt: u16) -> impl Iterator<Item = f64> {
        let groups = self.groups.iter().filter(move |group| group.standing.doubt <= doubt && group.standing.forgets);
        groups.flat_map(|group| {
            let standing = group.standing;
            group.curves().iter().map(move |&curve| Guess { curve, standing }.ready())
        })
    }

    /// A post was taken: sent at a time, if that is known, answered at another.
    pub(super) fn taken(&mut self, sent: Option<f64>, now: f64) {
        let room = Vec::with_capacity(self.groups.len() + 4);
        let before = std::mem::replace(&mut self.groups, room);
        for group in &before {
            for part in group.taken(sent, now) {
                self.add(part);
            }
        }
        self.forget_worst();
    }

    /// A post was refused, with a wait.
    pub(super) fn refused(&mut self, sent: f64, now: f64, told: f64) {
        let ways = self.groups.iter().flat_map(Group::ways);
        let mut after: Vec<Group> = ways.flat_map(|group| group.refused(sent, now, told)).collect();
        after.sort_by_key(|Group { family, curves, standing }| {
            (*family, !standing.forgets, standing.waits, curves.start)
        });
        self.groups.clear();
        for part in after {
            self.add(part);
        }
        self.forget_worst();
    }

    /// How many guesses there are, and how many groups of them.
    #[cfg(test)]
    pub(super) fn count(&self) -> (usize, usize) {
        (self.groups.iter().flat_map(Group::ways).map(|group| group.curves.len()).sum(), self.groups.len())
    }

    /// The slowest of each group that is believed.
    fn believed(&self) -> impl Iterator<Item = Guess> {
        let groups = self.groups.iter().filter(|group| group.standing.doubt == self.doubt);
        groups.filter_map(|group| Some(Guess { curve: *group.curves().last()?, standing: group.standing }))
    }

    /// Adds a group at the end, to the one before it if they are alike.
    fn add(&mut self, group: Group) {
        match self.groups.last_mut() {
            _ if group.curves.is_empty() => {}
            Some(last)
                if last.curves.end == group.curves.start
                    && last.family == group.family
                    && last.standing == group.standing =>
            {
                last.curves.end = group.curves.end;
            }
            _ => self.groups.push(group),
        }
    }

    fn forget_worst(&mut self) {
        self.doubt = self.groups.iter().map(|group| group.standing.doubt).min().unwrap_or_default();
        let hopeless = self.doubt.saturating_add(HOPELESS);
        self.groups.retain(|group| group.standing.doubt < hopeless);
    }
}

impl Group {
    fn curves(&self) -> &'static [Curve] {
        &FAMILIES[self.family][self.curves.clone()]
    }

    /// What it becomes when a post was taken.
    fn taken(&self, sent: Option<f64>, now: f64) -> [Self; 3] {
        let (curves, ln) = (self.curves(), ln(self.standing.next()));
        let passed = sent.unwrap_or(now) - self.standing.from;
        let rested = before(curves, ln, |gap| self.standing.ends_row(passed, gap));
        let expected = before(curves, ln, |gap| sent.is_none() || passed >= (1.0 - STEP / 2.0) * gap - HAIR);
        let on = Standing { row: self.standing.row.saturating_add(1), from: now, ..self.standing };
        self.parts([rested, expected], [Standing { row: 1, ..on }, on, on.surprised()])
    }

    /// What it becomes when a post was refused, with a wait, in the way in which its servers tell waits.
    fn refused(&self, sent: f64, now: f64, told: f64) -> [Self; 3] {
        let (curves, ln) = (self.curves(), ln(self.standing.next()));
        let Waits { rounds_up, restarts } = self.standing.waits.unwrap_or(LIKELY);
        let passed = sent - self.standing.from;
        let wait = |gap: f64| if restarts { gap } else { gap - passed };
        // No wait is told as none.
        let (least, most) = match told {
            _ if rounds_up => (told - 1.0, told),
            ..1.5 => (0.0, 2.0),
            _ => (told, told + 1.0),
        };
        let too_small = before(curves, ln, |gap| passed > gap + HAIR / 2.0 || wait(gap) < least - DELAY);
        let expected = before(curves, ln, |gap| wait(gap) <= most + DELAY);
        let known = Standing { from: if restarts { now } else { self.standing.from }, ..self.standing };
        self.parts([too_small, expected], [known.surprised(), known, known.surprised()])
    }

    /// The curves before the first number, those from there up to the second, and the others. Any of them may be none.
    fn parts(&self, [first, second]: [usize; 2], [small, middle, large]: [Standing; 3]) -> [Self; 3] {
        let Range { start, end } = self.curves;
        let (first, second) = (start + first, start + second.max(first));
        let part = |curves, standing| Self { family: self.family, curves, standing };
        [part(start..first, small), part(first..second, middle), part(second..end, large)]
    }

    /// The same for each way in which its servers may tell waits.
    fn ways(&self) -> impl Iterator<Item = Self> {
        let all = [(false, false), (false, true), (true, false), (true, true)];
        let all = all.map(|(rounds_up, restarts)| Waits { rounds_up, restarts });
        let own = self.standing.waits;
        all.into_iter().filter(move |&waits| own.is_none_or(|own| own == waits)).map(|waits| {
            let standing = Standing { waits: Some(waits), ..self.standing };
            Self { standing, ..self.clone() }
        })
    }
}

/// How many curves come before those whose gap before the n-th post is not `small`. What is small of one curve is so of all
/// before it.
fn before(curves: &[Curve], ln: f64, small: impl Fn(f64) -> bool) -> usize {
    let small = |curve: &Curve| small(curve.gap(ln));
    match curves {
        [.., last] if small(last) => curves.len(),
        [first, ..] if !small(first) => 0,
        _ => curves.partition_point(small),
    }
}

impl Guess {
    /// The fitted curve, before the first post.
    pub(super) fn likely() -> Self {
        let standing = Standing { forgets: true, waits: Some(LIKELY), row: 0, from: f64::NEG_INFINITY, doubt: 0 };
        Self { curve: FIT, standing }
    }

    /// The gap before the n-th post in a row.
    pub(super) fn gap(&self, n: u32) -> f64 {
        self.curve.gap(ln(n))
    }

    /// The number of the next post, should it be one more of the row.
    pub(super) fn next(&self) -> u32 {
        self.standing.next()
    }

    pub(super) fn forgets(&self) -> bool {
        self.standing.forgets
    }

    /// When the next post would be taken.
    pub(super) fn ready(&self) -> f64 {
        self.standing.from + self.gap(self.next()) + HAIR
    }

    /// When it would begin a new row.
    pub(super) fn rested(&self) -> f64 {
        self.standing.from + REST * self.gap(self.next()) + 2.0 * HAIR
    }

    /// A post is taken, and there is no doubt about that.
    pub(super) fn takes(&mut self, now: f64) {
        let rested = self.standing.ends_row(now - self.standing.from, self.gap(self.next()));
        self.standing.row = if rested { 1 } else { self.standing.row.saturating_add(1) };
        self.standing.from = now;
    }
}

impl Standing {
    /// Whether a pause is long enough to end the row.
    fn ends_row(&self, pause: f64, gap: f64) -> bool {
        pause > LONG_REST || self.forgets && pause > REST * gap
    }

    fn next(&self) -> u32 {
        u32::from(self.row) + 1
    }

    /// The same after an answer that was not to be expected.
    fn surprised(self) -> Self {
        Self { doubt: self.doubt.saturating_add(SURPRISE), ..self }
    }
}

impl Curve {
    fn gap(&self, ln: f64) -> f64 {
        (self.steepness * ln + self.start).max(0.0)
    }
}

/// Every guess asks for that of nearly the same few numbers.
fn ln(n: u32) -> f64 {
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| (0_u32..256).map(|n| f64::from(n).ln()).collect());
    usize::try_from(n).ok().and_then(|n| TABLE.get(n).copied()).unwrap_or_else(|| f64::from(n).ln())
}
