//! Users.

use sechat_core::endpoint::{ChatUserOf, Unread, UnreadCounts, UserInfo, UserProfile, UserSearch, UserThumbs};
use sechat_core::{Refusal, UserId};

use super::stage::*;

const GONE: (u16, Refusal) = (404, Refusal::BadId);

#[test]
fn users_by_id() {
    let mut stage = Stage::new();
    stage.server.room_mut(ROOM).unwrap().owners.insert(ADA);
    stage.say(ADA, ROOM, "hi");
    let users = stage.read(UserInfo { users: vec![ADA, UserId(999), UserId(-2)], room: ROOM }).unwrap();
    assert_eq!(users.iter().map(|user| user.id).collect::<Vec<_>>(), [ADA, UserId(-2)]);
    let ada = &users[0];
    assert_eq!((ada.is_owner, ada.is_moderator, ada.reputation), (Some(true), Some(true), Some(12_345)));
    assert_eq!((ada.last_seen, users[1].last_seen, users[1].is_owner), (Some(1_790_000_000), None, None));
    assert!(ada.avatar().unwrap().starts_with("https://www.gravatar.com/avatar/"));
    let thumbs = stage.read(UserThumbs { user: ADA }).unwrap();
    assert_eq!((thumbs.name.as_str(), thumbs.is_moderator), ("Ada \"L\" <x> & co", Some(true)));
    assert_eq!(thumbs.rooms.unwrap()[0].name, "Sandbox");
    assert_eq!(stage.read(UserThumbs { user: UserId(999) }).map_err(why).unwrap_err(), GONE);
    assert_eq!(stage.read(ChatUserOf { account: 77 }), Ok(ADA));
    assert_eq!(stage.read(ChatUserOf { account: 78 }).map_err(why), Err(GONE));
}

#[test]
fn users_by_name() {
    let mut stage = Stage::new();
    let names = |query: &str, limit, stage: &mut Stage| {
        let found = stage.read(UserSearch { query: query.into(), limit }).unwrap();
        found.into_iter().map(|user| user.name).collect::<Vec<_>>()
    };
    assert_eq!(names("e", 50, &mut stage), ["Eve"]);
    assert_eq!(names("", 2, &mut stage), ["Ada \"L\" <x> & co", "Bot"]);
    assert!(names("", 0, &mut stage).is_empty() && names("zzz", 50, &mut stage).is_empty());
}

#[test]
fn a_profile() {
    let mut stage = Stage::new();
    "tea (green)".clone_into(&mut stage.server.user_mut(ADA).unwrap().about);
    stage.say(ADA, ROOM, "hi");
    stage.say(EVE, GALLERY, "ho");
    stage.wait(180);
    let ada = stage.read(UserProfile { user: ADA }).unwrap();
    assert_eq!(
        (ada.name.as_str(), ada.moderator, ada.mine, ada.about.as_str()),
        ("Ada \"L\" <x> & co", true, false, "tea (green)")
    );
    assert_eq!((ada.since.as_deref(), ada.last_message.as_deref()), (Some("2018-07-31"), Some("3m ago")));
    assert_eq!((ada.messages, ada.rooms_ever, ada.reputation), (Some(1), Some(1), Some(12_345)));
    assert_eq!(ada.parent_profile.as_deref(), Some("//stackoverflow.com/users/102/ada-l-x-co"));
    assert_eq!((ada.owned[0].id, ada.rooms[0].id, ada.rooms[0].messages), (GALLERY, ROOM, Some(1)));
    assert!(ada.owned[0].gallery);
    assert_eq!(stage.read(UserProfile { user: UserId(-2) }).unwrap().name, "Feeds");
    assert_eq!(stage.read(UserProfile { user: UserId(999) }).map_err(why).unwrap_err(), GONE);
}

#[test]
fn what_waits() {
    let mut stage = Stage::new();
    let mine = stage.say(BOT, ROOM, "hi");
    stage.server.reply(stage.now, ADA, mine, "yes?");
    let unread = stage.read(UnreadCounts).unwrap();
    let Unread { inbox, reputation, badges, .. } = unread;
    assert_eq!((inbox, reputation, badges), (1, 0, 0));
    assert_eq!(Stage::anonymous().read(UnreadCounts).unwrap().inbox, 0);
}
