//! The engine: everything that calls share and that changes while nobody is calling.

mod config;
mod io;

use std::marker::PhantomData;

pub use config::{Access, Config, FeedConfig, ReplyStyle};
pub use io::{Deadline, ExchangeId, Input, Output, SocketId, TicketId};

use crate::endpoint::Endpoint;
use crate::{Credentials, Error, MessageId, Now, RoomId, UserId};

/// The protocol of one account on one chat server.
#[derive(Debug)]
pub struct Engine {}

/// The claim to the result of one call: hand it to [`Engine::take`].
#[must_use = "without its ticket the result of a call cannot be taken"]
pub struct Ticket<T> {
    id: TicketId,
    result: PhantomData<fn() -> T>,
}

/// What becomes of posts that still wait when the engine is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pending {
    /// They are sent first.
    Flush,
    /// They end with [`Error::Closed`].
    Drop,
}

/// Who this session is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Me {
    /// The chat user id.
    pub id: UserId,
    /// The name.
    pub name: String,
}

impl<T> Ticket<T> {
    /// The id that [`Output::Done`] names.
    pub fn id(&self) -> TicketId {
        self.id
    }
}

#[expect(
    unused_variables,
    clippy::unimplemented,
    clippy::needless_pass_by_value,
    clippy::needless_pass_by_ref_mut,
    reason = "a sketch of the verbs"
)]
impl Engine {
    /// An engine at rest: nothing is sent before the first call.
    pub fn new(config: Config, now: Now) -> Self {
        unimplemented!()
    }
    /// Calls an endpoint of the account.
    pub fn submit<E: Endpoint>(&mut self, now: Now, call: E) -> Ticket<E::Output> {
        unimplemented!()
    }
    /// Makes sure that the session is good, logging in if it must, and gives what is worth storing.
    pub fn log_in(&mut self, now: Now) -> Ticket<Credentials> {
        unimplemented!()
    }
    /// Posts a message; the ticket gives its id.
    pub fn send(&mut self, now: Now, room: RoomId, text: String, reply_to: Option<MessageId>) -> Ticket<MessageId> {
        unimplemented!()
    }
    /// Edits a message of one's own. The parent of a reply that this engine has seen is kept.
    pub fn edit(&mut self, now: Now, message: MessageId, text: String) -> Ticket<()> {
        unimplemented!()
    }
    /// Enters a room and starts its events. Joining a joined room changes nothing.
    pub fn join(&mut self, now: Now, room: RoomId) -> Ticket<()> {
        unimplemented!()
    }
    /// Leaves a room and ends its events.
    pub fn leave(&mut self, now: Now, room: RoomId) -> Ticket<()> {
        unimplemented!()
    }
    /// The result of a call that has ended; `None` before that, and for a result taken already.
    pub fn take<T: 'static>(&mut self, ticket: &Ticket<T>) -> Option<Result<T, Error>> {
        unimplemented!()
    }
    /// Gives up a call: one that was not sent yet never will be. Its ticket gives nothing any more.
    pub fn cancel(&mut self, now: Now, id: TicketId) {
        unimplemented!()
    }
    /// Ends the engine: no new calls; posts flushed or dropped; rooms left; sockets closed; [`Output::Finished`].
    pub fn shut_down(&mut self, now: Now, pending: Pending) {
        unimplemented!()
    }
    /// Takes in what happened.
    pub fn handle_input(&mut self, now: Now, input: Input) {
        unimplemented!()
    }
    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        unimplemented!()
    }
    /// When to hand in [`Input::Timeout`]; changes with every other verb.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        unimplemented!()
    }
    /// Who this session is, once that is known.
    pub fn me(&self) -> Option<&Me> {
        unimplemented!()
    }
    /// What is worth storing of the session at this moment, once logged in.
    pub fn credentials(&self) -> Option<Credentials> {
        unimplemented!()
    }
    /// How many writes wait or are under way.
    pub fn queued(&self) -> usize {
        unimplemented!()
    }
}

impl<T> std::fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ticket({})", self.id.0)
    }
}
