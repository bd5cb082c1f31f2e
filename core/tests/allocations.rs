//! How often memory is asked for: exact numbers, so that none is added unseen. One that has gone down is to be written
//! down here.

#[path = "../benches/common/by_hand.rs"]
mod by_hand;
#[path = "../benches/common/stage.rs"]
mod stage;

use std::time::Duration;

use allocation_counter::measure;
use by_hand::by_hand;
use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::{Endpoint, MessageSource, NewMessage, StarMessage};
use sechat_core::engine::{Input, Output, ReplyStyle};
use sechat_core::{Frame, MessageId, RoomId};
use stage::Stage;

fn count(what: impl FnOnce()) -> u64 {
    measure(what).count_total
}

/// What is done with a frame that brings so many events, in one of so many rooms.
fn of_a_frame(rooms: u64, events: u64) -> u64 {
    let mut stage = Stage::new(rooms);
    let frames = [stage.frame(1, events), stage.frame(1, events)];
    let mut last = 0;
    for frame in frames {
        let mut heard = 0;
        last = count(|| {
            stage.hear(frame);
            while let Some(output) = stage.engine.poll_output() {
                heard += u64::from(matches!(output, Output::Event(_)));
            }
        });
        assert_eq!(heard, events);
    }
    last
}

#[test]
fn an_event_takes_little_to_decode() {
    let mut stage = Stage::new(1);
    let counts = [1, 10, 100].map(|events| {
        let frame = stage.frame(1, events);
        count(|| drop(Frame::parse(&frame).expect("a frame")))
    });
    assert_eq!(counts, [5, 17, 110]);
}

#[test]
fn the_engine_adds_little_to_a_frame_however_many_rooms_there_are() {
    assert_eq!([1, 10, 100].map(|events| of_a_frame(1, events)), [3, 16, 110]);
    assert_eq!(of_a_frame(100, 1), of_a_frame(1, 1));
}

/// From the call to its request, and from the answer to its result, once the engine has made its first calls.
fn of_a_call<E: Endpoint>(call: impl Fn() -> E, answer: &'static str) -> [u64; 2] {
    let mut stage = Stage::new(0);
    let mut counts = [0; 2];
    for _ in 0..2 {
        // The throttle has nothing against it.
        stage.pass(Duration::from_secs(60));
        let (mut ticket, mut request, mut done) = (None, None, None);
        let call = call();
        counts[0] = count(|| {
            ticket = Some(stage.engine.submit(stage.now, call));
            request = stage.engine.poll_output();
        });
        let Some(Output::Http(id, _)) = request else { panic!("a request") };
        let answer = Response::new(Bytes::from_static(answer.as_bytes()));
        counts[1] = count(|| {
            stage.hand_in(Input::Http(id, Ok(answer)));
            done = stage.engine.poll_output();
            let ticket = ticket.take().expect("just submitted");
            drop(stage.engine.take(&ticket).expect("it has ended").expect("no failure"));
        });
        assert!(matches!(done, Some(Output::Done(_))));
    }
    counts
}

/// The same without the engine.
fn of_it_by_hand<T>(
    method: &str,
    path: &str,
    form: Option<&[(&str, &str)]>,
    answer: &'static str,
    read: fn(&Bytes) -> T,
) -> u64 {
    count(|| drop(Some(by_hand(method, path, form, answer, read))))
}

#[test]
fn a_call_takes_few_and_hardly_more_than_by_hand() {
    let message = MessageId(68_000_001);
    let text = "I think so, but have you tried it with the other one?";
    let posted = r#"{"id":68000001,"time":1773500000}"#;

    let engine = of_a_call(|| MessageSource { message }, "what it says");
    let hand = of_it_by_hand("GET", "/message/68000001?plain=true", None, "what it says", |body| body.to_vec());
    assert_eq!((engine, hand), ([6, 2], 8));

    let engine = of_a_call(|| StarMessage { message }, "\"ok\"");
    let hand = of_it_by_hand("POST", "/messages/68000001/star", Some(&[]), "\"ok\"", |body| body == "\"ok\"");
    assert_eq!((engine, hand), ([10, 1], 11));

    let post = || NewMessage { room: RoomId(1), text: text.to_owned(), parent: None, style: ReplyStyle::default() };
    let engine = of_a_call(post, posted);
    let hand = of_it_by_hand("POST", "/chats/1/messages/new", Some(&[("text", text)]), posted, Bytes::len);
    assert_eq!((engine, hand), ([12, 2], 14));
}

#[test]
fn an_idle_engine_asks_for_nothing() {
    for rooms in [1, 100] {
        let mut stage = Stage::new(rooms);
        let idle = count(|| {
            stage.hand_in(Input::Timeout);
            assert!(stage.engine.poll_output().is_none());
            assert!(stage.engine.poll_timeout().is_some());
        });
        assert_eq!(idle, 0, "in {rooms} rooms");
    }
}
