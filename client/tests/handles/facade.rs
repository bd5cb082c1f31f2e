//! What rooms, chats and profiles do with one word, against the simulated server.

use std::time::Duration;

use sechat_client::endpoint::{DefaultAccess, ListRooms, NotMoved, NotesTab, SaveRoom, UserAccess};
use sechat_client::{Access, Config, Error, Invalid, MessageId, Refusal, RoomId, UserId};
use sechat_fixtures::{ChatServer, Room as SimRoom, Setup, User};

use crate::simulated::{ADA, EMAIL, PASSWORD, SERVER, Site};
use crate::{Chat, Room};

const BOT: UserId = UserId(101);

/// A bot with some reputation that owns room 1, and another room.
pub(crate) fn owner() -> (Site, Chat, Room) {
    let setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot").reputation(1000))
        .user(User::new(ADA, "Ada").reputation(1000).account(77))
        .room(SimRoom::new(RoomId(1), "Sandbox").description("Sand").owner(BOT))
        .room(SimRoom::new(RoomId(2), "Attic"));
    let mut site = Site::with(ChatServer::new(setup));
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    site.run(chat.log_in()).unwrap();
    let room = chat.room(1);
    (site, chat, room)
}

impl Site {
    pub(crate) fn said(&mut self, texts: impl IntoIterator<Item = String>) -> Vec<MessageId> {
        let now = self.now();
        texts.into_iter().map(|text| self.server.say(now, ADA, RoomId(1), &text)).collect()
    }

    pub(crate) fn posts(&self, path: &str) -> usize {
        let requests = &self.server.audit().requests;
        requests.iter().filter(|request| request.method == "POST" && request.path.ends_with(path)).count()
    }
}

#[test]
fn stars_and_pins_are_set_and_not_toggled() {
    let (mut site, _chat, room) = owner();
    let message = site.said(["shiny".to_owned()])[0];
    for (wanted, changes) in [(false, false), (true, true), (true, false), (false, true), (false, false)] {
        assert_eq!(site.run(room.set_starred(message, wanted)), Ok(changes));
        assert_eq!(site.server.message(message).unwrap().stars.contains(&BOT), wanted);
        site.wait(Duration::from_secs(2));
    }
    assert_eq!(site.posts("/star"), 2, "no more than it takes");
    for (wanted, changes) in [(true, true), (true, false), (false, true), (false, false)] {
        assert_eq!(site.run(room.set_pinned(message, wanted)), Ok(changes));
        assert_eq!(site.server.message(message).unwrap().pins.contains(&BOT), wanted);
        site.wait(Duration::from_secs(2));
    }
    let none = site.run(room.set_starred(99, true));
    assert!(matches!(none, Err(Error::Refused { reason: Refusal::BadId, .. })), "{none:?}");
}

#[test]
fn a_pin_of_somebody_else_is_a_pin() {
    let (mut site, _chat, room) = owner();
    let message = site.said(["shiny".to_owned()])[0];
    let now = site.now();
    site.server.pin_message(now, ADA, message);
    assert_eq!(site.run(room.set_pinned(message, true)), Ok(false));
    assert_eq!(site.posts("/owner-star"), 0);
}

#[test]
fn messages_are_marked_and_kept() {
    let (mut site, _chat, room) = owner();
    let ids = site.said(["one".to_owned(), "two".to_owned()]);
    site.run(room.star(ids[0])).unwrap();
    site.wait(Duration::from_secs(2));
    site.run(room.pin(ids[1])).unwrap();
    assert_eq!(site.run(room.stars(0)).unwrap().iter().map(|star| star.id).collect::<Vec<_>>(), [ids[1], ids[0]]);
    site.run(room.unpin(ids[1])).unwrap();
    site.run(room.clear_stars(ids[0])).unwrap();
    assert!(site.server.message(ids[0]).unwrap().stars.is_empty());
    assert!(site.server.message(ids[1]).unwrap().pins.is_empty());

    let slug = site.run(room.bookmark(ids[1], ids[0], "Good Talk")).unwrap();
    assert_eq!(site.server.conversations().len(), 1);
    assert_eq!(site.run(room.bookmark(ids[0], ids[0], "x")), Err(Invalid::OneMessage.into()));
    site.run(room.delete_bookmark(slug)).unwrap();
    assert_eq!(site.server.conversations().len(), 0);
}

