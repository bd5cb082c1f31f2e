//! Streams of events.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures_util::StreamExt;
use sechat_client::Access;
use sechat_client::event::{EventKind, FeedChange};
use sechat_client::{Config, Error, Event, RoomId, Server};

use crate::server::Answers;
use crate::stage::Stage;
use crate::{Chat, Events, Room, session};

/// A frame with one message in a room, which stands for all that happened since event 1000.
fn message(room: u64, id: u64) -> String {
    format!(
        r#"{{"r{room}":{{"e":[{{"event_type":1,"time_stamp":1700000000,"content":"text {id}","id":{id},"user_id":9,
        "user_name":"Nine","room_id":{room},"room_name":"Room","message_id":{id}}}],"t":{id},"d":{}}}}}"#,
        id - 1000
    )
}

/// A connection in rooms 1 and 2 that keeps few unread events.
fn joined(stage: &Stage, buffer: usize) -> (Chat, Answers, [Room; 2]) {
    let config = Config::new(Server::StackExchange, Access::Credentials(session()));
    let chat = Chat::builder(config).event_buffer(NonZeroUsize::new(buffer).unwrap()).connect().unwrap();
    let mut answers = Answers::default();
    let rooms = [1, 2].map(|room| answers.run(stage, chat.join(room)).unwrap());
    while answers.answer_all(stage) {}
    (chat, answers, rooms)
}

/// Everything that can be read now, in short.
fn read(stage: &Stage, events: &mut Events) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(Some(event)) = stage.look(&mut events.next()) {
        all.push(match event.kind {
            EventKind::MessagePosted(message) => message.id.to_string(),
            EventKind::Feed(FeedChange::Lagged { missed, .. }) => format!("missed {missed}"),
            EventKind::Feed(FeedChange::RoomLost { room, .. }) => format!("lost {room}"),
            EventKind::Feed(_) => continue,
            other => panic!("{other:?}"),
        });
    }
    all
}

#[test]
fn a_room_gives_its_own_events_and_a_chat_gives_all() {
    let stage = Stage::new();
    let (chat, mut answers, rooms) = joined(&stage, 100);
    let (mut first, mut second, mut all) = (rooms[0].events(), rooms[1].events(), chat.events());
    for (room, id) in [(1, 1001), (2, 1002), (1, 1003)] {
        answers.lines[0].send(message(room, id));
        while answers.answer_all(&stage) {}
    }
    assert_eq!(read(&stage, &mut first), ["1001", "1003"]);
    assert_eq!(read(&stage, &mut second), ["1002"]);
    assert_eq!(read(&stage, &mut all), ["1001", "1002", "1003"]);
}

#[test]
fn a_filter_passes_over_the_other_kinds() {
    let stage = Stage::new();
    let (chat, mut answers, _rooms) = joined(&stage, 100);
    let mut moves = chat.events().only(|kind| matches!(kind, EventKind::UserEntered));
    let mut posts = chat.events().only(|kind| matches!(kind, EventKind::MessagePosted(_)));
    answers.lines[0].send(message(1, 1001));
    while answers.answer_all(&stage) {}
    assert_eq!(read(&stage, &mut moves), [""; 0]);
    assert_eq!(read(&stage, &mut posts), ["1001"]);
}

#[test]
fn nothing_is_missed_between_joining_and_listening() {
    let stage = Stage::new();
    let (_chat, mut answers, rooms) = joined(&stage, 100);
    answers.lines[0].send(message(1, 1001));
    while answers.answer_all(&stage) {}
    let mut first = rooms[0].clone().events();
    let mut later = rooms[0].events();
    answers.lines[0].send(message(1, 1002));
    while answers.answer_all(&stage) {}
    assert_eq!(read(&stage, &mut first), ["1001", "1002"]);
    assert_eq!(read(&stage, &mut later), ["1002"]);
}

#[test]
fn changes_of_the_feed_reach_every_reader() {
    let stage = Stage::new();
    let (_chat, answers, rooms) = joined(&stage, 100);
    let mut readers = rooms.each_ref().map(Room::events);
    for reader in &mut readers {
        read(&stage, reader);
    }
    answers.lines[0].cut();
    for reader in &mut readers {
        let event: Option<Option<Event>> = stage.look(&mut StreamExt::next(reader));
        assert!(
            matches!(event, Some(Some(Event { kind: EventKind::Feed(FeedChange::Reconnecting { .. }), .. }))),
            "{event:?}"
        );
    }
}

#[test]
fn a_future_that_is_dropped_loses_nothing() {
    let stage = Stage::new();
    let (chat, answers, _rooms) = joined(&stage, 100);
    let mut events = chat.events();
    for _ in 0..3 {
        assert!(stage.look(&mut events.next()).is_none());
    }
    answers.lines[0].send(message(1, 1001));
    drop(events.next());
    assert_eq!(read(&stage, &mut events), ["1001"]);
}

#[test]
fn leaving_a_room_ends_its_events_only() {
    let stage = Stage::new();
    let (_chat, mut answers, rooms) = joined(&stage, 100);
    let (mut first, mut second) = (rooms[0].events(), rooms[1].events());
    answers.lines[0].send(message(1, 1001));
    answers.lines[0].send(message(2, 1002));
    while answers.answer_all(&stage) {}
    answers.run(&stage, rooms[0].close()).unwrap();
    assert_eq!(read(&stage, &mut first), ["1001"], "what came before the end");
    assert_eq!(stage.look(&mut first.next()), Some(None));
    assert_eq!(first.result(), Ok(()));
    assert_eq!(second.result(), Ok(()));
    answers.lines[0].send(message(2, 1003));
    assert_eq!(read(&stage, &mut second), ["1002", "1003"]);
}

#[test]
fn a_feed_that_fails_for_good_says_why() {
    let stage = Stage::new();
    let (_chat, mut answers, rooms) = joined(&stage, 100);
    let mut events = rooms[0].events();
    answers.expired = true;
    answers.lines[0].cut();
    for _ in 0..100 {
        if events.result().is_err() {
            break;
        }
        answers.answer_all(&stage);
        stage.advance(Duration::from_secs(1));
    }
    assert_eq!(events.result(), Err(Error::SessionExpired));
    read(&stage, &mut events);
    assert_eq!(stage.look(&mut events.next()), Some(None));
}

#[test]
fn an_anonymous_reader_needs_no_more_than_a_room() {
    let stage = Stage::new();
    let mut answers = Answers::default();
    let events = answers.run(&stage, Room::anonymous(1, Server::StackExchange)).unwrap();
    assert_eq!(events.result(), Ok(()));
    assert_eq!(stage.tasks(), 1);
    drop(events);
    while answers.answer_all(&stage) {}
    assert_eq!(stage.tasks(), 0);
    assert!(answers.lines.is_empty() && answers.posted.is_empty());
    let room = Chat::anonymous(Server::StackExchange).unwrap().room(RoomId(1));
    assert_eq!(answers.run(&stage, room.send("hi")), Err(Error::NotLoggedIn));
}
