//! One of the two bots.

use std::time::{Duration, Instant};

use sechat_blocking::{Access, Chat, Config, EventKind, Events, MessageId, Room, RoomId, Server};

use crate::exit::{Code, Failure};

/// Far longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bot that has logged in.
pub(super) struct Session {
    pub(super) name: String,
    chat: Chat,
}

/// A bot in a room.
pub(super) struct Bot {
    pub(super) name: String,
    pub(super) chat: Chat,
    pub(super) room: Room,
    events: Events,
    posts: Vec<MessageId>,
}

impl Bot {
    pub(super) fn log_in(server: Server, email: &str, password: &str) -> Result<Session, Failure> {
        let chat = Chat::builder(Config::new(server, Access::login(email, password, None))).connect()?;
        let name = chat.log_in()?.user_name().unwrap_or_default().to_owned();
        Ok(Session { name, chat })
    }

    /// The messages it was told of, in that order, as often as it was.
    pub(super) fn posts(&self) -> &[MessageId] {
        &self.posts
    }

    /// Reads events until one is what is looked for.
    pub(super) fn until<T>(&mut self, what: &str, find: impl Fn(&EventKind) -> Option<T>) -> Result<T, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let event = self.events.next_timeout(deadline.saturating_duration_since(Instant::now()));
            let Ok(Some(event)) = event else {
                return Err(failed(&format!("{} did not see {what}", self.name)));
            };
            if let EventKind::MessagePosted(message) = &event.kind {
                self.posts.push(message.id);
            }
            if let Some(found) = find(&event.kind) {
                return Ok(found);
            }
        }
    }
}

impl Session {
    pub(super) fn join(self, room: RoomId) -> Result<Bot, Failure> {
        let events = self.chat.events();
        let room = self.chat.join(room)?;
        Ok(Bot { name: self.name, chat: self.chat, room, events, posts: Vec::new() })
    }
}

pub(super) fn failed(what: &str) -> Failure {
    Failure::new(Code::Other, format!("the demo failed: {what}"))
}
