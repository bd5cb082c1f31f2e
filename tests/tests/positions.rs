//! Where the reader of a room stands: what was taken, and nothing that still waits.

use std::time::Duration;

use sechat_core::engine::Position;
use sechat_core::{Event, EventId, EventKind, FeedChange, MessageId, RoomId};
use sechat_fixtures::Access;
use sechat_tests::{Duo, Fate, OTHER, ROOM, answer};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Both rooms joined and at rest.
fn duo() -> Duo {
    let mut duo = Duo::new();
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    duo.run(MINUTE);
    duo
}

fn position(duo: &Duo, room: RoomId) -> Position {
    duo.engine.positions()[&room]
}

fn last_message(duo: &Duo, room: RoomId) -> Option<MessageId> {
    position(duo, room).message
}

fn texts(events: &[Event]) -> Vec<&str> {
    let posts = events.iter().filter_map(Event::message);
    posts.filter_map(|message| message.content.as_deref()).collect()
}

#[test]
fn what_waits_was_not_taken() {
    let mut duo = duo();
    let start = position(&duo, ROOM);
    duo.reads = Some(2);
    let said: Vec<MessageId> = (1..=4).map(|n| duo.ada_says(ROOM, &n.to_string())).collect();
    duo.run(SECOND);
    assert_eq!((texts(&duo.events), last_message(&duo, ROOM)), (vec!["1", "2"], Some(said[1])));
    let taken = position(&duo, ROOM);
    assert_eq!(Some(taken.after), duo.events.last().and_then(|event| event.id));
    assert!(start.after < taken.after);
    duo.reads = None;
    duo.run(SECOND);
    assert_eq!(last_message(&duo, ROOM), Some(said[3]));
}

#[test]
fn what_is_brought_again_is_taken_one_by_one_whatever_else_waits() {
    let mut duo = duo();
    let start = position(&duo, ROOM);
    let said: Vec<MessageId> = (1..=4).map(|n| duo.ada_says(ROOM, &n.to_string())).collect();
    duo.run(MINUTE);
    let end = position(&duo, ROOM);
    assert_eq!(end.message, Some(said[3]));

    duo.reads = Some(0);
    let first = duo.ada_says(OTHER, "waits");
    duo.run(SECOND);
    duo.engine.replay(duo.now(), ROOM, start);
    assert_eq!((position(&duo, ROOM), last_message(&duo, OTHER)), (start, None), "nothing was taken yet");

    duo.reads = Some(1);
    duo.run(SECOND);
    assert_eq!((position(&duo, ROOM), last_message(&duo, OTHER)), (start, Some(first)));

    duo.reads = Some(2);
    duo.run(SECOND);
    let second = duo.ada_says(OTHER, "waits too");
    duo.run(SECOND);
    assert_eq!(texts(&duo.replayed), ["1", "2"]);
    let between = position(&duo, ROOM);
    assert_eq!((Some(between.after), between.message), (duo.replayed[1].id, Some(said[1])), "two are still to come");
    assert!(start.after < between.after && between.after < end.after);

    duo.reads = None;
    duo.run(SECOND);
    assert_eq!(texts(&duo.replayed), ["1", "2", "3", "4"]);
    assert_eq!(duo.heard(ROOM), ["1", "2", "3", "4"], "who had them is not told again");
    assert_eq!((position(&duo, ROOM).message, last_message(&duo, OTHER)), (Some(said[3]), Some(second)));
    assert!(position(&duo, ROOM).after >= end.after);
}