#[test]
fn moving_leaves_out_what_would_stop_it() {
    let (mut site, chat, room) = owner();
    let nameless = site.said(["nobody".to_owned()])[0];
    site.server.anonymize(ADA);
    let ids = site.said(["one".to_owned(), "two".to_owned()]);
    let moved = site.run(room.move_messages([ids[1], nameless, ids[0], MessageId(0)], 2)).unwrap();
    assert_eq!(moved.moved, 2);
    assert_eq!(moved.refused, [(MessageId(0), NotMoved::NoMessage), (nameless, NotMoved::NoAuthor)]);
    let at = |id| site.server.message(id).unwrap().room;
    assert_eq!([nameless, ids[0], ids[1]].map(at), [RoomId(1), RoomId(2), RoomId(2)]);

    let none = site.run(room.move_messages(Vec::<MessageId>::new(), 2)).unwrap();
    assert_eq!((none.moved, none.refused.len()), (0, 0));
    let foreign = site.run(chat.room(2).move_messages(ids, 1));
    assert!(matches!(foreign, Err(Error::Refused { .. })), "{foreign:?}");
}

#[test]
fn many_messages_move_in_calls_that_keep_their_distance() {
    let (mut site, _chat, room) = owner();
    let ids = site.said((0..2050).map(|n| n.to_string()));
    let started = site.now();
    let moved = site.run(room.move_messages(ids, 2)).unwrap();
    assert_eq!((moved.moved, moved.refused.len()), (2050, 0));
    assert_eq!(site.posts("/movePosts/1"), 2);
    assert!(site.now().mono - started.mono >= Duration::from_secs(5));
}

#[test]
fn owners_keep_their_room() {
    let (mut site, chat, room) = owner();
    let now = site.now();
    site.server.enter(now, ADA, RoomId(1));
    site.server.say(now, ADA, RoomId(1), "hello");
    assert!(site.run(room.current_users()).unwrap().iter().any(|card| card.user.id == Some(ADA)));
    site.run(room.set_access(ADA, UserAccess::ReadOnly)).unwrap();
    assert!(site.server.room(RoomId(1)).unwrap().readers.contains(&ADA));
    let access = site.run(room.access()).unwrap();
    assert_eq!(access.owners.iter().map(|card| card.user.id).collect::<Vec<_>>(), [Some(BOT)]);
    site.run(room.set_access(ADA, UserAccess::Default)).unwrap();
    let there = site.run(room.invite(ADA));
    assert!(matches!(there, Err(Error::Refused { reason: Refusal::Other(_), .. })), "{there:?}");
    site.run(room.kick_mute(ADA, Some("spam".to_owned()))).unwrap();
    assert!(!site.server.present(RoomId(1)).contains(&ADA));
    site.run(chat.room(2).invite(ADA)).unwrap();
    assert!(matches!(site.run(room.timeout(Duration::from_secs(1), "quiet")), Err(Error::Invalid(_))));
    site.run(room.timeout(Duration::from_secs(60), "quiet")).unwrap();
    let foreign = site.run(chat.room(2).kick_mute(ADA, None));
    assert!(matches!(foreign, Err(Error::Refused { .. })), "{foreign:?}");
}

#[test]
fn messages_are_flagged_and_cleared_away() {
    let setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot").moderator().reputation(1000))
        .user(User::new(ADA, "Ada"))
        .room(SimRoom::new(RoomId(1), "Sandbox"));
    let mut site = Site::with(ChatServer::new(setup));
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    let room = chat.room(1);
    let ids = site.said(["spam", "odd", "slip"].map(str::to_owned));
    site.run(room.flag_for_moderator(ids[1], "what is this?")).unwrap();
    assert_eq!(site.server.moderator_flags()[0].message, ids[1]);
    site.run(room.flag(ids[0])).unwrap();
    site.run(room.delete_messages([ids[2]])).unwrap();
    assert_eq!([0, 1, 2].map(|n| site.server.message(ids[n]).unwrap().deleted.is_some()), [true, false, true]);
    assert!(matches!(site.run(room.delete_messages(Vec::<MessageId>::new())), Err(Error::Invalid(_))));

    let now = site.now();
    site.server.edit(now, ids[1], "even");
    site.run(room.purge_history(ids[1])).unwrap();
    assert_eq!(site.server.message(ids[1]).unwrap().revisions.len(), 1);
}

#[test]
fn rooms_are_made_and_changed() {
    let (mut site, chat, room) = owner();
    assert_eq!(site.run(room.favorite()), Ok(true));
    assert!(site.run(room.thumbs()).unwrap().is_favorite);
    assert_eq!(site.run(room.favorite()), Ok(false));

    let (name, host) = ("Den".to_owned(), "stackoverflow.com".to_owned());
    let (description, access) = ("Quiet".to_owned(), DefaultAccess::ReadWrite);
    let plan = SaveRoom { room: None, name, description, tags: vec!["tea".to_owned()], host, access };
    let den = site.run(chat.save_room(plan.clone())).unwrap();
    let again = SaveRoom { room: Some(den), name: "Lair".to_owned(), ..plan.clone() };
    assert_eq!(site.run(chat.save_room(again)), Ok(den));
    let view = site.run(chat.room(den).view()).unwrap();
    assert_eq!((view.name.as_str(), &view.tags[..], view.may_write), ("Lair", &["tea".to_owned()][..], true));
    assert!(site.run(room.notes(NotesTab::Schedule)).is_ok());
    let pair = site.run(chat.pair_off(ADA, "Us two")).unwrap();
    assert!(site.server.present(pair).contains(&BOT));
    let foreign = site.run(chat.save_room(SaveRoom { room: Some(RoomId(77)), ..plan }));
    assert!(matches!(foreign, Err(Error::Refused { .. })), "{foreign:?}");
}

