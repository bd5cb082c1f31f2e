//! Rooms made and changed.

use std::time::Duration;

use sechat_core::endpoint::unverified::{DeleteRoom, FreezeRoom};
use sechat_core::endpoint::{DefaultAccess, SaveRoom};
use sechat_core::event::AccessChange;
use sechat_core::{Error, EventKind, Invalid, Refusal, RoomId};
use sechat_fixtures::{Access, User};
use sechat_tests::{BOT, Duo, Fate, ROOM};

use super::{bot, call, other, own, owner, refused};

fn room(room: Option<RoomId>, name: &str, access: DefaultAccess) -> SaveRoom {
    let (name, description, tags) = (name.to_owned(), "About <b>".to_owned(), vec!["a".to_owned(), "c++".to_owned()]);
    SaveRoom { room, name, description, tags, host: "stackoverflow.com".to_owned(), access }
}

#[test]
fn a_room_is_made_once() {
    let mut duo = Duo::new();
    let id = call(&mut duo, room(None, "A & B", DefaultAccess::ReadOnly)).unwrap();
    let made = duo.server.room(id).unwrap();
    assert_eq!((made.name.as_str(), made.description.as_str(), made.access), ("A & B", "About <b>", Access::Gallery));
    assert_eq!(made.tags, ["a", "c++"]);
    assert!(made.owners.contains(&BOT));
    let again = call(&mut duo, room(None, "A & B", DefaultAccess::ReadWrite)).unwrap();
    assert_eq!(again, RoomId(id.0 + 1), "another room of that name");

    duo.next(1, "/rooms/save", Fate::CutAfter);
    let lost = call(&mut duo, room(None, "Lost", DefaultAccess::ReadWrite));
    assert!(matches!(lost, Err(Error::Uncertain { .. })), "{lost:?}");
    assert_eq!(duo.count("/rooms/save"), 3);
    assert_eq!(duo.server.room(RoomId(id.0 + 2)).unwrap().name, "Lost");
    assert!(duo.server.room(RoomId(id.0 + 3)).is_none());
}

#[test]
fn the_form_comes_back_with_what_is_wrong() {
    let mut duo = bot(|user| user.reputation(99));
    let poor =
        |points| Refusal::NotEnoughReputation(format!("You need {points} reputation points to create this room"));
    let make = |access| room(None, "New", access);
    assert_eq!(refused(call(&mut duo, make(DefaultAccess::ReadWrite))), (200, poor(100)));
    assert_eq!(refused(call(&mut duo, make(DefaultAccess::ReadOnly))), (200, poor(1000)));
    let private = other("Only moderators can create private rooms");
    assert_eq!(refused(call(&mut duo, make(DefaultAccess::Request))), (200, private));
    let foreign = call(&mut duo, room(Some(ROOM), "Mine now", DefaultAccess::ReadWrite));
    assert_eq!(refused(foreign), (200, Refusal::NoSuchRoomOrNoPermission));
    let nameless = call(&mut duo, room(None, " ", DefaultAccess::ReadWrite));
    assert!(matches!(nameless, Err(Error::Invalid(Invalid::Missing { .. }))));
}

#[test]
fn a_change_is_heard_in_the_room() {
    let mut duo = owner();
    duo.join_live(ROOM);
    assert_eq!(call(&mut duo, room(Some(ROOM), "Renamed", DefaultAccess::ReadWrite)), Ok(ROOM));
    assert_eq!(call(&mut duo, room(Some(ROOM), "Renamed", DefaultAccess::ReadOnly)), Ok(ROOM));
    duo.run(Duration::from_secs(1));
    let [renamed] = duo.events_of_type(5)[..] else { panic!() };
    let EventKind::RoomNameChanged(details) = &renamed.kind else { panic!() };
    assert_eq!(details.name.as_deref(), Some("Renamed"));
    let [access] = duo.events_of_type(15)[..] else { panic!() };
    let EventKind::AccessLevelChanged(change) = &access.kind else { panic!() };
    assert_eq!((change, access.target_user_id), (&AccessChange::RoomDefault, None));
}

#[test]
fn moderators_freeze_and_delete() {
    let mut duo = bot(User::moderator);
    call(&mut duo, FreezeRoom { room: ROOM, frozen: true }).unwrap();
    assert_eq!(refused(duo.say(ROOM, "brr")), (404, Refusal::RoomFrozen));
    call(&mut duo, FreezeRoom { room: ROOM, frozen: false }).unwrap();
    duo.say(ROOM, "ah").unwrap();
    call(&mut duo, DeleteRoom { room: ROOM, deleted: true }).unwrap();
    assert!(duo.server.room(ROOM).unwrap().deleted);

    let mut duo = Duo::new();
    own(&mut duo, BOT);
    let no_room = (404, Refusal::NoSuchRoomOrNoPermission);
    assert_eq!(refused(call(&mut duo, FreezeRoom { room: ROOM, frozen: true })), no_room);
    assert_eq!(refused(call(&mut duo, DeleteRoom { room: ROOM, deleted: true })), no_room);
}
