//! A room of one account.

mod looking;
mod marking;
mod moderating;
mod moving;
mod splitting;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sechat_core::endpoint::{DeleteMessage, Endpoint};
use sechat_core::engine::{Post, Priority};
use sechat_core::{Engine, MessageId, RoomId, Server};

use crate::chat::Chat;
use crate::events::Events;
use crate::reply::Reply;
use crate::runtime::Mode;

pub use moving::Moved;

/// A room that the account is in.
///
/// Clones are handles to the same room, and keep its [`Chat`] open. Dropping them does not leave the room:
/// [`close`](Self::close) does, and so does the end of the connection.
///
/// Posts, edits and deletions of all rooms share the account's throttle: they go out in the order of the calls, at the
/// rate the server allows, and their replies may take that long.
#[must_use = "without its room nothing can be sent there"]
pub struct Room<M: Mode> {
    chat: Chat<M>,
    id: RoomId,
    priority: Priority,
    /// What has happened since the room was joined, until somebody asks for it.
    since_join: Arc<Mutex<Option<Events<M>>>>,
}

impl<M: Mode> Room<M> {
    /// Enters a room and starts its events; the same as [`Chat::join`].
    pub fn join(chat: &Chat<M>, room: impl Into<RoomId>) -> M::Reply<Self> {
        chat.join(room)
    }

    /// The events of a public room, read by polling, without an account.
    ///
    /// To read several, or to change the pace, make one [`Chat`] without an account and join the rooms with it: they
    /// share one poll.
    pub fn anonymous(room: impl Into<RoomId>, server: Server) -> M::Reply<Events<M>> {
        let room = room.into();
        let joined = Chat::<M>::anonymous(server).map(|chat| {
            let events = Events::new(chat.connection(), Some(room));
            chat.connection().join(room).map(|()| events)
        });
        M::hand_over(joined.unwrap_or_else(|error| Reply::ready(Err(error))))
    }

    /// Posts a message and gives its id.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](sechat_core::Error::Invalid) for a text the server would not take, [`Error::Duplicate`](sechat_core::Error::Duplicate) for one it has just taken,
    /// [`Error::Refused`](sechat_core::Error::Refused) with its reason, and [`Error::Uncertain`](sechat_core::Error::Uncertain) when the answer was lost: it is not sent again then,
    /// for that could post it twice.
    pub fn send(&self, text: impl Into<String>) -> M::Reply<MessageId> {
        self.post(text.into(), None)
    }

    /// Posts an answer to a message of this room and gives its id. Fails as [`send`](Self::send) does: an answer whose
    /// text equals one posted a moment ago is dropped even if it is to another message.
    pub fn reply(&self, to: impl Into<MessageId>, text: impl Into<String>) -> M::Reply<MessageId> {
        self.post(text.into(), Some(to.into()))
    }

    /// Replaces the text of a message of one's own, for about two minutes after it was posted. A reply stays a reply.
    pub fn edit(&self, message: impl Into<MessageId>, text: impl Into<String>) -> M::Reply<()> {
        let (message, text) = (message.into(), text.into());
        let edit = |engine: &mut Engine, now| engine.edit_at(now, message, text, self.priority);
        M::hand_over(self.chat.connection().call("edit", edit))
    }

    /// Deletes a message of one's own, for about two minutes after it was posted.
    pub fn delete(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(DeleteMessage { message: message.into() })
    }

    /// The events of this room, and whatever happens to the feed.
    ///
    /// The first call on a room that was joined gives everything since it was joined, as far as the buffer holds it;
    /// further ones begin with what happens next.
    pub fn events(&self) -> Events<M> {
        let since_join = self.since_join.lock().unwrap_or_else(PoisonError::into_inner).take();
        since_join.unwrap_or_else(|| Events::new(self.chat.connection(), Some(self.id)))
    }

    /// A handle to the same room, whose posts, edits and other calls that write go out before or after those of others.
    ///
    /// ```
    /// # use sechat_client::{Mode, Priority, Room};
    /// # fn report<M: Mode>(room: &Room<M>, lines: Vec<String>) -> Vec<M::Reply<sechat_client::MessageId>> {
    /// let bulk = room.with_priority(Priority::Bulk);
    /// lines.into_iter().map(|line| bulk.send(line)).collect()
    /// # }
    /// ```
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { priority, ..self.clone() }
    }

    /// Its id.
    pub fn id(&self) -> RoomId {
        self.id
    }

    /// The account it belongs to.
    pub fn chat(&self) -> &Chat<M> {
        &self.chat
    }

    /// Leaves the room, for all handles to it, and ends its events at once. The server is told after the posts that
    /// were submitted before.
    pub fn close(&self) -> M::Reply<()> {
        let connection = self.chat.connection();
        let left = connection.call("leave", |engine, now| engine.leave(now, self.id));
        connection.end_room(self.id);
        M::hand_over(left)
    }

    pub(crate) fn new(chat: Chat<M>, id: RoomId) -> Self {
        Self { chat, id, priority: Priority::Normal, since_join: Arc::default() }
    }

    /// A room that is about to be joined: it hears from the first moment on.
    pub(crate) fn listening(chat: Chat<M>, id: RoomId) -> Self {
        let events = Events::new(chat.connection(), Some(id));
        Self { chat, id, priority: Priority::Normal, since_join: Arc::new(Mutex::new(Some(events))) }
    }

    fn call<E: Endpoint>(&self, endpoint: E) -> M::Reply<E::Output> {
        M::hand_over(self.submit(endpoint))
    }

    /// The same, for calls that others follow.
    fn submit<E: Endpoint>(&self, endpoint: E) -> Reply<E::Output> {
        self.chat.submit_at(endpoint, self.priority)
    }

    fn post(&self, text: String, reply_to: Option<MessageId>) -> M::Reply<MessageId> {
        let post = self.message(text, reply_to);
        M::hand_over(self.chat.connection().call("send", |engine, now| engine.post(now, post)))
    }

    fn message(&self, text: String, reply_to: Option<MessageId>) -> Post {
        let post = Post::new(self.id, text).priority(self.priority);
        if let Some(message) = reply_to { post.reply_to(message) } else { post }
    }
}

impl<M: Mode> Clone for Room<M> {
    fn clone(&self) -> Self {
        Self { chat: self.chat.clone(), id: self.id, priority: self.priority, since_join: Arc::clone(&self.since_join) }
    }
}

impl<M: Mode> fmt::Debug for Room<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("id", &self.id).finish_non_exhaustive()
    }
}
