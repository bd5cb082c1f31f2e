//! The time and the allocations of reading a frame, against `serde_json` into the least that a bot could do with.
//!
//! `cargo bench -p sechat-core --bench decode`

#![expect(clippy::unwrap_used, reason = "a bench that cannot read its frames has nothing to measure")]

#[path = "common/floor.rs"]
mod floor;
#[path = "common/ratios.rs"]
mod ratios;

use divan::{AllocProfiler, Bencher, black_box};
use floor::MinimalFrame;
use ratios::{Contest, Goal};
use sechat_core::Frame;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

/// Frames by their number of events.
const SIZES: [usize; 4] = [0, 1, 10, 100];

/// A frame as the servers write it: angle brackets and quotes of the HTML escaped, one event in four a reply.
fn frame(events: usize) -> String {
    let event = |n: usize| {
        let content = match n % 3 {
            0 => "I think so, but have you tried it with the other one?",
            1 => {
                r#"see \u003ca href=\"https://example.com/q/1\" rel=\"nofollow\"\u003ethis\u003c/a\u003e, it\u0027s there"#
            }
            _ => "yes",
        };
        let reply = if n % 4 == 3 { r#","parent_id":58000001,"show_parent":true"# } else { "" };
        format!(
            r#"{{"event_type":1,"time_stamp":1773500000,"content":"{content}","id":{id},"user_id":13,"user_name":"Ada","room_id":1,"room_name":"Sandbox","message_id":{id}{reply}}}"#,
            id = 170_000_000 + n,
        )
    };
    if events == 0 {
        return r#"{"r1":{"t":170000000,"d":3}}"#.to_owned();
    }
    let list: Vec<_> = (1..=events).map(event).collect();
    format!(r#"{{"r1":{{"e":[{}],"t":170000020,"d":{events}}}}}"#, list.join(","))
}

#[divan::bench(args = SIZES)]
fn minimal(bencher: Bencher<'_, '_>, events: usize) {
    let json = frame(events);
    bencher.bench_local(|| serde_json::from_slice::<MinimalFrame<'_>>(black_box(json.as_bytes())).unwrap());
}

/// What bots without types read into.
#[divan::bench(args = SIZES)]
fn value(bencher: Bencher<'_, '_>, events: usize) {
    let json = frame(events);
    bencher.bench_local(|| serde_json::from_slice::<serde_json::Value>(black_box(json.as_bytes())).unwrap());
}

#[divan::bench(args = SIZES)]
fn typed(bencher: Bencher<'_, '_>, events: usize) {
    let json = frame(events);
    assert_eq!(Frame::parse(json.as_bytes()).unwrap().rooms[0].1.events.len(), events);
    bencher.bench_local(|| Frame::parse(black_box(json.as_bytes())).unwrap());
}

/// With one event that only the slow way can read.
#[divan::bench(args = [1, 20])]
fn typed_with_an_odd_event(bencher: Bencher<'_, '_>, events: usize) {
    let json = frame(events).replacen("\"event_type\":1,", "\"event_type\":99,", 1);
    bencher.bench_local(|| Frame::parse(black_box(json.as_bytes())).unwrap());
}

fn main() {
    divan::main();
    // The same as ratios, which divan does not give.
    for events in [1, 10, 100] {
        let json = frame(events);
        let json = json.as_bytes();
        Contest::new(format!("a frame of {events}, against the floor"))
            .with("floor", None, || serde_json::from_slice::<MinimalFrame<'_>>(black_box(json)).unwrap())
            .with("typed", Some(Goal::AtMost(1.3)), || Frame::parse(black_box(json)).unwrap())
            .with("value", None, || serde_json::from_slice::<serde_json::Value>(black_box(json)).unwrap())
            .run();
        Contest::new(format!("a frame of {events}, against serde_json::Value"))
            .with("typed", None, || Frame::parse(black_box(json)).unwrap())
            .with("value", Some(Goal::AtLeast(2.0)), || {
                serde_json::from_slice::<serde_json::Value>(black_box(json)).unwrap()
            })
            .run();
    }
}
