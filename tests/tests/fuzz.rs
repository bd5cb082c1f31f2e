//! The fuzz targets on their seeds, on seeds that were tampered with, and under an endless stream of frames.

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a crate of its own elsewhere")]
mod targets;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::{fs, io};

use peak_alloc::PeakAlloc;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use sechat_tests::root;
use targets::engine::Scene;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Whoever measures memory does not want others to use any.
static ALONE: Mutex<()> = Mutex::new(());

type Target = fn(&[u8]);
type Frames<'f> = Box<dyn Fn(u64) -> String + 'f>;

const TARGETS: [(&str, u32, Target); 8] = [
    ("cookies", 100, targets::cookies::run),
    ("engine", 20, targets::engine::run),
    ("frames", 200, targets::frames::run),
    ("pages", 20, targets::pages::run),
    ("saved", 200, targets::saved::run),
    ("text", 200, targets::text::run),
    ("uploads", 200, targets::uploads::run),
    ("wire", 200, targets::wire::run),
];

fn seeds(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("fuzz/seeds").join(target))?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    paths.into_iter().map(fs::read).collect()
}

#[test]
fn targets_hold_on_their_seeds() {
    let _alone = ALONE.lock();
    for (name, _, run) in TARGETS {
        let seeds = seeds(name).expect("every target has seeds");
        assert!(!seeds.is_empty(), "{name}");
        for seed in seeds {
            run(&seed);
        }
    }
}

#[test]
fn targets_hold_on_seeds_that_were_tampered_with() {
    let _alone = ALONE.lock();
    for (name, cases, run) in TARGETS {
        let seeds = seeds(name).expect("every target has seeds");
        let places = vec((any::<Index>(), 0..8_usize, vec(any::<u8>(), 0..8)), 1..4);
        let tampered = (any::<Index>(), any::<Index>(), any::<Index>(), places);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let held = TestRunner::new(config).run(&tampered, |(one, other, cut, places)| {
            // The start of one seed, the rest of another, and some bytes that belong nowhere.
            let (one, other) = (one.get(&seeds), other.get(&seeds));
            let mut input = [&one[..cut.index(one.len() + 1)], &other[cut.index(other.len() + 1)..]].concat();
            for (at, out, bytes) in places {
                let from = at.index(input.len() + 1);
                let to = (from + out).min(input.len());
                input.splice(from..to, bytes);
            }
            run(&input);
            Ok(())
        });
        assert!(held.is_ok(), "{name}: {}", held.expect_err("it did not hold"));
    }
}

/// How many bytes more are in use after a server has sent so many frames, while it answers nothing.
fn growth(frames: u64, frame: impl Fn(u64) -> String) -> usize {
    let mut scene = Scene::joined();
    let before = MEMORY.current_usage();
    for n in 1..=frames {
        scene.play(format!("f{}", frame(n)).as_bytes());
    }
    MEMORY.current_usage().saturating_sub(before)
}

#[test]
fn frames_without_end_take_bounded_memory() {
    let _alone = ALONE.lock();
    let event = |kind: u32, id: u64, room: u64, text: &str| {
        format!(
            r#"{{"event_type":{kind},"id":{id},"room_id":{room},"user_id":7,"message_id":{id},"content":"{text}"}}"#
        )
    };
    let far = |n: u64| 1_000_000_000 + n * 10;
    let long = "x".repeat(100_000);
    let cases: [(&str, usize, Frames<'_>); 7] = [
        ("heartbeats", 1 << 16, Box::new(|_| r#"{"r1":{}}"#.to_owned())),
        (
            "rooms that nobody is in",
            1 << 16,
            Box::new(|n| format!(r#"{{"r{n}":{{"e":[{}],"t":{n}}}}}"#, event(1, n, n, "x"))),
        ),
        (
            "strays of rooms that nobody is in",
            1 << 20,
            Box::new(|n| format!(r#"{{"r1":{{"e":[{}]}}}}"#, event(17, far(n), n + 5, "x"))),
        ),
        (
            "strays of a room that stays silent",
            4 << 20,
            Box::new(|n| format!(r#"{{"r2":{{"e":[{}]}}}}"#, event(8, far(n), 1, "x"))),
        ),
        (
            "mentions that cannot be marked",
            300_000,
            Box::new(|n| format!(r#"{{"r1":{{"e":[{}],"t":{},"d":{}}}}}"#, event(8, far(n), 1, "x"), far(n), far(n))),
        ),
        (
            "events behind a gap",
            10 << 20,
            Box::new(|n| format!(r#"{{"r1":{{"e":[{}],"t":{},"d":1}}}}"#, event(1, far(n), 1, "x"), far(n))),
        ),
        (
            "long events behind a gap",
            40 << 20,
            Box::new(|n| format!(r#"{{"r1":{{"e":[{}],"t":{},"d":1}}}}"#, event(1, far(n), 1, &long), far(n))),
        ),
    ];
    let mut grown = String::new();
    let mut exceeded = false;
    for (what, most, frame) in cases {
        let frames = if what.starts_with("long") { 1_000 } else { 25_000 };
        let growth = growth(frames, frame);
        exceeded |= growth > most;
        writeln!(grown, "{what}: {growth} of {most}").expect("memory");
    }
    assert!(!exceeded, "{grown}");
    println!("{grown}");
}
