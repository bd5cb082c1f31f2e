//! Which socket carries which room.

use std::time::Duration;

use sechat_core::FeedChange;
use sechat_fixtures::switches::{ExitMark, FirstFrame, SocketRooms};
use sechat_tests::{ADA, BOT, Duo, Fate, OTHER, ROOM};

const MINUTE: Duration = Duration::from_secs(60);
const AUTH: &str = "POST /ws-auth";

#[test]
fn an_old_socket_stays_until_the_new_one_has_shown_its_rooms() {
    let mut duo = Duo::with(|setup, config| {
        (setup.switches.socket_rooms, setup.switches.first_frame) = (SocketRooms::All, FirstFrame::Silence);
        config.feed.renewal = 5 * MINUTE;
    });
    duo.join_both();
    let (entries, polls) = (duo.count(AUTH), duo.count("POST /events"));
    duo.until("a second socket", |duo| duo.server.sockets().len() == 2);
    for _ in 0..10 {
        duo.ada_says(OTHER, "hi");
        duo.run(Duration::from_millis(100));
    }
    duo.run(MINUTE);
    assert!(duo.count("POST /events") <= polls + 3, "nothing was missed on either");
    assert_eq!(duo.server.sockets().len(), 1);
    assert_eq!(duo.count(AUTH), entries + 1, "all rooms have moved, and none had to be entered again");
}

#[test]
fn no_socket_is_opened_for_a_room_that_was_left_meanwhile() {
    let mut duo = Duo::new();
    duo.join(ROOM).unwrap();
    duo.until("the question for an address", |duo| duo.count(AUTH) == 1);
    let left = duo.engine.leave(duo.now(), ROOM);
    duo.wait(&left).unwrap();
    duo.run(MINUTE);
    assert_eq!(duo.count("WS /events/1"), 0);
}

#[test]
fn a_trial_says_nothing_when_its_socket_is_lost() {
    let mut duo = Duo::switched(|switches| switches.socket_rooms = SocketRooms::Own);
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    duo.no_sockets = true;
    duo.cut_sockets();
    duo.run(2 * MINUTE);
    duo.server.switches_mut().socket_rooms = SocketRooms::All;
    duo.heal();
    duo.run(3 * MINUTE);
    assert_eq!((duo.server.sockets().len(), duo.count("WS /events/2")), (1, 0), "the server may well share it");
}

#[test]
fn a_room_that_is_joined_after_all_were_left_has_a_socket_at_once() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let left = duo.engine.leave(duo.now(), ROOM);
    duo.wait(&left).unwrap();
    duo.run(Duration::from_secs(1));
    assert_eq!(duo.server.sockets(), []);
    duo.join_live(OTHER);
    assert_eq!(duo.server.sockets().len(), 1);
}

#[test]
fn a_socket_outlives_the_room_that_it_was_opened_for() {
    let mut duo = Duo::with(|_, config| config.feed.renewal = 5 * MINUTE);
    duo.join_both();
    let left = duo.engine.leave(duo.now(), ROOM);
    duo.wait(&left).unwrap();
    let opened = duo.count("WS /events/1");
    duo.until("a second socket", |duo| duo.server.sockets().len() == 2);
    duo.run(2 * MINUTE);
    assert_eq!(
        (duo.count("WS /events/1"), duo.count("WS /events/2")),
        (opened, 1),
        "a room that is left leads the new one"
    );
    assert_eq!(duo.changes(), [&FeedChange::Connecting, &FeedChange::Live]);
}

/// Asking for the socket has entered the room; then comes the kick, and then the answer.
#[test]
fn a_kick_before_the_address_of_the_socket_is_known_is_noticed() {
    let mut duo = Duo::switched(|switches| switches.exit_mark = ExitMark::Nowhere);
    duo.next(1, AUTH, Fate::LateAnswer(Duration::from_secs(15)));
    duo.join(ROOM).unwrap();
    duo.run(Duration::from_secs(1));
    assert!(duo.server.present(ROOM).contains(&BOT));
    duo.server.kick(duo.now(), ADA, BOT, ROOM);
    duo.run(3 * MINUTE);
    assert!(duo.server.present(ROOM).contains(&BOT), "it comes back");
    duo.ada_says(ROOM, "welcome back");
    duo.run(Duration::from_secs(1));
    assert_eq!(duo.heard(ROOM), ["welcome back"]);
}
