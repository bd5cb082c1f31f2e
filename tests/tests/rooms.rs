//! Rooms and sessions that end while they are read.

use std::time::Duration;

use sechat_core::endpoint::LeaveAllRooms;
use sechat_core::engine::{Access as Login, FeedState};
use sechat_core::{Error, FeedChange};
use sechat_fixtures::Access;
use sechat_fixtures::switches::{ExitMark, SnapshotTime, SocketRooms, Ticks};
use sechat_tests::{ADA, BOT, Duo, Fate, FrameFate, OTHER, ROOM, answer, page};

const MINUTE: Duration = Duration::from_secs(60);
const AUTH: &str = "POST /ws-auth";

#[test]
fn a_room_that_one_is_put_out_of_is_lost_and_others_go_on() {
    let mut duo = Duo::new();
    // Not the first time: so it lasts for longer than a minute.
    duo.server.mute(duo.now(), ADA, BOT, ROOM);
    duo.run(2 * MINUTE);
    duo.join_both();
    duo.server.mute(duo.now(), ADA, BOT, ROOM);
    duo.run(Duration::from_secs(1));
    assert_eq!((duo.events_of_type(4).len(), duo.events_of_type(15).len()), (1, 1), "the kick itself is heard");
    duo.server.send_frame(duo.now(), r#"{"r1":{"exit":true},"r2":{}}"#);
    duo.run(3 * MINUTE);
    assert!(
        duo.changes().iter().any(|change| matches!(change, FeedChange::RoomLost { room: ROOM, .. })),
        "it is not let in again: {:?}",
        duo.changes()
    );
    duo.ada_says(OTHER, "still here");
    duo.run(MINUTE);
    assert_eq!(duo.heard(OTHER), ["still here"]);
    assert_eq!(duo.feed_ended, None);
}

#[test]
fn who_may_come_back_comes_back() {
    let mut duo = Duo::new();
    duo.join_both();
    duo.next(1, "POST /events", Fate::Instead(answer(200, r#"{"r1":{"exit":true},"r2":{},"sync":1790000000}"#)));
    duo.cut_sockets();
    duo.run(MINUTE);
    assert!(!duo.changes().iter().any(|c| matches!(c, FeedChange::RoomLost { .. })), "{:?}", duo.changes());
    duo.ada_says(ROOM, "welcome back");
    duo.ada_says(OTHER, "still here");
    duo.run(MINUTE);
    assert_eq!((duo.heard(ROOM), duo.heard(OTHER)), (vec!["welcome back"], vec!["still here"]));
}

#[test]
fn a_room_that_becomes_private_is_lost_and_others_go_on() {
    for rooms in SocketRooms::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.socket_rooms = *rooms);
        duo.join_both();
        duo.server.room_mut(ROOM).unwrap().access = Access::Private;
        duo.cut_sockets();
        duo.run(5 * MINUTE);
        let lost: Vec<_> = duo.changes().into_iter().filter(|c| matches!(c, FeedChange::RoomLost { .. })).collect();
        assert!(matches!(lost[..], [FeedChange::RoomLost { room: ROOM, .. }]), "{rooms:?}: {:?}", duo.changes());
        duo.ada_says(OTHER, "still here");
        duo.run(MINUTE);
        assert_eq!(duo.heard(OTHER), ["still here"], "{rooms:?}");
    }
}

/// To who was put out of a private room the server says that alone: what was missed is lost, and not none.
#[test]
fn a_room_that_is_lost_with_something_missing_says_so() {
    let mut duo = Duo::with(|setup, _| setup.switches.exit_mark = ExitMark::Polls);
    duo.join_both();
    duo.take_away();
    duo.ada_says(ROOM, "who hears this?");
    duo.server.mute(duo.now(), ADA, BOT, ROOM);
    duo.server.room_mut(ROOM).unwrap().access = Access::Private;
    duo.heal();
    duo.run(5 * MINUTE);
    let about_it = |change: &&FeedChange| {
        matches!(change, FeedChange::Gap { room: ROOM, .. } | FeedChange::RoomLost { room: ROOM, .. })
    };
    let told: Vec<_> = duo.changes().into_iter().filter(about_it).collect();
    assert!(matches!(told[..], [FeedChange::Gap { until: None, .. }, FeedChange::RoomLost { .. }]), "{told:?}");
}

/// Without its snapshot's time, and left out of the answer about everything: it was shut in between.
#[test]
fn a_room_that_names_no_event_begins_where_the_others_stand() {
    let mut duo = Duo::with(|setup, _| setup.switches.snapshot_time = SnapshotTime::Null);
    duo.ada_says(ROOM, "long ago");
    duo.join_live(OTHER);
    duo.ada_says(OTHER, "just now");
    duo.run(MINUTE);
    duo.next(1, "POST /events", Fate::Instead(answer(200, r#"{"sync":1790000000}"#)));
    duo.join_live(ROOM);
    duo.ada_says(ROOM, "now");
    duo.run(MINUTE);
    assert_eq!((duo.heard(ROOM), duo.heard(OTHER)), (vec!["now"], vec!["just now"]));
}

/// The same without others: it was there before.
#[test]
fn a_room_that_names_no_event_begins_where_it_was_lost() {
    let mut duo = Duo::with(|setup, _| setup.switches.snapshot_time = SnapshotTime::Null);
    duo.join_live(ROOM);
    duo.ada_says(ROOM, "before");
    duo.run(MINUTE);
    duo.server.room_mut(ROOM).unwrap().access = Access::Private;
    duo.cut_sockets();
    duo.run(5 * MINUTE);
    assert!(matches!(duo.changes().last(), Some(FeedChange::Reconnecting { .. } | FeedChange::RoomLost { .. })));
    duo.server.room_mut(ROOM).unwrap().access = Access::Public;
    duo.next(1, "POST /events", Fate::Instead(answer(200, r#"{"sync":1790000000}"#)));
    duo.join_live(ROOM);
    duo.ada_says(ROOM, "after");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["before", "after"]);
}

/// The same in a later process, which goes on in another room.
#[test]
fn a_room_that_names_no_event_begins_where_an_earlier_process_stood_in_another() {
    let mut duo = Duo::with(|setup, _| setup.switches.snapshot_time = SnapshotTime::Null);
    duo.join_both();
    duo.ada_says(OTHER, "before");
    duo.run(MINUTE);
    let stored = duo.log_in().unwrap();
    let position = duo.engine.positions()[&ROOM];
    duo.restart(Login::Credentials(stored));
    duo.next(2, "POST /events", Fate::Instead(answer(200, r#"{"sync":1790000000}"#)));
    let joined = [duo.engine.resume(duo.now(), ROOM, position), duo.engine.join(duo.now(), OTHER)];
    for room in joined {
        duo.wait(&room).unwrap();
    }
    duo.run(MINUTE);
    duo.ada_says(OTHER, "after");
    duo.run(MINUTE);
    assert_eq!(duo.heard(OTHER), ["after"]);
}

#[test]
fn a_room_that_is_joined_while_it_is_being_left_is_not_left_once_more() {
    const LEAVE: &str = "POST /chats/leave/1";
    let mut duo = Duo::new();
    duo.join_both();
    duo.next(1, LEAVE, Fate::SilentBefore);
    let leaving = duo.engine.leave(duo.now(), ROOM);
    duo.run(Duration::from_secs(1));
    duo.join_live(ROOM);
    duo.wait(&leaving).unwrap();
    duo.run(2 * MINUTE);
    assert_eq!(duo.count(LEAVE), 1);
    duo.ada_says(ROOM, "still there?");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["still there?"]);
    assert!(duo.server.present(ROOM).contains(&BOT));
}

#[test]
fn one_denial_is_a_hiccup() {
    let mut duo = Duo::new();
    duo.join_both();
    duo.next(2, AUTH, Fate::Instead(answer(404, "The room does not exist, or you do not have permission")));
    duo.cut_sockets();
    duo.run(5 * MINUTE);
    duo.ada_says(ROOM, "still here");
    duo.run(Duration::from_secs(10));
    assert_eq!(duo.heard(ROOM), ["still here"], "{:?}", duo.changes());
}

/// What was denied is only believed once the session has been looked at, which may take until the room is open again.
#[test]
fn who_joins_again_does_not_lose_the_room_for_what_was_denied_before() {
    let mut duo = Duo::new();
    duo.join_both();
    duo.server.room_mut(ROOM).unwrap().access = Access::Private;
    duo.cut_sockets();
    let before = duo.count(AUTH);
    duo.until("the third question", |duo| duo.count(AUTH) == before + 3);
    duo.always("GET /chats/join/favorite", Fate::SilentBefore);
    duo.run(MINUTE);
    duo.server.room_mut(ROOM).unwrap().access = Access::Public;
    assert_eq!(duo.join(ROOM), Ok(()));
    duo.heal();
    duo.run(2 * MINUTE);
    duo.ada_says(ROOM, "welcome back");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["welcome back"], "{:?}", duo.changes());
}

#[test]
fn the_feed_ends_with_a_session_that_cannot_be_had_again() {
    let mut duo = Duo::new();
    let stored = duo.log_in().unwrap();
    duo.restart(Login::Credentials(stored));
    duo.join_both();
    duo.server.expire_sessions();
    duo.cut_sockets();
    duo.run(MINUTE);
    assert_eq!(duo.changes().last(), Some(&&FeedChange::SessionExpired));
    assert_eq!(duo.feed_ended, Some(Err(Error::SessionExpired)));
    assert_eq!(duo.engine.health(duo.now()).feed, FeedState::Ended);
    assert_eq!(duo.join(ROOM), Err(Error::Closed));
    let before = duo.sent().len();
    duo.run(60 * MINUTE);
    assert_eq!(duo.sent().len(), before, "and nothing is sent any more");
}

/// What was asked for a stay that was called off may be answered long after the room was joined again.
#[test]
fn a_late_refusal_of_an_earlier_join_takes_nobody_out() {
    const SNAPSHOT: &str = "POST /chats/1/events";
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.next(1, SNAPSHOT, Fate::SilentBefore);
    let early = duo.engine.join(duo.now(), ROOM);
    let _left = duo.engine.leave(duo.now(), ROOM);
    duo.join_live(ROOM);
    assert_eq!(duo.ended(&early), Some(Err(Error::Cancelled)));
    let asked = duo.count(SNAPSHOT);
    duo.next(1, SNAPSHOT, Fate::Instead(answer(404, "The room does not exist, or you do not have permission")));
    duo.run(2 * MINUTE);
    assert!(duo.count(SNAPSHOT) > asked, "the first question is asked once more, and refused");
    duo.ada_says(ROOM, "still there?");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["still there?"]);
}

/// A room is read when its events do not reach back far enough. What was read of an earlier stay may lack what the present
/// one waits for.
#[test]
fn a_late_reading_for_an_earlier_stay_is_not_taken_for_the_present_one() {
    const POLL: &str = "POST /events";
    const SNAPSHOT: &str = "POST /chats/1/events";
    let mut duo = Duo::new();
    duo.join_both();
    duo.next(1, POLL, Fate::Instead(answer(200, r#"{"r1":{"reset":true},"r2":{},"sync":1790000000}"#)));
    duo.next(1, SNAPSHOT, Fate::LateAnswer(Duration::from_secs(25)));
    let read = duo.count(SNAPSHOT);
    duo.cut_sockets();
    duo.until("the room to be read", |duo| duo.count(SNAPSHOT) > read);
    let left = duo.engine.leave(duo.now(), ROOM);
    duo.wait(&left).unwrap();
    duo.join_live(ROOM);
    duo.run(Duration::from_secs(5));
    duo.always(POLL, Fate::Instead(page(500, "Oops! Something Bad Happened!")));
    duo.frames.push_back(FrameFate::Lost);
    for text in ["one", "two"] {
        duo.ada_says(ROOM, text);
        duo.run(Duration::from_secs(1));
    }
    assert_eq!(duo.heard(ROOM), Vec::<&str>::new(), "a gap was seen, and the question about it fails");
    duo.run(Duration::from_secs(30));
    assert_eq!(duo.count(SNAPSHOT), read + 2, "for the earlier stay, and to join again");
    duo.heal();
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["one", "two"]);
    assert!(!duo.changes().iter().any(|change| matches!(change, FeedChange::Gap { .. })), "{:?}", duo.changes());
}

/// While events are held back, so is the one that says that the account has left. All the same the socket need not show the
/// room from there on.
#[test]
fn what_happens_between_two_stays_is_asked_for_though_the_end_of_the_first_is_held_back() {
    const POLL: &str = "POST /events";
    let mut duo = Duo::with(|setup, _| setup.switches.ticks = Ticks::NoDelta);
    duo.join_both();
    let asked = duo.count(POLL);
    duo.next(1, POLL, Fate::LateAnswer(Duration::from_secs(10)));
    duo.server.send_frame(duo.now(), r#"{"r1":{"e":[{"event"#);
    duo.until("the server to be asked", |duo| duo.count(POLL) > asked);
    duo.server.leave(duo.now(), BOT, ROOM);
    duo.run(Duration::from_secs(1));
    duo.frames.push_back(FrameFate::Lost);
    duo.ada_says(ROOM, "is it gone?");
    duo.run(Duration::from_secs(1));
    duo.server.enter(duo.now(), BOT, ROOM);
    duo.ada_says(ROOM, "there it is");
    duo.run(Duration::from_secs(5));
    assert!(duo.heard(ROOM).is_empty(), "they wait for the answer");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["is it gone?", "there it is"]);
}

#[test]
fn leaving_all_rooms_leaves_those_that_are_not_joined() {
    for rooms in SocketRooms::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.socket_rooms = *rooms);
        duo.join_both();
        let entries = duo.count(AUTH);
        let left = duo.engine.submit(duo.now(), LeaveAllRooms);
        duo.wait(&left).unwrap();
        duo.run(MINUTE);
        assert!(duo.count(AUTH) > entries, "{rooms:?}: they are entered again");
        for room in [ROOM, OTHER] {
            assert!(duo.server.present(room).contains(&BOT), "{rooms:?}");
            duo.ada_says(room, "still here?");
        }
        duo.run(MINUTE);
        assert_eq!((duo.heard(ROOM), duo.heard(OTHER)), (vec!["still here?"], vec!["still here?"]), "{rooms:?}");
        assert_eq!(duo.changes().iter().filter(|c| matches!(c, FeedChange::RoomLost { .. })).count(), 0);
    }
}

#[test]
fn who_else_leaves_is_no_reason_to_enter_again() {
    let mut duo = Duo::new();
    duo.join_both();
    let entries = duo.count(AUTH);
    duo.server.leave(duo.now(), ADA, ROOM);
    duo.run(MINUTE);
    assert_eq!((duo.events_of_type(4).len(), duo.count(AUTH)), (1, entries));
}

#[test]
fn denials_are_a_hiccup_until_they_have_lasted() {
    let mut duo = Duo::new();
    duo.join_both();
    let denied = duo.count(AUTH);
    duo.next(4, AUTH, Fate::Instead(answer(404, "The room does not exist, or you do not have permission")));
    duo.cut_sockets();
    duo.until("four denials", |duo| duo.count(AUTH) >= denied + 4);
    duo.run(5 * MINUTE);
    assert!(!duo.changes().iter().any(|change| matches!(change, FeedChange::RoomLost { .. })), "{:?}", duo.changes());
}

/// As a visitor, whom the server lets into no room.
#[test]
fn a_question_that_was_asked_after_the_session_had_ended_is_asked_again_and_denies_nothing() {
    let mut duo = Duo::new();
    duo.join_both();
    duo.no_sockets = true;
    duo.always("POST /events", Fate::Instead(page(503, "Offline for Maintenance")));
    duo.cut_sockets();
    let end = duo.time() + 3 * MINUTE;
    while duo.time() < end {
        let asked = duo.count(AUTH);
        duo.next(1, AUTH, Fate::Instead(answer(404, "The room does not exist, or you do not have permission")));
        duo.until("a question", |duo| duo.count(AUTH) > asked);
        duo.server.expire_sessions();
        duo.run(Duration::from_millis(900));
    }
    duo.heal();
    duo.run(2 * MINUTE);
    duo.ada_says(ROOM, "still here?");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["still here?"], "{:?}", duo.changes());
}

/// Its refusal comes while the room is being joined again.
#[test]
fn a_refusal_of_an_earlier_join_does_not_end_the_present_one() {
    const SNAPSHOT: &str = "POST /chats/1/events";
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.server.room_mut(ROOM).unwrap().access = Access::Private;
    duo.next(1, SNAPSHOT, Fate::LateAnswer(Duration::from_secs(2)));
    let early = duo.engine.join(duo.now(), ROOM);
    duo.run(Duration::from_secs(1));
    let _left = duo.engine.leave(duo.now(), ROOM);
    duo.server.room_mut(ROOM).unwrap().access = Access::Public;
    duo.next(1, SNAPSHOT, Fate::LateAnswer(Duration::from_secs(10)));
    let again = duo.engine.join(duo.now(), ROOM);
    assert_eq!((duo.wait(&again), duo.ended(&early)), (Ok(()), Some(Err(Error::Cancelled))));
}

/// What is personal may come under another room's key, and then waits for its own room to bring it in its place.
#[test]
fn what_waits_for_its_room_is_heard_when_the_room_is_lost() {
    let mut duo = Duo::new();
    duo.join_both();
    let id = duo.server.log().last().unwrap().id.0 + 100;
    duo.server.send_frame(
        duo.now(),
        &format!(
            r#"{{"r2":{{"e":[{{"event_type":8,"id":{id},"room_id":1,"user_id":102,"message_id":5,"target_user_id":101,"content":"@Bot bye"}}]}}}}"#
        ),
    );
    duo.run(Duration::from_secs(1));
    assert_eq!(duo.events_of_type(8).len(), 0, "its room has not come so far");
    duo.server.room_mut(ROOM).unwrap().access = Access::Private;
    duo.cut_sockets();
    duo.until("the loss of the room", |duo| {
        duo.changes().iter().any(|change| matches!(change, FeedChange::RoomLost { room: ROOM, .. }))
    });
    assert_eq!(duo.events_of_type(8).len(), 1);
}

/// The answers say it until the room is entered again, which may be long after.
#[test]
fn being_put_out_once_is_one_denial_however_often_it_is_said() {
    let mut duo = Duo::new();
    duo.join_both();
    duo.always(AUTH, Fate::Instead(page(503, "Offline for Maintenance")));
    duo.always("POST /events", Fate::Instead(answer(200, r#"{"r1":{"exit":true},"r2":{},"sync":1790000000}"#)));
    duo.cut_sockets();
    duo.run(3 * MINUTE);
    duo.heal();
    duo.run(2 * MINUTE);
    duo.ada_says(ROOM, "welcome back");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["welcome back"], "{:?}", duo.changes());
}

/// Or it would go on at the beginning of time, and with everything in between once it is open.
#[test]
fn a_room_that_is_shut_while_it_is_joined_is_not_joined() {
    let mut duo = Duo::with(|setup, _| setup.switches.snapshot_time = SnapshotTime::Null);
    duo.ada_says(ROOM, "before");
    duo.next(1, "/chats/1/events", Fate::Fine);
    duo.always("/chats/1/events", Fate::Instead(page(404, "The room does not exist, or you do not have permission")));
    duo.next(1, "POST /events", Fate::Instead(answer(200, "{}")));
    assert!(matches!(duo.join(ROOM), Err(Error::Refused { status: 404, .. })));
}
