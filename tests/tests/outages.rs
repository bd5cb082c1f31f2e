//! One part of the server fails for long, and the others go on.

use std::time::Duration;

use sechat_core::engine::{Access, FeedState};
use sechat_core::{Config, FeedChange, RoomId};
use sechat_fixtures::Room;
use sechat_fixtures::switches::Replay;
use sechat_tests::{BOT, Duo, Fate, OTHER, ROOM, answer, gaps as times_between, page, redirect};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const POLL: &str = "POST /events";
const SNAPSHOT: &str = "POST /chats/1/events";
const ACK: &str = "POST /messages/ack";
const DENIED: RoomId = RoomId(3);
const NO_ROOM: &str = "The room does not exist, or you do not have permission";

fn down() -> Fate {
    Fate::Instead(page(500, "Oops! Something Bad Happened!"))
}

fn gaps(duo: &Duo) -> usize {
    duo.changes().iter().filter(|change| matches!(change, FeedChange::Gap { room: ROOM, .. })).count()
}

#[test]
fn a_live_socket_is_not_held_back_for_ever_by_questions_that_fail() {
    for rooms_fail_too in [false, true] {
        for from_the_start in [false, true] {
            let mut duo = Duo::new();
            if !from_the_start {
                duo.join_live(ROOM);
                duo.run(MINUTE);
            }
            duo.always(POLL, down());
            if from_the_start {
                duo.join_live(ROOM);
            } else {
                duo.cut_sockets();
                duo.run(5 * SECOND);
            }
            if rooms_fail_too {
                duo.always(SNAPSHOT, down());
            }
            let case = format!("rooms fail too: {rooms_fail_too}, from the start: {from_the_start}");
            let mut texts = Vec::new();
            for minute in 0..60 {
                texts.push(format!("message {minute}"));
                duo.ada_says(ROOM, &texts[minute]);
                duo.run(MINUTE);
                if minute >= 10 {
                    let heard = duo.heard(ROOM).len();
                    assert!(heard + 8 > minute, "{case}: {heard} after {minute} minutes: {:?}", duo.changes());
                }
            }
            assert!(gaps(&duo) > 0, "{case}: the user is told");
            duo.heal();
            duo.run(5 * MINUTE);
            assert_eq!(duo.heard(ROOM), texts, "{case}");
            texts.push("all is well".to_owned());
            duo.ada_says(ROOM, "all is well");
            duo.run(SECOND);
            assert_eq!(duo.heard(ROOM), texts, "{case}");
        }
    }
}

#[test]
fn mentions_are_marked_as_read_after_an_outage() {
    for fate in [down(), Fate::CutBefore, Fate::Refused, Fate::SilentBefore] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.always(ACK, fate.clone());
        let first = duo.ada_says(ROOM, "@Bot are you there?");
        duo.run(2 * MINUTE);
        let second = duo.ada_says(ROOM, "@Bot hello?");
        duo.run(10 * MINUTE);
        assert_eq!(duo.server.acks(), []);
        assert!((2..30).contains(&duo.count(ACK)), "{fate:?}: {} tries", duo.count(ACK));
        duo.heal();
        duo.run(3 * MINUTE);
        let mut acks = duo.server.acks().to_vec();
        acks.sort_unstable();
        assert_eq!(acks, [(BOT, first), (BOT, second)], "{fate:?}");
        let tries = duo.count(ACK);
        duo.run(5 * MINUTE);
        assert_eq!(duo.count(ACK), tries, "and once is enough");
    }
}

/// Many rooms, read by polling.
fn many_rooms(anonymous: bool) -> (Duo, Vec<RoomId>) {
    let rooms: Vec<RoomId> = [ROOM, OTHER].into_iter().chain((3..=6).map(RoomId)).collect();
    let mut duo = Duo::with(|setup, config| {
        setup.rooms.extend((3..=6).map(|n| Room::new(RoomId(n), &format!("Room {n}"))));
        if anonymous {
            *config = Config::new(config.server.clone(), Access::Anonymous);
            config.seed = 7;
        }
    });
    duo.always("POST /ws-auth", down());
    for room in &rooms {
        duo.join(*room).expect("a room for everybody");
    }
    duo.run(10 * SECOND);
    (duo, rooms)
}

