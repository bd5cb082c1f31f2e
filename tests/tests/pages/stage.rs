//! A server with something to read on it, and one who reads.

use std::time::{Duration, Instant, UNIX_EPOCH};

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::Endpoint;
use sechat_core::engine::{Access, Config, Input, Output};
use sechat_core::{Engine, Error, MessageId, Now, Refusal, RoomId, Server, UserId};
use sechat_fixtures::switches::Switches;
use sechat_fixtures::{ChatServer, Room, Setup, User};

pub(super) const BOT: UserId = UserId(101);
pub(super) const ADA: UserId = UserId(102);
pub(super) const EVE: UserId = UserId(103);
pub(super) const ROOM: RoomId = RoomId(1);
pub(super) const GALLERY: RoomId = RoomId(2);
pub(super) const SECRET: RoomId = RoomId(3);

pub(super) struct Stage {
    pub(super) server: ChatServer,
    pub(super) now: Now,
    pub(super) engine: Engine,
    /// The last answer that the engine was given.
    pub(super) last: Response<Bytes>,
}

impl Stage {
    /// Logged in as the bot. It is 2026-09-21, 14:13:20.
    pub(super) fn new() -> Self {
        Self::with(Access::login("bot@example.com", "correct horse", None), |_| {})
    }

    pub(super) fn anonymous() -> Self {
        Self::with(Access::Anonymous, |_| {})
    }

    pub(super) fn with(access: Access, change: impl FnOnce(&mut Switches)) -> Self {
        let mut switches = Switches::default();
        change(&mut switches);
        let setup = Setup::default()
            .user(User::new(ADA, "Ada \"L\" <x> & co").moderator().reputation(12_345).account(77))
            .user(User::new(EVE, "Eve"))
            .room(
                Room::new(GALLERY, "Gallery")
                    .access(sechat_fixtures::Access::Gallery)
                    .owner(ADA)
                    .member(EVE)
                    .tag("c++"),
            )
            .room(Room::new(SECRET, "Secret").access(sechat_fixtures::Access::Private))
            .switches(switches);
        let now = Now::new(Instant::now(), UNIX_EPOCH + Duration::from_secs(1_790_000_000));
        let engine = Engine::new(Config::new(Server::StackExchange, access)).unwrap();
        Self { server: ChatServer::new(setup), now, engine, last: Response::new(Bytes::new()) }
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    pub(super) fn say(&mut self, user: UserId, room: RoomId, text: &str) -> MessageId {
        self.server.say(self.now, user, room, text)
    }

    /// Makes a call, to its end.
    pub(super) fn read<E: Endpoint>(&mut self, call: E) -> Result<E::Output, Error> {
        let ticket = self.engine.submit(self.now, call);
        for _ in 0..100 {
            while let Some(output) = self.engine.poll_output() {
                if let Output::Http(id, request) = output {
                    self.last = self.server.handle(self.now, request);
                    self.engine.handle_input(self.now, Input::Http(id, Ok(self.last.clone())));
                }
            }
            if let Some(result) = self.engine.take(&ticket) {
                return result;
            }
            self.wait(1);
            self.engine.handle_input(self.now, Input::Timeout);
        }
        panic!("the call does not end");
    }
}

/// Status and reason of a refusal.
pub(super) fn why(error: Error) -> (u16, Refusal) {
    match error {
        Error::Refused { status, reason, .. } => (status, reason),
        other => panic!("{other}"),
    }
}