#[test]
fn access_is_asked_for() {
    let setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot"))
        .user(User::new(ADA, "Ada"))
        .room(SimRoom::new(RoomId(1), "Secret").access(sechat_fixtures::Access::Private).owner(ADA));
    let mut site = Site::with(ChatServer::new(setup));
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    site.run(chat.room(1).request_access()).unwrap();
    assert!(site.server.log().iter().any(|event| event.json.contains("has requested access to")));
}

#[test]
fn rooms_messages_and_people_are_looked_up() {
    let (mut site, chat, room) = owner();
    let message = site.said(["see **this**".to_owned()])[0];
    assert_eq!(site.run(room.info()).unwrap().name, "Sandbox");
    assert_eq!(site.run(room.thumbs()).unwrap().description_text(), "Sand");
    assert!(site.run(room.pingable()).unwrap().iter().any(|user| user.id == ADA));
    assert_eq!(site.run(room.message_source(message)).unwrap(), "see **this**");
    assert_eq!(site.run(room.message_html(message)).unwrap(), "see <b>this</b>");
    assert_eq!(site.run(room.full_message(message)).unwrap(), "see <b>this</b>");
    assert_eq!(site.run(room.message_history(message)).unwrap().user.id, Some(ADA));
    let users = site.run(room.users([BOT, ADA])).unwrap();
    assert_eq!(users.iter().find(|user| user.id == BOT).unwrap().is_owner, Some(true));
    let users = site.run(chat.users([ADA, BOT])).unwrap();
    assert_eq!(users.iter().map(|user| user.id).collect::<Vec<_>>(), [ADA, BOT]);
    assert_eq!(site.run(chat.users(Vec::<UserId>::new())).unwrap().len(), 0);
    assert_eq!(site.run(chat.user_search("Ada", 5)).unwrap()[0].id, ADA);
    assert_eq!(site.run(chat.user(ADA)).unwrap().name, "Ada");
    assert_eq!(site.run(chat.user_of_account(77)), Ok(ADA));
    let rooms = site.read(&mut chat.rooms(ListRooms { page_size: 1, ..ListRooms::default() }), 9).0;
    assert_eq!(rooms.iter().map(|room| room.id).collect::<std::collections::BTreeSet<_>>().len(), 2);
}

#[test]
fn a_profile_is_ones_own() {
    let (mut site, chat, _room) = owner();
    let profile = site.run(sechat_client::Profile::open(&chat)).unwrap();
    assert_eq!(profile.user_id(), BOT);
    assert_eq!(site.run(profile.edit_bio("I am a bot")).as_deref(), Ok("I am a bot"));
    assert_eq!(site.run(profile.page()).unwrap().about, "I am a bot");
    site.run(profile.ignore(ADA)).unwrap();
    assert_eq!(site.run(profile.ignored()).unwrap(), [ADA]);
    site.run(profile.unignore(ADA)).unwrap();
    assert_eq!(site.run(profile.ignored()).unwrap(), []);
    assert_eq!(site.run(profile.unread()).unwrap().inbox, 0);
    let nobody = Chat::anonymous(SERVER).unwrap();
    assert_eq!(site.run(sechat_client::Profile::open(&nobody)).err(), Some(Error::NotLoggedIn));
}

#[test]
fn an_image_gets_an_address() {
    let (mut site, chat, _room) = owner();
    let image = sechat_client::endpoint::UploadImage::bytes("dot.png", &b"\x89PNG\r\n\x1a\n"[..], "image/png");
    let address = site.run(chat.upload_image(image)).unwrap();
    assert_eq!(address.scheme(), "https");
    assert_eq!(site.server.uploads().len(), 1);
}

#[test]
fn what_others_do_can_be_told_from_ones_own_doing() {
    let (mut site, chat, _room) = owner();
    let mut events = chat.events().by_others().only(|kind| kind.message().is_some());
    let room = site.run(chat.join(1)).unwrap();
    site.said(["by Ada".to_owned()]);
    site.run(room.send("by the bot")).unwrap();
    site.said(["by Ada again".to_owned()]);
    site.wait(Duration::from_secs(5));
    let mut heard = Vec::new();
    while let Some(Some(event)) = site.look(&mut events.next()) {
        heard.extend(event.message().map(sechat_client::Message::text));
    }
    assert_eq!(heard, ["by Ada", "by Ada again"]);
}