fn rooms_of_last_poll(duo: &Duo) -> usize {
    let last = duo.sent_to(POLL).last().copied().expect("polls");
    (1..=6).filter(|n| last.field(&format!("r{n}")).is_some()).count()
}

#[test]
fn one_denied_room_does_not_silence_the_others() {
    for anonymous in [true, false] {
        for denial in [answer(404, NO_ROOM), answer(404, ""), page(403, "Access Denied")] {
            let (mut duo, rooms) = many_rooms(anonymous);
            duo.always_with(POLL, "r3", Fate::Instead(denial));
            let texts: Vec<String> = (0..20).map(|n| format!("message {n}")).collect();
            for (n, text) in texts.iter().enumerate() {
                for room in &rooms {
                    duo.ada_says(*room, text);
                }
                duo.run(15 * SECOND);
                let heard = duo.heard(OTHER).len();
                assert!(heard + 2 > n, "{heard} of {n}: nobody waits for long");
            }
            assert_eq!(duo.feed_ended, None, "patience is for faults of the server");
            for room in rooms.iter().filter(|room| **room != DENIED) {
                assert_eq!(duo.heard(*room), texts, "{room}");
            }
            let lost = |change: &&&FeedChange| matches!(change, FeedChange::RoomLost { .. });
            let lost: Vec<&FeedChange> = duo.changes().iter().filter(lost).copied().collect();
            assert!(matches!(lost[..], [FeedChange::RoomLost { room: DENIED, .. }]), "{lost:?}");
            assert_eq!(rooms_of_last_poll(&duo), 5, "the others are asked about together again");
        }
    }
}

#[test]
fn one_denial_of_a_whole_question_passes() {
    for anonymous in [true, false] {
        let (mut duo, rooms) = many_rooms(anonymous);
        duo.next(1, POLL, Fate::Instead(page(403, "Access Denied")));
        duo.run(2 * MINUTE);
        assert_eq!(rooms_of_last_poll(&duo), 6);
        for room in &rooms {
            duo.ada_says(*room, "hi");
        }
        duo.run(15 * SECOND);
        assert!(rooms.iter().all(|room| duo.heard(*room) == ["hi"]));
    }
}

#[test]
fn a_feed_that_catches_up_says_so() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.run(MINUTE);
    let feed = |duo: &Duo| duo.engine.health(duo.now()).feed;
    assert_eq!(feed(&duo), FeedState::Live);
    duo.always(POLL, down());
    duo.cut_sockets();
    duo.run(10 * SECOND);
    assert_eq!(feed(&duo), FeedState::CatchingUp);
    duo.heal();
    duo.run(MINUTE);
    assert_eq!(feed(&duo), FeedState::Live);
}

