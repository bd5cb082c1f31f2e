//! Who gets into a room, and who is put out of it.

use std::time::Duration;

use sechat_core::endpoint::{
    InviteUser, KickMute, PairOff, RequestAccess, RoomEvents, SetUserAccess, TimeoutRoom, UserAccess,
};
use sechat_core::{Error, Invalid, Refusal, RoomId, UserId};
use sechat_fixtures::Access;
use sechat_fixtures::switches::AccessAnswer;
use sechat_tests::{ADA, BOT, Duo, Fate, OTHER, PRIVATE, ROOM};

use super::{bot, call, other, own, owner, raised, refused};

const NO_ROOM: (u16, Refusal) = (404, Refusal::NoSuchRoomOrNoPermission);

#[test]
fn an_invitation_reaches_the_invited_one() {
    let mut duo = Duo::new();
    let now = duo.now();
    duo.server.leave(now, ADA, OTHER);
    let invite = |user, room| InviteUser { user, room };
    assert_eq!(call(&mut duo, invite(ADA, OTHER)).as_deref(), Ok("Ada has been invited to join Other"));
    let [event] = &raised(&duo, 17)[..] else { panic!() };
    assert!(event.contains("\"target_user_id\":102") && event.contains("\"room_id\":2"), "{event}");

    assert_eq!(refused(call(&mut duo, invite(ADA, ROOM))), (409, other("Ada is already in Sandbox")));
    assert_eq!(refused(call(&mut duo, invite(UserId(7), ROOM))), (409, other("No such user")));
    assert_eq!(refused(call(&mut duo, invite(ADA, PRIVATE))), (409, other("No such room")));
    duo.next(1, "/users/invite", Fate::CutAfter);
    assert!(matches!(call(&mut duo, invite(ADA, OTHER)), Err(Error::Uncertain { .. })));
    assert_eq!(raised(&duo, 17).len(), 2, "nobody is invited twice by one call");

    let mut duo = bot(|user| user.reputation(19));
    let poor = Refusal::NotEnoughReputation("You need 20 reputation points to invite people".into());
    assert_eq!(refused(call(&mut duo, invite(ADA, OTHER))), (409, poor));
}

#[test]
fn a_room_for_two() {
    let mut duo = Duo::new();
    let room = call(&mut duo, PairOff { user: ADA, name: "Us two".into() }).unwrap();
    let made = duo.server.room(room).unwrap();
    assert_eq!((made.name.as_str(), made.access), ("Us two", Access::Private));
    assert_eq!(raised(&duo, 17).len(), 1);
    duo.say(room, "alone at last").unwrap();
    let result = call(&mut duo, PairOff { user: UserId(7), name: "x".into() });
    assert_eq!(refused(result), (409, other("No such user")));
    let nameless = call(&mut duo, PairOff { user: ADA, name: " ".into() });
    assert!(matches!(nameless, Err(Error::Invalid(Invalid::Missing { .. }))));
}

#[test]
fn owners_hear_of_a_request_for_access() {
    let mut duo = Duo::new();
    duo.server.room_mut(PRIVATE).unwrap().owners.insert(ADA);
    call(&mut duo, RequestAccess { room: PRIVATE }).unwrap();
    let [event] = &raised(&duo, 16)[..] else { panic!() };
    assert!(event.contains("has requested access to") && event.contains("\"target_user_id\":102"), "{event}");
    assert!(!event.contains("room_id"), "{event}");
    assert_eq!(refused(call(&mut duo, RequestAccess { room: RoomId(404) })), NO_ROOM);
}

