//! One bot that makes every call there is, over real sockets, the same on each adapter.

use std::any::type_name;
use std::collections::BTreeSet;
use std::time::Duration;

use sechat_async_std::AsyncStd;
use sechat_blocking::Blocking;
use sechat_client::{Access, Chat, Mode};
use sechat_core::endpoint::unverified::*;
use sechat_core::endpoint::*;
use sechat_core::engine::ReplyStyle;
use sechat_core::{Config, Error, MessageId, RoomId, Server};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{ChatServer, Listener, Room, Setup, User};
use sechat_tests::{ADA, BOT, EMAIL, OTHER, PASSWORD, PRIVATE, ROOM, public_endpoints};
use sechat_tokio::Tokio;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_on_tokio() {
    tokio::task::block_in_place(journey::<Tokio>);
}

#[test]
fn every_call_on_async_std() {
    journey::<AsyncStd>();
}

#[test]
fn every_call_without_async() {
    journey::<Blocking>();
}

/// A mode whose replies a test can wait for.
trait Waits: Mode {
    fn wait<T: Send + 'static>(reply: Self::Reply<T>) -> Result<T, Error>;
}

impl Waits for Tokio {
    fn wait<T: Send + 'static>(reply: Self::Reply<T>) -> Result<T, Error> {
        tokio::runtime::Handle::current().block_on(reply)
    }
}

impl Waits for AsyncStd {
    fn wait<T: Send + 'static>(reply: Self::Reply<T>) -> Result<T, Error> {
        async_std::task::block_on(reply)
    }
}

impl Waits for Blocking {
    fn wait<T: Send + 'static>(reply: Self::Reply<T>) -> Result<T, Error> {
        reply
    }
}

/// The bot on its way.
struct Journey<M: Waits> {
    listener: Listener,
    server: Server,
    chat: Chat<M>,
    called: BTreeSet<String>,
}

fn journey<M: Waits>() {
    let mut setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot").moderator().reputation(20_000))
        .user(User::new(ADA, "Ada").account(77))
        .room(Room::new(ROOM, "Sandbox").owner(BOT).tag("tea"))
        .room(Room::new(OTHER, "Other").owner(BOT))
        .room(Room::new(PRIVATE, "Secret").access(sechat_fixtures::Access::Private).owner(ADA));
    setup.switches.throttle = ThrottleCurve::Off;
    let listener = Listener::start(setup).expect("a free port");
    let server = Server::custom(&listener.url(), &listener.url()).expect("a good address");
    let mut config = Config::new(server.clone(), Access::login(EMAIL, PASSWORD, None));
    config.acknowledge = false;
    let chat = Chat::builder(config).connect().expect("a runtime");
    let mut journey = Journey::<M> { listener, server, chat, called: BTreeSet::new() };

    journey.logs_in_step_by_step();
    journey.enters();
    journey.talks();
    journey.reads_messages();
    journey.marks_messages();
    journey.looks_around();
    journey.keeps_its_account();
    journey.keeps_rooms();
    journey.lets_people_in_and_out();
    journey.clears_up();
    journey.leaves();

    let all: BTreeSet<String> = public_endpoints().expect("the code").into_keys().collect();
    assert_eq!(journey.called, all);
}

impl<M: Waits> Journey<M> {
    /// Makes a call, which has to succeed.
    fn call<E: Endpoint>(&mut self, endpoint: E) -> E::Output {
        let chat = self.chat.clone();
        self.call_on(&chat, endpoint)
    }

