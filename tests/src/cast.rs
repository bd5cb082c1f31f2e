//! Who plays, where, and the verbs that most scenes need.

use std::time::Duration;

use sechat_core::engine::{Access, Ticket};
use sechat_core::{Config, Credentials, Error, Event, EventKind, MessageId, RoomId, Server, UserId};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{Access as RoomAccess, Close, Message, Room, Setup, Switches};

use crate::Duo;

/// The account that the engine is.
pub const BOT: UserId = UserId(101);
/// Somebody else.
pub const ADA: UserId = UserId(102);
/// A room for everybody.
pub const ROOM: RoomId = RoomId(1);
/// Another one.
pub const OTHER: RoomId = RoomId(2);
/// A room that neither may see.
pub const PRIVATE: RoomId = RoomId(9);
/// What the bot logs in with.
pub const EMAIL: &str = "bot@example.com";
/// Its password.
pub const PASSWORD: &str = "correct horse";

/// Cookies as pasted from a browser.
pub fn pasted(acct: &str, prov: &str) -> Access {
    Access::Credentials(Credentials::from_cookies(Server::StackExchange, acct, prov).expect("good cookies"))
}

impl Duo {
    /// A bot with a password on chat.stackexchange.com, two rooms, Ada in both, no throttle.
    #[must_use = "a scene has to be played"]
    pub fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// The same with other settings.
    #[must_use = "a scene has to be played"]
    pub fn with(change: impl FnOnce(&mut Setup, &mut Config)) -> Self {
        let mut setup = Setup::default()
            .room(Room::new(OTHER, "Other"))
            .room(Room::new(PRIVATE, "Secret").access(RoomAccess::Private));
        setup.switches.throttle = ThrottleCurve::Off;
        let mut config = Config::new(Server::StackExchange, Access::login(EMAIL, PASSWORD, None));
        config.seed = 7;
        change(&mut setup, &mut config);
        let mut duo = Self::start(setup, config);
        for room in [ROOM, OTHER] {
            duo.server.enter(duo.now(), ADA, room);
        }
        duo
    }

    /// The same with a server that differs.
    #[must_use = "a scene has to be played"]
    pub fn switched(change: impl FnOnce(&mut Switches)) -> Self {
        Self::with(|setup, _| change(&mut setup.switches))
    }

    /// Logs in.
    pub fn log_in(&mut self) -> Result<Credentials, Error> {
        let ticket = self.engine.log_in(self.now());
        self.wait(&ticket)
    }

    /// Joins a room.
    pub fn join(&mut self, room: RoomId) -> Result<(), Error> {
        let ticket = self.engine.join(self.now(), room);
        self.wait(&ticket)
    }

    /// Joins a room, and waits until its events arrive over a socket.
    pub fn join_live(&mut self, room: RoomId) {
        self.join(room).expect("a room that can be joined");
        self.run(Duration::from_secs(1));
    }

    /// Joins the two rooms, and lets a minute go by.
    pub fn join_both(&mut self) {
        for room in [ROOM, OTHER] {
            self.join_live(room);
        }
        self.run(Duration::from_secs(60));
    }

    /// Asks for a post.
    pub fn send(&mut self, room: RoomId, text: &str) -> Ticket<MessageId> {
        self.engine.send(self.now(), room, text.to_owned(), None)
    }

    /// Posts, and waits for the result.
    pub fn say(&mut self, room: RoomId, text: &str) -> Result<MessageId, Error> {
        let ticket = self.send(room, text);
        self.wait(&ticket)
    }

    /// Posts an answer to a message.
    pub fn reply(&mut self, room: RoomId, to: MessageId, text: &str) -> Result<MessageId, Error> {
        let ticket = self.engine.send(self.now(), room, text.to_owned(), Some(to));
        self.wait(&ticket)
    }

    /// Edits a message.
    pub fn edit(&mut self, message: MessageId, text: &str) -> Result<(), Error> {
        let ticket = self.engine.edit(self.now(), message, text.to_owned());
        self.wait(&ticket)
    }

    /// Ada posts.
    pub fn ada_says(&mut self, room: RoomId, text: &str) -> MessageId {
        self.server.say(self.now(), ADA, room, text)
    }

    /// Every socket is cut.
    pub fn cut_sockets(&mut self) {
        self.server.cut_sockets(self.now(), &Close::frame(1001, "CloudFlare WebSocket proxy restarting"));
    }

    /// The texts of the room as its readers see them, oldest first.
    pub fn room(&self, room: RoomId) -> Vec<&str> {
        self.server.messages(room).into_iter().filter(|m| m.deleted.is_none()).map(Message::source).collect()
    }

    /// The posts that the engine has told its user of, in that order.
    pub fn heard(&self, room: RoomId) -> Vec<&str> {
        let posts = self.events.iter().filter(|event| event.room_id == Some(room));
        posts
            .filter_map(|event| if let EventKind::MessagePosted(m) = &event.kind { m.content.as_deref() } else { None })
            .collect()
    }

    /// The events of one type that the engine has told its user of.
    pub fn events_of_type(&self, number: u32) -> Vec<&Event> {
        self.events.iter().filter(|event| event.event_type() == Some(number)).collect()
    }
}

impl Default for Duo {
    fn default() -> Self {
        Self::new()
    }
}