#[test]
fn access_is_given_and_taken() {
    for answer in AccessAnswer::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.access_answer = *answer);
        let set = |access| SetUserAccess { room: ROOM, user: ADA, access };
        assert_eq!(refused(call(&mut duo, set(UserAccess::Owner))), NO_ROOM);
        own(&mut duo, BOT);
        let expected = [
            (UserAccess::ReadOnly, "Access now read-only", [0, 0, 1]),
            (UserAccess::ReadWrite, "Access now read-write", [0, 1, 0]),
            (UserAccess::Owner, "Access now owner", [1, 0, 0]),
            (UserAccess::Default, "Access now (default)", [0, 0, 0]),
        ];
        for (access, text, lists) in expected {
            call(&mut duo, set(access)).unwrap();
            let event = raised(&duo, 15).pop().unwrap();
            assert!(event.contains(text) && event.contains("\"target_user_id\":102"), "{event}");
            let room = duo.server.room(ROOM).unwrap();
            let has = [&room.owners, &room.members, &room.readers].map(|list| usize::from(list.contains(&ADA)));
            assert_eq!(has, lists, "{text}");
        }
    }
    let mut duo = owner();
    let nobody = SetUserAccess { room: ROOM, user: UserId(7), access: UserAccess::Owner };
    assert_eq!(refused(call(&mut duo, nobody)), (409, other("No such user")));
}

#[test]
fn who_may_only_read_is_refused_as_a_writer() {
    let mut duo = owner();
    duo.say(ROOM, "still fine").unwrap();
    let room = duo.server.room_mut(ROOM).unwrap();
    room.owners.clear();
    room.readers.insert(BOT);
    assert_eq!(refused(duo.say(ROOM, "no more")), NO_ROOM);
}

#[test]
fn kicks_grow_and_end() {
    let mut duo = owner();
    let kick = || KickMute { room: ROOM, user: ADA, reason: Some("noise".into()) };
    let told = |n: &str| format!("The user has been kicked and cannot return for {n}.");
    assert_eq!(call(&mut duo, kick()), Ok(told("1 minute")));
    let kinds: Vec<u32> = duo.server.log().iter().rev().take(3).map(|event| event.kind).collect();
    assert_eq!(kinds, [16, 15, 4]);
    assert!(raised(&duo, 15)[0].contains("priv 1 created"));
    assert!(!duo.server.present(ROOM).contains(&ADA));
    duo.run(Duration::from_secs(61));
    assert!(raised(&duo, 15)[1].contains("priv 1 deleted"), "{:?}", raised(&duo, 15));
    assert_eq!(call(&mut duo, kick()), Ok(told("5 minutes")));
    assert_eq!(call(&mut duo, kick()), Ok(told("30 minutes")));
    duo.run(Duration::from_secs(25 * 3600));
    assert_eq!(call(&mut duo, kick()), Ok(told("1 minute")), "a day later it begins anew");

    let owners = (200, other("Owners and moderators cannot be kicked"));
    assert_eq!(refused(call(&mut duo, KickMute { room: ROOM, user: BOT, reason: None })), owners);
    duo.next(1, "/rooms/kickmute/1", Fate::CutAfter);
    assert!(matches!(call(&mut duo, kick()), Err(Error::Uncertain { .. })));
    assert_eq!(duo.count("/rooms/kickmute/1"), 6);
    let elsewhere = KickMute { room: OTHER, user: ADA, reason: None };
    assert_eq!(refused(call(&mut duo, elsewhere)), NO_ROOM);
}

#[test]
fn a_pause_shows_in_the_room_and_its_answer_proves_nothing() {
    let mut duo = Duo::new();
    let pause = |seconds, reason: &str| TimeoutRoom {
        room: ROOM,
        duration: Duration::from_secs(seconds),
        reason: reason.to_owned(),
    };
    let seconds_left = |duo: &mut Duo| call(duo, RoomEvents::latest(ROOM, 1)).unwrap().timeout;
    assert_eq!(call(&mut duo, pause(60, "quiet")), Ok(()), "no owner, and yet");
    assert_eq!(seconds_left(&mut duo), None);
    own(&mut duo, BOT);
    assert_eq!(call(&mut duo, pause(60, "quiet")), Ok(()));
    assert_eq!(seconds_left(&mut duo), Some(60));
    assert!(matches!(call(&mut duo, pause(4, "quiet")), Err(Error::Invalid(Invalid::Count { count: 4, .. }))));
    assert!(matches!(call(&mut duo, pause(5, " ")), Err(Error::Invalid(Invalid::Missing { .. }))));
}