/// A frame with so many messages of this text.
fn frame(first: u64, messages: u64, text: &str) -> String {
    let message =
        |n| format!(r#"{{"event_type":1,"id":{n},"room_id":1,"user_id":102,"message_id":{n},"content":"{text}"}}"#);
    let messages: Vec<String> = (first..first + messages).map(message).collect();
    format!(r#"{{"r1":{{"e":[{}]}}}}"#, messages.join(","))
}

#[test]
fn what_a_room_holds_back_is_bounded() {
    let long = "x".repeat(1 << 20);
    for (text, messages, held, too_many) in [(long.as_str(), 1, 15, 17), ("x", 100, 100, 101)] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.run(MINUTE);
        for line in [POLL, SNAPSHOT] {
            duo.always(line, down());
        }
        duo.cut_sockets();
        duo.run(5 * SECOND);
        let first = duo.server.log().last().expect("the bot has entered").id.0 + 1;
        let say = |duo: &mut Duo, frames: std::ops::Range<u64>| {
            for n in frames {
                duo.server.send_frame(duo.now(), &frame(first + n * messages, messages, text));
            }
            duo.run(SECOND);
        };
        say(&mut duo, 0..held);
        assert_eq!((duo.heard(ROOM).len(), gaps(&duo)), (0, 0), "the room waits for what was missed");
        say(&mut duo, held..too_many);
        assert_eq!(
            (duo.heard(ROOM).len() as u64, gaps(&duo)),
            (too_many * messages, 1),
            "and goes on without, and says so"
        );
    }
}

#[test]
fn rooms_that_lead_elsewhere_do_not_end_the_feed_while_one_can_be_read() {
    let (mut duo, rooms) = many_rooms(true);
    for room in &rooms[1..] {
        duo.always_with(POLL, &format!("r{room}"), Fate::Instead(redirect("/users/login")));
    }
    for n in 0..20 {
        duo.ada_says(ROOM, &format!("message {n}"));
        duo.run(MINUTE);
    }
    assert_eq!((duo.heard(ROOM).len(), duo.feed_ended), (20, None));

    let mut duo = Duo::with(|_, config| *config = Config::new(config.server.clone(), Access::Anonymous));
    duo.join(ROOM).expect("a room for everybody");
    duo.always(POLL, Fate::Instead(redirect("/users/login")));
    duo.run(20 * MINUTE);
    assert!(matches!(duo.feed_ended, Some(Err(_))), "there is no other");
}

#[test]
fn a_room_is_read_once_at_a_time() {
    let mut duo = Duo::with(|_, config| config.request_timeout = 30 * MINUTE);
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    duo.run(MINUTE);
    for line in [POLL, "POST /chats/2/events"] {
        duo.always(line, down());
    }
    duo.cut_sockets();
    duo.run(5 * SECOND);
    let from = duo.time();
    duo.always(SNAPSHOT, Fate::SilentBefore);
    duo.run(10 * MINUTE);
    let readings: Vec<_> = duo.sent_to(SNAPSHOT).into_iter().filter(|sent| sent.at > from).collect();
    assert_eq!(readings.len(), 1, "/events does not answer, so the room is read instead");
}

#[test]
fn all_is_well_only_when_every_room_is() {
    let mut duo = Duo::new();
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    duo.run(MINUTE);
    duo.next(1, POLL, Fate::Instead(answer(200, r#"{"r1":{"reset":true},"r2":{},"sync":1790000000}"#)));
    duo.next(1, SNAPSHOT, Fate::LateAnswer(10 * SECOND));
    duo.cut_sockets();
    duo.run(8 * SECOND);
    let resumed = |duo: &Duo| duo.changes().iter().any(|change| matches!(change, FeedChange::Resumed { .. }));
    assert!(!resumed(&duo), "one room is still being read: {:?}", duo.changes());
    duo.run(MINUTE);
    assert!(resumed(&duo), "{:?}", duo.changes());
}

#[test]
fn rooms_that_are_asked_about_one_by_one_are_not_asked_about_at_once() {
    let (mut duo, _) = many_rooms(true);
    let from = duo.time();
    duo.always_with(POLL, "r3", Fate::Instead(redirect("/users/login")));
    duo.run(5 * MINUTE);
    let polls: Vec<_> = duo.sent_to(POLL).into_iter().filter(|sent| sent.at > from).collect();
    assert!(polls.len() > 50 && times_between(&polls).iter().all(|time| *time >= SECOND / 5), "{}", polls.len());
}

#[test]
fn a_room_that_cannot_be_read_at_first_is_read_later() {
    let mut duo = Duo::with(|setup, _| setup.switches.replay = Replay::Never);
    duo.join_live(ROOM);
    duo.run(MINUTE);
    duo.next(1, POLL, Fate::Instead(answer(200, r#"{"r1":{"reset":true},"sync":1790000000}"#)));
    duo.next(2, SNAPSHOT, down());
    duo.cut_sockets();
    for text in ["one", "two"] {
        duo.ada_says(ROOM, text);
    }
    duo.run(3 * MINUTE);
    assert_eq!(duo.heard(ROOM), ["one", "two"]);
}

#[test]
fn one_question_that_fails_is_soon_asked_again() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.run(MINUTE);
    duo.next(1, POLL, down());
    let polls = duo.count(POLL);
    duo.cut_sockets();
    duo.run(10 * SECOND);
    assert!(duo.count(POLL) >= polls + 2);
}

/// Its messages do not tell what else happened.
#[test]
fn a_room_that_was_left_out_of_an_answer_is_asked_about_again() {
    let mut duo = Duo::with(|setup, _| setup.switches.replay = Replay::Never);
    duo.join_live(ROOM);
    let message = duo.ada_says(ROOM, "one");
    duo.run(MINUTE);
    duo.next(1, POLL, Fate::Instead(answer(200, r#"{"sync":1790000000}"#)));
    duo.cut_sockets();
    duo.server.edit(duo.now(), message, "two");
    duo.run(2 * MINUTE);
    assert_eq!(duo.events_of_type(2).len(), 1);
}
