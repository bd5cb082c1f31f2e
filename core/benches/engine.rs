//! The time that the engine adds to what it is made of: to decoding a frame, and to building a request and reading its
//! answer by hand.
//!
//! `cargo bench -p sechat-core --bench engine`

#[path = "common/by_hand.rs"]
mod by_hand;
#[path = "common/ratios.rs"]
mod ratios;
#[path = "common/stage.rs"]
mod stage;

use std::hint::black_box;
use std::time::Duration;

use by_hand::by_hand;
use bytes::Bytes;
use cpu_time::ThreadTime;
use http::Response;
use ratios::{Contest, Goal};
use sechat_core::endpoint::{Endpoint, MessageSource, NewMessage, StarMessage};
use sechat_core::engine::{Input, Output, ReplyStyle};
use sechat_core::{Frame, MessageId, RoomId};
use serde::Deserialize;
use stage::Stage;

/// How many rooms are joined.
const ROOMS: [u64; 3] = [1, 100, 10_000];
/// The rooms that talk lie so far apart.
const STRIDE: u64 = 7;

fn main() {
    for events in [1, 10] {
        frames(events);
    }
    calls();
}

/// Frame in, events out.
fn frames(events: u64) {
    let mut source = Stage::new(1);
    let decode = move |times| {
        let frames: Vec<_> = (0..times).map(|_| source.frame(1, events)).collect();
        let start = ThreadTime::now();
        for frame in frames {
            black_box(Frame::parse(&frame).expect("a frame"));
        }
        start.elapsed()
    };
    let mut contest = Contest::new(format!("a frame of {events}, to events")).timed("decode alone", None, decode);
    for rooms in ROOMS {
        let mut stage = Stage::new(rooms);
        let mut room = 0;
        let turn = move |times| {
            engine_turn(&mut stage, times, events, || {
                room = (room + STRIDE) % rooms;
                room + 1
            })
        };
        contest = contest.timed(&format!("engine, in {rooms} rooms"), Some(Goal::AtMost(1.25)), turn);
    }
    contest.run();
}

fn engine_turn(stage: &mut Stage, times: u32, events: u64, mut room: impl FnMut() -> u64) -> Duration {
    let frames: Vec<_> = (0..times).map(|_| stage.frame(room(), events)).collect();
    let start = ThreadTime::now();
    for frame in frames {
        stage.hear(frame);
        let mut heard = 0;
        while let Some(output) = stage.engine.poll_output() {
            heard += u64::from(matches!(black_box(output), Output::Event(_)));
        }
        assert_eq!(heard, events);
        black_box(stage.engine.poll_timeout());
    }
    start.elapsed()
}

/// Submit to request out, answer in to result out.
fn calls() {
    let message = MessageId(68_000_001);
    let source = || MessageSource { message };
    Contest::new("a message's source")
        .with("by hand", None, || {
            by_hand("GET", "/message/68000001?plain=true", None, "what it says", |body| {
                String::from_utf8(body.to_vec()).expect("a text")
            })
        })
        .with("engine", Some(Goal::AtMost(2.0)), called("what it says", source))
        .run();
    let star = || StarMessage { message };
    Contest::new("a star")
        .with("by hand", None, || {
            by_hand("POST", "/messages/68000001/star", Some(&[]), "\"ok\"", |body| body == "\"ok\"")
        })
        .with("engine", Some(Goal::AtMost(2.0)), called("\"ok\"", star))
        .run();
    let text = "I think so, but have you tried it with the other one?";
    let answer = r#"{"id":68000001,"time":1773500000}"#;
    let post = || NewMessage { room: RoomId(1), text: text.to_owned(), parent: None, style: ReplyStyle::default() };
    Contest::new("a message")
        .with("by hand", None, || {
            by_hand("POST", "/chats/1/messages/new", Some(&[("text", text)]), answer, |body| {
                serde_json::from_slice::<Posted>(body).expect("an id").id
            })
        })
        .with("engine", Some(Goal::AtMost(2.0)), called(answer, post))
        .run();
}

#[derive(Deserialize)]
struct Posted {
    id: u64,
}

/// The same through the engine, with time going by for the throttle.
fn called<E: Endpoint>(answer: &'static str, call: impl Fn() -> E) -> impl FnMut() -> E::Output {
    let mut stage = Stage::new(0);
    move || {
        let ticket = stage.engine.submit(stage.now, call());
        let mut waited = 0;
        loop {
            while let Some(output) = stage.engine.poll_output() {
                match black_box(output) {
                    Output::Http(id, request) => {
                        drop(black_box(request));
                        let answer = Response::new(Bytes::from_static(answer.as_bytes()));
                        stage.hand_in(Input::Http(id, Ok(answer)));
                    }
                    Output::Done(_) => return stage.engine.take(&ticket).expect("it has ended").expect("no failure"),
                    _ => {}
                }
            }
            // The throttle.
            let deadline = stage.engine.poll_timeout().expect("it waits for its turn");
            stage.pass(deadline.at.saturating_duration_since(stage.now.mono));
            waited += 1;
            assert!(waited < 10, "it waits for {}", deadline.why);
            stage.hand_in(Input::Timeout);
        }
    }
}
