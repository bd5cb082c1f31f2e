//! What the driver does with the world.

use std::time::Duration;

use sechat_client::{Error, TransportError};

use crate::stage::{Opening, Stage};
use crate::{Answers, Chat, connected, session};

/// A connection with one socket, whose handshake is for the test to answer.
fn opening(stage: &Stage) -> (Chat, Answers, Opening) {
    let (chat, mut answers) = connected(stage);
    let (mut joined, mut is_joined) = (chat.join(1), false);
    for _ in 0..100 {
        is_joined = is_joined || stage.look(&mut joined).is_some();
        if let Some(opening) = stage.opening() {
            return (chat, answers, opening);
        }
        answers.answer(stage.request().expect("something on the way to a socket"));
    }
    panic!("no socket");
}

#[test]
fn an_exchange_that_takes_too_long_is_dropped() {
    let stage = Stage::new();
    let chat = Chat::connect(session()).unwrap();
    let reply = chat.log_in();
    let exchange = stage.request().unwrap();
    stage.advance(Duration::from_secs(29));
    assert!(!exchange.given_up());
    stage.advance(Duration::from_secs(2));
    assert!(exchange.given_up());
    // It is a read: another attempt is made, and its answer is as good.
    Answers::default().run(&stage, reply).unwrap();
}

#[test]
fn faults_of_the_network_reach_the_caller_in_the_end() {
    let stage = Stage::new();
    let chat = Chat::connect(session()).unwrap();
    let mut answers = Answers { down: true, ..Answers::default() };
    let error = answers.run(&stage, chat.log_in()).unwrap_err();
    assert_eq!(error, Error::Transport(TransportError::unsent("the network is down")));
}

#[test]
fn a_socket_takes_leave_when_the_connection_closes() {
    let stage = Stage::new();
    let (chat, mut answers, opening) = opening(&stage);
    assert_eq!(opening.request.uri().scheme_str(), Some("wss"));
    assert_eq!(opening.request.headers()["origin"], "https://chat.stackexchange.com");
    let mut line = opening.accept();
    answers.run(&stage, chat.close()).unwrap();
    assert!(line.closed() && line.dropped());
    assert_eq!(stage.tasks(), 0);
}

#[test]
fn a_socket_that_always_has_a_frame_is_closed_all_the_same() {
    let stage = Stage::new();
    let (chat, mut answers, opening) = opening(&stage);
    let mut line = opening.accept();
    stage.settle();
    let closing = chat.close();
    line.flood();
    answers.run(&stage, closing).unwrap();
    assert!(line.closed() && line.dropped());
}

#[test]
fn frames_are_read_no_faster_than_their_events_are_handed_out() {
    const FRAMES: usize = 200;
    let stage = Stage::new();
    let (_chat, _answers, opening) = opening(&stage);
    let line = opening.accept();
    stage.settle();
    let events = vec![r#"{"event_type":3,"room_id":8,"user_id":7}"#; 500].join(",");
    (0..FRAMES).for_each(|_| line.send(format!(r#"{{"r9":{{"e":[{events}]}}}}"#)));
    let before = stage.polls();
    stage.settle();
    // In one poll the driver hands out some thousand events: what it reads of frames meanwhile would pile up.
    let polls = stage.polls() - before;
    assert!(polls >= FRAMES * 500 / 5000, "{polls}");
}

#[test]
fn a_socket_that_will_not_close_is_not_waited_for() {
    let stage = Stage::new();
    let (chat, mut answers, opening) = opening(&stage);
    let mut line = opening.accept_stubborn();
    answers.run(&stage, chat.close()).unwrap();
    stage.settle();
    assert!(line.closed() && !line.dropped());
    assert_eq!(stage.tasks(), 1, "it has some seconds");
    line.send("{}");
    stage.advance(Duration::from_secs(3));
    assert!(line.dropped());
    assert_eq!(stage.tasks(), 0);
}

#[test]
fn a_handshake_is_given_up_when_the_connection_closes() {
    let stage = Stage::new();
    let (chat, mut answers, opening) = opening(&stage);
    answers.run(&stage, chat.close()).unwrap();
    stage.settle();
    assert!(opening.given_up());
    assert_eq!(stage.tasks(), 0);
}

#[test]
fn a_refused_socket_is_tried_again() {
    let stage = Stage::new();
    let (_chat, mut answers, opening) = opening(&stage);
    opening.refuse();
    for _ in 0..100 {
        if !answers.lines.is_empty() {
            return;
        }
        stage.advance(Duration::from_secs(1));
        answers.answer_all(&stage);
    }
    panic!("no other attempt");
}

#[test]
fn a_flood_of_frames_lets_other_tasks_run() {
    let stage = Stage::new();
    let (_chat, mut answers, opening) = opening(&stage);
    let line = opening.accept();
    while answers.answer_all(&stage) {}
    for id in 0..10_000 {
        line.send(format!(r#"{{"r1":{{"t":{},"d":1}}}}"#, 1001 + id));
    }
    let before = stage.polls();
    stage.settle();
    let polls = stage.polls() - before;
    assert!(polls > 30, "all of it in {polls} polls");
}
