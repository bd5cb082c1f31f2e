//! What rooms, chats and profiles do with one word, against the simulated server.

use std::time::Duration;

use futures_util::StreamExt;
use sechat_client::endpoint::{ListRooms, NotMoved, RoomCursor, SearchMessages, UserAccess};
use sechat_client::sechat_core::text::Split;
use sechat_client::{
    Access, Config, Error, EventKind, Invalid, MessageId, Mode, ReadBack, Refusal, RoomId, TimedOut, UserId,
};
use sechat_fixtures::{ChatServer, Room as SimRoom, Setup, User};

use crate::simulated::{ADA, EMAIL, PASSWORD, SERVER, Site};
use crate::stage::Staged;
use crate::{Chat, Room};

const BOT: UserId = UserId(101);

/// A bot with some reputation that owns room 1, and another room.
fn owner() -> (Site, Chat, Room) {
    let setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot").reputation(1000))
        .user(User::new(ADA, "Ada").reputation(1000))
        .room(SimRoom::new(RoomId(1), "Sandbox").description("Sand").owner(BOT))
        .room(SimRoom::new(RoomId(2), "Attic"));
    let mut site = Site::with(ChatServer::new(setup));
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    site.run(chat.log_in()).unwrap();
    let room = chat.room(1);
    (site, chat, room)
}

impl Site {
    fn said(&mut self, texts: impl IntoIterator<Item = String>) -> Vec<MessageId> {
        let now = self.now();
        texts.into_iter().map(|text| self.server.say(now, ADA, RoomId(1), &text)).collect()
    }

