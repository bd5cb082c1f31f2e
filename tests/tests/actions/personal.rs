//! One's own profile, lists and session.

use sechat_core::endpoint::{
    EditBio, FavoriteRoom, IgnoreList, IgnoreUser, LeaveAllRooms, Logout, LogoutPage, UnignoreUser,
};
use sechat_core::engine::Access;
use sechat_core::{Error, Refusal, RoomId};
use sechat_tests::{ADA, BOT, Duo, Fate, OTHER, ROOM};

use super::{call, refused};

#[test]
fn a_bio_is_cut_by_the_server_and_the_answer_shows_it() {
    let mut duo = Duo::new();
    let edit = |user, bio: &str| EditBio { user, bio: bio.to_owned() };
    assert_eq!(call(&mut duo, edit(BOT, "I & <you>")).as_deref(), Ok("I & <you>"));
    assert_eq!(duo.server.user(BOT).unwrap().about, "I & <you>");
    let long = "\u{e9}".repeat(201);
    assert_eq!(call(&mut duo, edit(BOT, &long)).unwrap().chars().count(), 200);
    assert_eq!(refused(call(&mut duo, edit(ADA, "x"))), (404, Refusal::BadId));
    assert_eq!(duo.server.user(ADA).unwrap().about, "");
}

#[test]
fn the_ignore_list_grows_and_shrinks() {
    let mut duo = Duo::new();
    assert_eq!(call(&mut duo, IgnoreList), Ok(vec![]));
    duo.next(1, "/users/ignorelist/add", Fate::CutAfter);
    call(&mut duo, IgnoreUser { user: ADA }).unwrap();
    assert_eq!(call(&mut duo, IgnoreList), Ok(vec![ADA]));
    assert_eq!(duo.server.ignored_by(BOT), [ADA]);
    call(&mut duo, UnignoreUser { user: ADA }).unwrap();
    assert_eq!(call(&mut duo, IgnoreList), Ok(vec![]));
}

#[test]
fn a_favourite_is_a_toggle_that_says_where_it_stands() {
    let mut duo = Duo::new();
    assert_eq!(call(&mut duo, FavoriteRoom { room: OTHER }), Ok(true));
    assert_eq!(duo.server.favorites_of(BOT), [OTHER]);
    assert_eq!(call(&mut duo, FavoriteRoom { room: OTHER }), Ok(false));
    let missing = call(&mut duo, FavoriteRoom { room: RoomId(404) });
    assert_eq!(refused(missing), (404, Refusal::NoSuchRoomOrNoPermission));
    duo.next(1, "/rooms/favorite", Fate::CutAfter);
    let lost = call(&mut duo, FavoriteRoom { room: ROOM });
    assert!(matches!(lost, Err(Error::Uncertain { .. })), "{lost:?}");
    assert_eq!(duo.server.favorites_of(BOT), [ROOM], "once");
}

#[test]
fn all_rooms_are_left_at_once() {
    let mut duo = Duo::new();
    duo.say(ROOM, "a").unwrap();
    duo.say(OTHER, "b").unwrap();
    assert!(duo.server.present(ROOM).contains(&BOT));
    call(&mut duo, LeaveAllRooms).unwrap();
    assert!([ROOM, OTHER].iter().all(|room| duo.server.present(*room) == [ADA]));
}

#[test]
fn after_a_logout_the_cookies_are_worth_nothing() {
    let mut duo = Duo::new();
    let credentials = duo.log_in().unwrap();
    let fkey = call(&mut duo, LogoutPage).unwrap();
    call(&mut duo, Logout { fkey }).unwrap();
    duo.restart(Access::Credentials(credentials));
    assert_eq!(duo.log_in(), Err(Error::SessionExpired));
}

#[test]
fn a_logout_with_a_foreign_token_is_none() {
    let mut duo = Duo::new();
    let credentials = duo.log_in().unwrap();
    let result = call(&mut duo, Logout { fkey: "0123".into() });
    assert!(matches!(result, Err(Error::Changed { .. } | Error::Uncertain { .. })), "{result:?}");
    duo.restart(Access::Credentials(credentials));
    assert!(duo.log_in().is_ok());
}
