//! Rooms.

use sechat_core::endpoint::{
    InfoUsers, ListRooms, NotesTab, OpenRoom, PingableUsers, RoomAccess, RoomInfo, RoomNotes, RoomSort, RoomStars,
    RoomTab, RoomThumbs,
};
use sechat_core::engine::Access;
use sechat_core::{Refusal, RoomId};
use sechat_fixtures::Room;
use sechat_fixtures::switches::RoomPage;

use super::stage::*;

const NO_ROOM: (u16, Refusal) = (404, Refusal::NoSuchRoomOrNoPermission);

fn numbers(rooms: &[sechat_core::endpoint::RoomCard]) -> Vec<u64> {
    rooms.iter().map(|room| room.id.0).collect()
}

#[test]
fn small_answers() {
    let mut stage = Stage::new();
    stage.say(ADA, ROOM, "hi");
    let thumbs = stage.read(RoomThumbs { room: GALLERY }).unwrap();
    assert_eq!(
        (thumbs.name.as_str(), thumbs.tag_names(), thumbs.is_favorite),
        ("Gallery", vec!["c++".to_owned()], false)
    );
    let pingable = stage.read(PingableUsers { room: ROOM }).unwrap();
    assert_eq!((pingable[0].id, pingable[0].name.as_str()), (ADA, "Ada \"L\" <x> & co"));
    assert_eq!((pingable[0].last_seen, pingable[0].last_post), (Some(1_790_000_000), Some(1_790_000_000)));
    assert_eq!(Stage::anonymous().read(PingableUsers { room: ROOM }), Ok(vec![]));
    assert_eq!(stage.read(RoomThumbs { room: SECRET }).map_err(why).unwrap_err(), NO_ROOM);
    assert_eq!(stage.read(PingableUsers { room: SECRET }).map_err(why).unwrap_err(), NO_ROOM);
}

#[test]
fn the_info_page_and_its_tabs() {
    let mut stage = Stage::new();
    "likes \"tea\" & <b>".clone_into(&mut stage.server.user_mut(ADA).unwrap().about);
    let first = stage.say(ADA, GALLERY, "first");
    stage.wait(3 * 86_400);
    let last = stage.say(ADA, GALLERY, "last");
    stage.say(EVE, GALLERY, "hello");
    stage.server.star_message(stage.now, EVE, first);
    stage.server.star_message(stage.now, EVE, last);
    stage.wait(120);
    let room = stage.read(RoomInfo { room: GALLERY, users: InfoUsers::Current }).unwrap();
    assert_eq!((room.id, room.name.as_str(), room.tags.clone()), (GALLERY, "Gallery", vec!["c++".to_owned()]));
    assert_eq!((room.facts["first message"].as_str(), room.facts["last message"].as_str()), ("2026-09-21", "2m ago"));
    assert_eq!((room.messages, room.users_ever, room.favorite), (Some(3), Some(2), false));
    assert_eq!((room.activity[0].over.as_str(), room.activity[0].count.as_str()), ("today", "2"));
    assert_eq!((room.tab_counts["stars"].as_str(), room.tab_counts["access"].as_str()), ("2", "2"));
    assert_eq!((room.owners[0].user.id, room.owners[0].about.as_str()), (Some(ADA), "likes \"tea\" & <b>"));
    let ada = &room.users[0];
    assert_eq!((ada.user.name.as_str(), ada.reputation, ada.messages), ("Ada \"L\" <x> & co", Some(12_345), Some(2)));
    assert_eq!((ada.last_post, ada.last_post_ago.as_deref()), (Some(last), Some("2m ago")));

    let access = stage.read(RoomAccess { room: GALLERY }).unwrap();
    assert_eq!((access.owners[0].user.id, access.writers[0].user.id, access.readers.len()), (Some(ADA), Some(EVE), 0));
    let stars = stage.read(RoomStars { room: GALLERY, page: 1 }).unwrap();
    assert_eq!((stars.messages[0].id, stars.messages[1].id, stars.next), (last, first, None));
    for (tab, word) in [
        (NotesTab::Conversations, "no conversations."),
        (NotesTab::Schedule, "no schedule."),
        (NotesTab::Feeds, "no feeds."),
    ] {
        let notes = stage.read(RoomNotes { room: GALLERY, tab }).unwrap();
        assert!(notes.text.contains(word), "{}", notes.text);
        assert_eq!(notes.links.len(), 1);
    }
    for room in [SECRET, RoomId(99)] {
        assert_eq!(stage.read(RoomInfo { room, users: InfoUsers::Frequent }).map_err(why).unwrap_err(), NO_ROOM);
        assert_eq!(stage.read(RoomAccess { room }).map_err(why).unwrap_err(), NO_ROOM);
    }
}