/// What is new comes after what is repeated, and only once.
#[test]
fn what_is_said_under_a_repetition_is_new_and_comes_after_it() {
    let mut duo = duo();
    let start = position(&duo, ROOM);
    for text in ["1", "2"] {
        duo.ada_says(ROOM, text);
    }
    duo.run(MINUTE);
    duo.engine.replay(duo.now(), ROOM, start);
    let new = duo.ada_says(ROOM, "3");
    duo.reads = Some(1);
    duo.run(SECOND);
    assert_eq!((texts(&duo.replayed), duo.heard(ROOM)), (vec!["1"], vec!["1", "2"]));
    assert_eq!(Some(position(&duo, ROOM).after), duo.replayed[0].id);
    duo.reads = None;
    duo.run(MINUTE);
    assert_eq!((texts(&duo.replayed), duo.heard(ROOM)), (vec!["1", "2"], vec!["1", "2", "3"]));
    assert_eq!(last_message(&duo, ROOM), Some(new));
    let (next, polls) = (position(&duo, ROOM), duo.count("POST /events"));
    duo.engine.replay(duo.now(), ROOM, next);
    duo.run(MINUTE);
    assert_eq!((duo.replayed.len(), duo.count("POST /events")), (2, polls), "there is nothing to bring again");
}

/// The server does not reach back far enough, the room itself is read, and something is said meanwhile.
#[test]
fn what_is_said_while_a_room_is_read_for_a_repetition_is_new() {
    let mut duo = duo();
    let start = position(&duo, ROOM);
    for text in ["1", "2"] {
        duo.ada_says(ROOM, text);
    }
    duo.run(MINUTE);
    let too_short = format!(r#"{{"r1":{{"reset":true,"t":{}}},"sync":1790000000}}"#, position(&duo, ROOM).after);
    duo.next(1, "POST /events", Fate::Instead(answer(200, &too_short)));
    duo.next(1, "POST /chats/1/events", Fate::LateAnswer(10 * SECOND));
    duo.engine.replay(duo.now(), ROOM, start);
    duo.run(SECOND);
    duo.ada_says(ROOM, "3");
    duo.run(MINUTE);
    assert_eq!((texts(&duo.replayed), duo.heard(ROOM)), (vec!["1", "2"], vec!["1", "2", "3"]));
}

#[test]
fn a_room_that_is_lost_in_a_repetition_repeats_nothing_to_the_others() {
    let mut duo = Duo::with(|setup, _| setup.switches.poll_depth = 10);
    duo.join_live(ROOM);
    duo.run(MINUTE);
    let start = position(&duo, ROOM);
    for n in 0..30 {
        duo.ada_says(ROOM, &n.to_string());
    }
    duo.run(MINUTE);
    let gone = answer(404, "The room does not exist, or you do not have permission");
    duo.next(1, "POST /chats/1/events", Fate::Instead(gone));
    duo.engine.replay(duo.now(), ROOM, start);
    duo.run(SECOND);
    duo.server.room_mut(ROOM).unwrap().access = Access::Private;
    duo.cut_sockets();
    duo.run(10 * MINUTE);
    let lost = |change: &&FeedChange| matches!(change, FeedChange::RoomLost { room: ROOM, .. });
    assert_eq!(duo.changes().into_iter().filter(lost).count(), 1);
    assert_eq!(duo.heard(ROOM).len(), 30);
    assert!(!texts(&duo.replayed).is_empty());
}

/// The slow reader misses all of it, the others the part that is new to them.
#[test]
fn a_gap_that_a_repetition_meets_is_told_to_each_as_far_as_it_goes() {
    let mut duo = Duo::with(|setup, _| (setup.switches.replay_depth, setup.switches.poll_depth) = (10, 10));
    duo.join_live(ROOM);
    duo.run(MINUTE);
    let start = position(&duo, ROOM);
    let say = |duo: &mut Duo| (0..30).for_each(|_| _ = duo.ada_says(ROOM, "hi"));
    say(&mut duo);
    duo.run(SECOND);
    let known = position(&duo, ROOM);
    duo.take_away();
    say(&mut duo);
    duo.engine.replay(duo.now(), ROOM, start);
    duo.heal();
    duo.run(MINUTE);
    let gaps = |events: &[Event]| -> Vec<EventId> {
        let gap = |event: &Event| match event.kind {
            EventKind::Feed(FeedChange::Gap { room: ROOM, after, .. }) => Some(after),
            _ => None,
        };
        events.iter().filter_map(gap).collect()
    };
    assert_eq!((gaps(&duo.replayed), gaps(&duo.events)), (vec![start.after], vec![known.after]));
    assert_eq!((texts(&duo.replayed).len(), duo.heard(ROOM).len()), (30, 60));
}
