//! Rooms that the account is taken out of while the bot wants to be in them, and that have to be entered again.

use std::time::Duration;

use sechat_fixtures::switches::{ExitMark, Ticks};
use sechat_tests::{ADA, BOT, Duo, Fate, OTHER, ROOM};

const MINUTE: Duration = Duration::from_secs(60);
const AUTH: &str = "POST /ws-auth";

/// A room is joined again before the request to leave it arrives, which it does when nobody waits for its answer any more.
/// No frame says so.
fn left_late(ticks: Ticks, given_up: bool) -> Duo {
    let mut duo = Duo::switched(|switches| switches.ticks = ticks);
    duo.join_both();
    duo.next(1, "POST /chats/leave/2", Fate::LateArrival(Duration::from_secs(40)));
    let leaving = duo.engine.leave(duo.now(), OTHER);
    duo.run(Duration::from_millis(100));
    if given_up {
        duo.engine.cancel(duo.now(), leaving.id());
    }
    duo.join_live(OTHER);
    duo.ada_says(OTHER, "welcome back");
    duo.until("the room to be left", |duo| !duo.server.present(OTHER).contains(&BOT));
    duo
}

#[test]
fn a_room_that_is_left_late_after_it_was_joined_again_is_entered_again() {
    for given_up in [false, true] {
        let mut duo = left_late(Ticks::AlwaysOne, given_up);
        duo.ada_says(OTHER, "is it gone?");
        duo.run(2 * MINUTE);
        assert!(duo.server.present(OTHER).contains(&BOT), "{given_up}");
        duo.ada_says(OTHER, "there it is");
        duo.run(MINUTE);
        assert_eq!(duo.heard(OTHER), ["welcome back", "is it gone?", "there it is"]);
    }
}

/// A socket that goes on carrying the room it shared has shown nothing of it in between, and no number tells.
#[test]
fn what_is_said_while_a_room_is_entered_again_is_asked_for() {
    let mut duo = left_late(Ticks::NoDelta, false);
    duo.next(3, AUTH, Fate::Refused);
    let entries = duo.count(AUTH);
    duo.until("the first try to enter it", |duo| duo.count(AUTH) > entries);
    duo.run(Duration::from_millis(200));
    duo.ada_says(OTHER, "in between");
    duo.ada_says(ROOM, "elsewhere");
    duo.until("another try", |duo| duo.server.present(OTHER).contains(&BOT));
    duo.ada_says(OTHER, "there it is");
    duo.run(MINUTE);
    assert_eq!(duo.heard(OTHER), ["welcome back", "in between", "there it is"]);
}

/// A post enters it as well.
#[test]
fn what_is_said_before_a_post_enters_a_room_again_is_asked_for() {
    let mut duo = left_late(Ticks::NoDelta, false);
    duo.ada_says(OTHER, "in between");
    duo.ada_says(ROOM, "elsewhere");
    duo.run(Duration::from_secs(1));
    duo.say(OTHER, "here I am").unwrap();
    duo.ada_says(OTHER, "there it is");
    duo.run(MINUTE);
    assert_eq!(duo.heard(OTHER), ["welcome back", "in between", "here I am", "there it is"]);
}

/// Asking for a socket enters the room, but the account was taken out of it before that socket opened. A later request, which
/// would have entered it again, is lost.
fn left_while_a_socket_opens(slow: impl FnOnce(&mut Duo)) {
    let mut duo = Duo::switched(|switches| switches.exit_mark = ExitMark::Nowhere);
    duo.join_live(ROOM);
    let entries = duo.count(AUTH);
    slow(&mut duo);
    duo.cut_sockets();
    duo.until("the room to be entered", |duo| duo.count(AUTH) > entries);
    duo.next(1, AUTH, Fate::SilentBefore);
    duo.run(Duration::from_millis(100));
    duo.server.kick(duo.now(), ADA, BOT, ROOM);
    duo.until("another try", |duo| duo.count(AUTH) > entries + 1);
    duo.heal();
    duo.run(2 * MINUTE);
    duo.ada_says(ROOM, "still here?");
    duo.run(MINUTE);
    assert_eq!(duo.heard(ROOM), ["still here?"], "{:?}", duo.changes());
}

#[test]
fn an_address_that_was_asked_for_before_the_room_was_left_counts_for_nothing() {
    left_while_a_socket_opens(|duo| duo.next(1, AUTH, Fate::LateAnswer(Duration::from_secs(12))));
}

#[test]
fn a_socket_that_was_opened_for_a_room_before_it_was_left_counts_for_nothing() {
    left_while_a_socket_opens(|duo| duo.handshakes_after = Duration::from_secs(12));
}