    fn call_on<E: Endpoint>(&mut self, chat: &Chat<M>, endpoint: E) -> E::Output {
        let name = type_name::<E>().rsplit("::").next().unwrap_or_default();
        self.called.insert(name.to_owned());
        M::wait(chat.call(endpoint)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn look<T>(&self, at: impl FnOnce(&ChatServer) -> T) -> T {
        self.listener.with_server(|server, _| at(server))
    }

    fn ada_says(&self, room: RoomId, text: &str) -> MessageId {
        self.listener.with_server(|server, now| server.say(now, ADA, room, text))
    }

    fn deleted(&self, message: MessageId) -> bool {
        self.look(|server| server.message(message).expect("a message").deleted == Some(BOT))
    }

    fn logs_in_step_by_step(&mut self) {
        let guest = Chat::anonymous(self.server.clone()).expect("a runtime");
        let LoginPageAnswer::Form { fkey, .. } = self.call_on(&guest, LoginPage) else { panic!("nobody is logged in") };
        let (email, password) = (EMAIL.to_owned(), PASSWORD.into());
        self.call_on(&guest, ValidateLogin { email: email.clone(), password, fkey: fkey.clone() });
        self.call_on(&guest, SubmitLogin { email, password: PASSWORD.into(), fkey });
        M::wait(guest.close()).expect("an end");
    }

    fn enters(&mut self) {
        let me = Some(Me::new(BOT, "Bot"));
        assert_eq!(self.call(ChatHome).me, me);
        assert_eq!(self.call(FavoriteRooms).me, me);
        assert_eq!(self.call(RoomPage { room: ROOM }).me.map(|me| me.id), Some(BOT));
        let server = self.server.clone();
        assert_eq!(self.call(SocketAddress::new(ROOM, &server)).scheme(), "ws");
        let time = self.call(RoomEvents::latest(ROOM, 10)).time.expect("where to go on from");
        let said = self.ada_says(ROOM, "good morning");
        let news = self.call(PollEvents { rooms: vec![(ROOM, time)] }).rooms;
        let heard: Vec<_> = news[0].1.events.iter().filter_map(|event| event.message()).map(|m| m.id).collect();
        assert_eq!((news[0].0, heard.last()), (ROOM, Some(&said)));
        let room = M::wait(self.chat.join(ROOM)).expect("a room");
        assert!(self.look(|server| server.present(ROOM).contains(&BOT)));
        M::wait(room.close()).expect("an end");
    }

    fn talks(&mut self) {
        let question = self.ada_says(ROOM, "Tea?");
        let style = ReplyStyle::default();
        let post = NewMessage { room: ROOM, text: "Yes".to_owned(), parent: Some(question), style };
        let message = self.call(post);
        self.call(EditMessage { message, text: "Yes, *please*".to_owned(), parent: Some(question), style });
        assert!(self.call(MessageSource { message }).ends_with("Yes, *please*"));
        assert!(self.call(MessageHtml { message }).ends_with("Yes, <i>please</i>"));
        assert_eq!(self.call(MessageHistory { message }).edits(), 1);
        self.call(PurgeHistory { message });
        assert!(self.look(|server| server.message(message).expect("a message").revisions.len() == 1));
        let answer = self.listener.with_server(|server, now| server.reply(now, ADA, message, "Here you are"));
        assert_eq!(self.call(UnreadCounts).inbox, 1);
        self.call(Acknowledge { messages: vec![answer] });
        assert_eq!(self.call(UnreadCounts).inbox, 0);
    }

    fn reads_messages(&mut self) {
        let message = self.ada_says(ROOM, &"needle\n".repeat(50));
        assert!(self.call(FullMessage { room: ROOM, message }).starts_with("<div class='full'>needle <br> needle"));
        assert_eq!(self.call(Transcript::Latest(ROOM)).messages.last().map(|last| last.id), Some(message));
        let found = self.call(SearchMessages::new("needle")).messages;
        assert_eq!(found.iter().map(|one| (one.id, one.room)).collect::<Vec<_>>(), [(message, ROOM)]);
    }

    fn marks_messages(&mut self) {
        let (first, last) = (self.ada_says(ROOM, "one"), self.ada_says(ROOM, "two"));
        self.call(StarMessage { message: first });
        self.call(PinMessage { message: last });
        let starred: Vec<_> = self.call(StarredMessages { room: ROOM, count: 0 }).into_iter().map(|s| s.id).collect();
        assert_eq!(starred, [last, first], "pins come first");
        assert_eq!(self.call(RoomStars { room: ROOM, page: 1 }).messages.len(), 2);
        self.call(UnpinMessage { message: last });
        self.call(ClearStars { message: last });
        assert_eq!(self.call(StarredMessages { room: ROOM, count: 0 }).len(), 1);

        let slug = self.call(Bookmark { room: ROOM, first, last, title: "Numbers".to_owned() });
        assert_eq!(slug, "numbers");
        self.call(DeleteBookmark { room: ROOM, slug });
        assert!(self.look(|server| server.conversations().is_empty()));
        assert!(self.call(RoomNotes { room: ROOM, tab: NotesTab::Conversations }).text.contains("no conversations"));
    }

    fn looks_around(&mut self) {
        let details = self.call(RoomInfo { room: ROOM, users: InfoUsers::Current });
        assert_eq!((details.name.as_str(), details.owners[0].user.id), ("Sandbox", Some(BOT)));
        assert_eq!(self.call(OpenRoom { room: ROOM }).me, Some(BOT));
        let rooms: Vec<_> = self.call(ListRooms::default()).rooms.iter().map(|room| room.id).collect();
        assert!(rooms.contains(&ROOM) && rooms.contains(&OTHER), "{rooms:?}");
        assert_eq!(self.call(RoomThumbs { room: ROOM }).tag_names(), ["tea"]);
        assert!(self.call(PingableUsers { room: ROOM }).iter().any(|user| user.id == ADA));
        assert_eq!(self.call(UserInfo { users: vec![ADA], room: ROOM })[0].name, "Ada");
        assert_eq!(self.call(UserThumbs { user: ADA }).name, "Ada");
        assert_eq!(self.call(UserProfile { user: ADA }).name, "Ada");
        assert_eq!(self.call(UserSearch { query: "ad".to_owned(), limit: 5 })[0].id, ADA);
        assert_eq!(self.call(ChatUserOf { account: 77 }), ADA);
    }

    fn keeps_its_account(&mut self) {
        assert_eq!(self.call(EditBio { user: BOT, bio: "I & <you>".to_owned() }), "I & <you>");
        self.call(IgnoreUser { user: ADA });
        assert_eq!(self.call(IgnoreList), [ADA]);
        self.call(UnignoreUser { user: ADA });
        assert!(self.call(IgnoreList).is_empty());
        assert!(self.call(FavoriteRoom { room: OTHER }));
        let image = self.call(UploadImage::bytes("a.png", "x", "image/png"));
        assert_eq!(self.look(|server| server.uploads()[0].url.clone()), image.as_str());
    }

    fn keeps_rooms(&mut self) {
        let (name, description, host) = ("New".to_owned(), "About".to_owned(), "stackoverflow.com".to_owned());
        let access = DefaultAccess::ReadWrite;
        let room = self.call(SaveRoom { room: None, name, description, tags: vec![], host, access });
        self.call(FreezeRoom { room, frozen: true });
        self.call(DeleteRoom { room, deleted: true });
        let room = self.look(|server| server.room(room).expect("a room that was made").clone());
        assert_eq!((room.name.as_str(), room.frozen, room.deleted), ("New", true, true));

        let messages = vec![self.ada_says(ROOM, "on the move")];
        assert_eq!(self.call(MoveMessages { room: ROOM, messages: messages.clone(), to: OTHER }), 1);
        self.call(MoveMessagesToNew { room: OTHER, messages: messages.clone(), title: "Moved".to_owned() });
        let room = self.look(|server| server.message(messages[0]).expect("a message").room);
        assert_eq!(self.look(|server| server.room(room).expect("a room").name.clone()), "Moved");
    }

    fn lets_people_in_and_out(&mut self) {
        self.listener.with_server(|server, now| server.leave(now, ADA, OTHER));
        assert_eq!(self.call(InviteUser { user: ADA, room: OTHER }), "Ada has been invited to join Other");
        let pair = self.call(PairOff { user: ADA, name: "Us two".to_owned() });
        assert!(self.look(|server| server.present(pair).contains(&BOT)));
        self.call(RequestAccess { room: PRIVATE });
        assert!(self.look(|server| server.log().iter().any(|event| event.json.contains("has requested access to"))));
        self.call(SetUserAccess { room: OTHER, user: ADA, access: UserAccess::ReadWrite });
        assert_eq!(self.call(RoomAccess { room: OTHER }).writers[0].user.id, Some(ADA));
        self.listener.with_server(|server, now| server.enter(now, ADA, OTHER));
        assert!(self.call(KickMute { room: OTHER, user: ADA, reason: None }).contains("for 1 minute"));
        assert!(!self.look(|server| server.present(OTHER).contains(&ADA)));
        self.call(TimeoutRoom { room: OTHER, duration: Duration::from_secs(60), reason: "quiet".to_owned() });
        assert!(self.call(RoomEvents::latest(OTHER, 1)).timeout.is_some());
    }

    fn clears_up(&mut self) {
        let [spam, rude, slip, odd] = ["spam", "rude", "slip", "odd"].map(|text| self.ada_says(ROOM, text));
        self.call(FlagForModerator { message: odd, text: "what is this?".to_owned() });
        assert_eq!(self.look(|server| server.moderator_flags()[0].message), odd);
        // The flag of a moderator is binding.
        self.call(FlagMessage { message: spam });
        // Another connection has a pace of its own, and need not wait for what the first one posted.
        let second = self.chat.credentials().and_then(|session| Chat::connect(session).ok()).expect("a connection");
        self.call_on(&second, DeleteMessage { message: slip });
        self.call_on(&second, DeleteMessages { room: ROOM, messages: vec![rude] });
        M::wait(second.close()).expect("an end");
        assert_eq!([spam, rude, slip, odd].map(|message| self.deleted(message)), [true, true, true, false]);
    }

    fn leaves(&mut self) {
        assert!(self.look(|server| server.present(ROOM).contains(&BOT)), "who posts is in the room");
        self.call(LeaveRoom { room: ROOM });
        assert!(!self.look(|server| server.present(ROOM).contains(&BOT)));
        self.call(LeaveAllRooms);
        assert!(self.look(|server| server.present(OTHER)).iter().all(|user| *user != BOT));
        let session = self.chat.credentials().expect("a session that was used");
        let fkey = self.call(LogoutPage);
        self.call(Logout { fkey });
        let again = Chat::<M>::connect(session).expect("a runtime");
        assert_eq!(M::wait(again.log_in()).map(drop), Err(Error::SessionExpired));
        M::wait(self.chat.close()).expect("an end");
    }
}
