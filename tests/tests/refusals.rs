//! What the server will not have, and how it is called.

use std::time::Duration;

use sechat_core::{Error, Now, Refusal, RoomId};
use sechat_fixtures::switches::{FkeyPages, FrozenAnswer, UnknownRoom};
use sechat_fixtures::{Access, ChatServer, Room, User};
use sechat_tests::{BOT, Duo, Fate, PRIVATE, ROOM, answer, page};

const NEW: &str = "/messages/new";
const NO_ROOM: &str = "The room does not exist, or you do not have permission";

fn refused(result: Result<impl std::fmt::Debug, Error>) -> (u16, Refusal) {
    match result {
        Err(Error::Refused { status, reason, .. }) => (status, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_refusal_of_a_post_has_its_name() {
    type Stage = fn(&mut ChatServer, Now);
    let text = |text: &str| text.to_owned();
    let rows: [(Stage, RoomId, Refusal); 7] = [
        (|_, _| {}, PRIVATE, Refusal::NoSuchRoomOrNoPermission),
        (|_, _| {}, RoomId(404), Refusal::NoSuchRoomOrNoPermission),
        (
            |server, _| server.add_room(Room::new(RoomId(8), "Gallery").access(Access::Gallery)),
            RoomId(8),
            Refusal::NoSuchRoomOrNoPermission,
        ),
        (
            |server, _| server.block(BOT, Some("ending in 5 hours")),
            ROOM,
            Refusal::AccountBlocked(text("Your account is blocked, ending in 5 hours")),
        ),
        (
            |server, _| server.block(BOT, Some("ending on Oct 2 at 1:37")),
            ROOM,
            Refusal::AccountBlocked(text("Your account is blocked, ending on Oct 2 at 1:37")),
        ),
        (
            |server, now| server.set_timeout(now, ROOM, Duration::from_secs(58)),
            ROOM,
            Refusal::RoomInTimeout(text("The room is in timeout, ending in 58 seconds")),
        ),
        (
            |server, _| {
                server.switches_mut().talk_reputation = 20;
                server.add_user(User::new(BOT, "Bot").reputation(19));
            },
            ROOM,
            Refusal::NotEnoughReputation(text("You need 20 reputation points to talk here")),
        ),
    ];
    for (stage, room, expected) in rows {
        let mut duo = Duo::new();
        duo.log_in().unwrap();
        let now = duo.now();
        stage(&mut duo.server, now);
        assert_eq!(refused(duo.say(room, "hi")), (404, expected));
        assert!(duo.count(NEW) <= 2, "asked once more at most: {}", duo.count(NEW));
        assert_eq!(duo.count("POST /users/login"), 1, "and the session is good");
    }
}

#[test]
fn the_recorded_bodies_mean_what_they_say() {
    let other = |text: &str| Refusal::Other(text.to_owned());
    for (status, body, expected) in [
        (404, NO_ROOM, Refusal::NoSuchRoomOrNoPermission),
        (404, "You cannot write or edit messages in this room", Refusal::NoSuchRoomOrNoPermission),
        (404, "<!DOCTYPE html><html><title>Page Not Found</title></html>", Refusal::BadId),
        (404, "", Refusal::BadId),
        (404, "This room has been frozen", Refusal::RoomFrozen),
        (200, "\"This room has been frozen\"", Refusal::RoomFrozen),
        (409, "The room has been frozen; new messages cannot be added", Refusal::RoomFrozen),
        (409, "You are banned from this room", other("You are banned from this room")),
        (400, "Something is missing", other("Something is missing")),
        (403, "No", other("No")),
    ] {
        let mut duo = Duo::new();
        duo.always(NEW, Fate::Instead(answer(status, body)));
        assert_eq!(refused(duo.say(ROOM, "hi")), (status, expected), "{body}");
    }
}

#[test]
fn a_frozen_room_is_known_in_every_wording() {
    for wording in FrozenAnswer::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.frozen = *wording);
        duo.log_in().unwrap();
        duo.server.freeze(ROOM, true);
        assert_eq!(refused(duo.say(ROOM, "hi")).1, Refusal::RoomFrozen, "{wording:?}");
    }
}

#[test]
fn a_refusal_holds_up_nobody() {
    let mut duo = Duo::new();
    let tickets = [duo.send(PRIVATE, "one"), duo.send(ROOM, "two")];
    assert!(duo.wait(&tickets[0]).is_err());
    duo.wait(&tickets[1]).unwrap();
    assert_eq!(duo.room(ROOM), ["two"]);
}

#[test]
fn rooms_that_cannot_be_joined_say_why() {
    for wording in UnknownRoom::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.unknown_room = *wording);
        let expected = match wording {
            UnknownRoom::Page => Refusal::BadId,
            _ => Refusal::NoSuchRoomOrNoPermission,
        };
        assert_eq!(refused(duo.join(RoomId(404))), (404, expected));
        assert_eq!(refused(duo.join(PRIVATE)), (404, Refusal::NoSuchRoomOrNoPermission));
        duo.join_live(ROOM);
        duo.ada_says(ROOM, "unharmed");
        duo.run(Duration::from_secs(1));
        assert_eq!(duo.heard(ROOM), ["unharmed"]);
    }
}

#[test]
fn what_is_no_answer_to_a_read_is_a_fault_or_a_change() {
    for (response, attempts, expected) in [
        (page(503, "Offline for Maintenance"), 8, "the server failed with HTTP 503: Offline for Maintenance"),
        (page(200, "Just a moment..."), 8, "the server failed with HTTP 200: Just a moment..."),
        (
            page(200, "Something new"),
            8,
            "the list of a room's messages has changed: looked for {\"events\":[…]}; it reads: Something new",
        ),
        (
            answer(200, "{\"eve"),
            8,
            "the list of a room's messages has changed: looked for {\"events\":[…]}; it reads: {\"eve",
        ),
    ] {
        let mut duo = Duo::new();
        duo.always("/chats/1/events", Fate::Instead(response));
        let error = duo.join(ROOM).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert_eq!(duo.count("/chats/1/events"), attempts);
        duo.heal();
        duo.join(ROOM).unwrap();
    }
}

#[test]
fn an_answer_without_end_is_not_read() {
    let mut duo = Duo::new();
    let huge = format!("{{\"events\":[],\"time\":1,\"pad\":\"{}\"}}", "x".repeat(17 << 20));
    duo.next(1, "/chats/1/events", Fate::Instead(answer(200, &huge)));
    duo.join(ROOM).unwrap();
    assert_eq!(duo.count("/chats/1/events"), 2);
}

/// Whether the session or its fkey is the reason costs several requests to find out, which a full queue need not repeat.
#[test]
fn a_queue_of_posts_to_a_room_that_denies_them_is_looked_into_once() {
    let mut duo = Duo::switched(|switches| switches.fkey_pages = FkeyPages::Room);
    duo.join_both();
    duo.log_in().unwrap();
    let asked = duo.sent().len();
    let posts: Vec<_> = (0..16).map(|number| duo.send(PRIVATE, &format!("post {number}"))).collect();
    for post in posts {
        assert_eq!(refused(duo.wait(&post)), (404, Refusal::NoSuchRoomOrNoPermission));
    }
    let asked = duo.sent().len() - asked;
    assert!(asked <= 16 + 12, "{asked} requests for 16 posts");
}