    fn posts(&self, path: &str) -> usize {
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

impl Site {
    /// Up to so many items, and the first error.
    fn read<C: sechat_client::Cursor>(
        &mut self,
        pages: &mut ReadBack<Staged, C>,
        most: usize,
    ) -> (Vec<C::Item>, Option<Error>) {
        let mut items = Vec::new();
        for _ in 0..1000 {
            if items.len() == most {
                return (items, None);
            }
            match self.look(&mut pages.next()) {
                Some(Some(Ok(item))) => items.push(item),
                Some(Some(Err(error))) => return (items, Some(error)),
                Some(None) => return (items, None),
                None if self.exchange() => {}
                None => self.wait(Duration::from_millis(500)),
            }
        }
        panic!("reading never ends");
    }
}

#[test]
fn messages_are_read_back_to_the_first_and_from_where_one_stopped() {
    let (mut site, chat, room) = owner();
    let mut ids = site.said((0..250).map(|n| n.to_string()));
    ids.reverse();
    let read = |events: &[sechat_client::Event]| events.iter().map(|e| e.message().unwrap().id).collect::<Vec<_>>();

    let mut pages = room.messages();
    site.wait(Duration::from_secs(1));
    assert_eq!(site.posts("/chats/1/events"), 0, "nothing before it is read");
    assert_eq!(read(&site.read(&mut pages, 100).0), ids[..100]);
    site.wait(Duration::from_secs(1));
    assert_eq!(site.posts("/chats/1/events"), 1, "never ahead of the reader");
    assert_eq!(read(&site.read(&mut pages, 30).0), ids[100..130]);
    assert_eq!(site.posts("/chats/1/events"), 2);

    // Stored as a bot would store it, and gone on with.
    let stored: RoomCursor = *pages.cursor().unwrap();
    assert_eq!(stored, RoomCursor::before(RoomId(1), ids[129]));
    drop(pages);
    let mut pages = chat.read_back(stored);
    assert_eq!(read(&site.read(&mut pages, 1000).0), ids[130..]);
    assert_eq!(pages.cursor(), None);
    assert_eq!(read(&site.read(&mut room.messages_before(ids[247]), 9).0), ids[248..]);
}

#[test]
fn a_reader_that_fails_ends_and_keeps_its_place() {
    let (mut site, chat, _room) = owner();
    let mut pages = chat.room(77).messages();
    let (items, error) = site.read(&mut pages, 9);
    assert!(items.is_empty() && matches!(error, Some(Error::Refused { .. })), "{error:?}");
    assert_eq!(site.look(&mut StreamExt::next(&mut pages)), Some(None));
    assert_eq!(pages.cursor(), Some(&RoomCursor::latest(RoomId(77))));
}

#[test]
fn transcripts_and_found_messages_are_read_page_by_page() {
    let (mut site, chat, room) = owner();
    let mut ids = Vec::new();
    for day in 0..3 {
        ids.extend(site.said((0..3).map(|n| format!("word {day} {n}"))));
        site.wait(Duration::from_secs(1));
        site.skip(Duration::from_secs(86_400));
    }
    let mut pages = room.transcript();
    let first = site.read(&mut pages, 1).0.remove(0);
    assert_eq!(first.messages.iter().map(|message| message.id).collect::<Vec<_>>(), ids[6..]);
    let rest = site.read(&mut chat.read_back(*pages.cursor().unwrap()), 9).0;
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[1].messages[0].id, ids[0]);

    ids.reverse();
    let call = SearchMessages { page_size: 4, room: Some(RoomId(1)), ..SearchMessages::new("word") };
    let mut pages = chat.read_back(call);
    let found = site.read(&mut pages, 6).0;
    assert_eq!(found.iter().map(|message| message.id).collect::<Vec<_>>(), ids[..6]);
    let again = pages.cursor().unwrap().clone();
    assert_eq!(again.page, 2, "the page that is not all read");
    let rest = site.read(&mut chat.read_back(again), 99).0;
    assert_eq!(rest.iter().map(|message| message.id).collect::<Vec<_>>(), ids[4..]);
    assert_eq!(site.read(&mut room.search("word"), 99).0.len(), 9);
}

#[test]
fn a_long_text_becomes_several_messages_and_one_reply() {
    let (mut site, _chat, room) = owner();
    let question = site.said(["Tell me all".to_owned()])[0];
    let text = "many words ".repeat(100);
    let parts = room.reply_split(question, &text, Split::AtWord);
    let after = room.send("after");
    let ids = site.run(parts).unwrap();
    let after = site.run(after).unwrap();
    assert!(ids.len() == 3 && ids.is_sorted() && ids[2] < after);
    let sources: Vec<_> = ids.iter().map(|id| site.server.message(*id).unwrap().source().to_owned()).collect();
    let parents: Vec<_> = ids.iter().map(|id| site.server.message(*id).unwrap().parent).collect();
    assert_eq!(parents, [Some(question), None, None]);
    assert_eq!(sources.join(" ").split_whitespace().count(), 200);

    drop(room.send_split(&text, Split::AtWord));
    let said = site.server.messages(RoomId(1)).len();
    site.wait(Duration::from_secs(60));
    assert_eq!(site.server.messages(RoomId(1)).len(), said, "what is dropped is taken back");

    assert_eq!(site.run(room.send_split("short", Split::Never)).unwrap().len(), 1);
    assert!(matches!(site.run(room.send_split(&text, Split::Never)), Err(Error::Invalid(Invalid::LineTooLong { .. }))));
    assert_eq!(site.run(room.send_split(" ", Split::AtWord)), Err(Invalid::EmptyMessage.into()));
}

#[test]
fn an_event_is_waited_for() {
    let mut site = Site::new();
    let (chat, _room, mut events) = site.bot();
    site.wait(Duration::from_secs(5));
    let second = Duration::from_secs(1);
    let tasks = site.tasks();
    let wanted = |event: &sechat_client::Event| matches!(&event.kind, EventKind::MessagePosted(m) if m.content.as_deref() == Some("yes"));

    let mut waiting = Box::pin(events.wait_for(wanted, 10 * second));
    assert_eq!(site.look(&mut waiting), None);
    let now = site.now();
    site.server.say(now, ADA, RoomId(1), "no");
    let yes = site.server.say(now, ADA, RoomId(1), "yes");
    site.server.say(now, ADA, RoomId(1), "later");
    site.wait(5 * second);
    let found = site.look(&mut waiting).unwrap().unwrap().unwrap();
    assert_eq!(found.message().unwrap().id, yes);
    drop(waiting);
    site.wait(second);
    assert_eq!(site.tasks(), tasks, "its timer is gone");

    // What comes after it is still there, and a time out ends the wait only.
    assert!(matches!(site.look(&mut Box::pin(events.wait_for(|_| true, Duration::ZERO))), Some(Ok(Some(_)))));
    let mut waiting = Box::pin(events.wait_for(wanted, 3 * second));
    assert_eq!(site.look(&mut waiting), None);
    site.wait(2 * second);
    assert_eq!(site.look(&mut waiting), None);
    site.wait(2 * second);
    assert_eq!(site.look(&mut waiting), Some(Err(TimedOut)));
    drop(waiting);

    site.run(chat.close()).unwrap();
    assert_eq!(site.look(&mut Box::pin(events.wait_for(wanted, second))), Some(Ok(None)));
    site.wait(second);
    assert_eq!(site.tasks(), 0);
}

#[test]
fn nothing_of_it_needs_more_than_a_mode() {
    fn sendable<M: Mode>(room: &sechat_client::Room<M>) {
        fn is<T: Send>(_: &T) {}
        is(&room.messages());
        is(&room.transcript());
    }
    let (_site, _chat, room) = owner();
    sendable(&room);
}