#[test]
fn a_room_in_each_of_its_ages() {
    for age in RoomPage::ALL {
        let access = Access::login("bot@example.com", "correct horse", None);
        let mut stage = Stage::with(access, |switches| switches.room_page = *age);
        stage.say(ADA, ROOM, "hi");
        stage.say(BOT, GALLERY, "there");
        stage.server.room_mut(ROOM).unwrap().owners.insert(ADA);
        stage.server.room_mut(ROOM).unwrap().tags = vec!["a".into(), "b-c".into()];
        let room = stage.read(OpenRoom { room: ROOM }).unwrap();
        assert_eq!((room.id, room.name.as_str(), room.tags.len()), (ROOM, "Sandbox", 2), "{age:?}");
        assert_eq!((room.frozen, room.deleted, room.may_write, room.me), (false, false, true, Some(BOT)));
        let ada = &room.users[0];
        assert_eq!(
            (ada.id, ada.name.as_str(), ada.reputation, ada.is_owner),
            (ADA, "Ada \"L\" <x> & co", Some(12_345), Some(true))
        );
        assert_eq!(ada.last_post, Some(1_790_000_000));
        assert_eq!((room.others[0].id, room.others[0].name.as_str()), (GALLERY, "Gallery"));
        assert_eq!(room.others[0].last_message, Some(1_790_000_000));
        stage.server.freeze(ROOM, true);
        let frozen = stage.read(OpenRoom { room: ROOM }).unwrap();
        assert_eq!((frozen.frozen, frozen.may_write), (true, false));
    }
    let mut visitor = Stage::anonymous();
    let room = visitor.read(OpenRoom { room: GALLERY }).unwrap();
    assert_eq!((room.me, room.may_write, room.others.len()), (None, false, 0));
    let refused = visitor.read(OpenRoom { room: SECRET }).map_err(why).unwrap_err();
    assert_eq!(refused, (200, Refusal::NoSuchRoomOrNoPermission));
    let missing = visitor.read(OpenRoom { room: RoomId(99) }).map_err(why).unwrap_err();
    assert_eq!(missing, (404, Refusal::BadId));
}

#[test]
fn the_list_of_rooms_page_by_page() {
    let mut stage = Stage::new();
    for n in 10..33 {
        stage.server.add_room(Room::new(RoomId(n), &format!("Tea {n}")).description("cups & more"));
    }
    stage.say(ADA, RoomId(20), "hi");
    stage.server.freeze(RoomId(12), true);
    stage.wait(300);
    let (mut next, mut all) =
        (Some(ListRooms { page_size: 5, filter: "tea".into(), ..ListRooms::default() }), Vec::new());
    while let Some(call) = next.filter(|_| all.len() < 100) {
        let page = stage.read(call).unwrap();
        assert_eq!(page.pages, 5);
        next = serde_json::from_str(&serde_json::to_string(&page.next).unwrap()).unwrap();
        all.extend(page.rooms);
    }
    assert_eq!(numbers(&all), (10..33).filter(|n| *n != 12).collect::<Vec<_>>());
    let busy = all.iter().find(|room| room.id == RoomId(20)).unwrap();
    assert_eq!((busy.name.as_str(), busy.description.as_str()), ("Tea 20", "cups & more"));
    assert_eq!((busy.last_activity.as_deref(), busy.users_present, busy.messages), (Some("5m ago"), Some(1), Some(1)));
    assert_eq!((busy.last_user.as_ref().unwrap().id, &busy.users[..]), (Some(ADA), &[ADA][..]));
    let frozen = ListRooms { frozen: true, filter: "tea 12".into(), sort: RoomSort::People, ..ListRooms::default() };
    let frozen = stage.read(frozen).unwrap();
    assert_eq!((frozen.rooms[0].frozen, frozen.pages), (true, 1));
    let mine = stage.read(ListRooms { tab: RoomTab::Mine, ..ListRooms::default() }).unwrap();
    assert_eq!((mine.rooms.len(), mine.next), (0, None));
    let gallery = stage.read(ListRooms { filter: "gallery".into(), ..ListRooms::default() }).unwrap();
    assert!(gallery.rooms[0].gallery && !gallery.rooms[0].frozen);
}
