//! Where the reader of a room stands, to go on from there in another process.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Engine;
use super::io::{Output, TicketId};
use super::{Ending, Ticket};
use crate::event::{Event, EventKind};
use crate::{Error, EventId, MessageId, Now, RoomId};

/// Where the reader of a room stands: what came before it has been read, what comes after it has not.
///
/// Both ids are needed, since messages that the server tells of only in the room itself have no event id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Position {
    /// Every event up to this one has been read.
    pub after: EventId,
    /// Every message up to this one has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

impl Position {
    /// The position of one who has read everything up to this event and message of a room.
    pub fn new(after: EventId, message: Option<MessageId>) -> Self {
        Self { after, message }
    }

    /// The earlier of two, in each of its parts.
    #[must_use = "it is a new position"]
    pub fn min(self, other: Self) -> Self {
        Self { after: self.after.min(other.after), message: self.message.min(other.message) }
    }

    /// Moves past an event of the room.
    pub fn pass(&mut self, event: &Event) {
        self.after = self.after.max(event.id.unwrap_or_default());
        if let EventKind::MessagePosted(message) = &event.kind {
            self.message = self.message.max(Some(message.id));
        }
    }
}

impl Engine {
    /// As [`join`](Self::join), going on after a position at which an earlier engine stood.
    ///
    /// What happened since is asked for and delivered. Where the server has forgotten part of it, a
    /// [`FeedChange::Gap`](crate::event::FeedChange::Gap) says so, and the room's messages are read instead. A room that
    /// is joined already stays where it is.
    pub fn resume(&mut self, now: Now, room: RoomId, position: Position) -> Ticket<()> {
        self.enter(now, room, Some(position))
    }

    /// Where one stands in each joined room who has taken in every event that [`poll_output`](Self::poll_output) has
    /// given so far. Once the feed has ended, in each room that was joined then.
    pub fn positions(&self) -> BTreeMap<RoomId, Position> {
        self.feed.positions(self.net.outputs().any(|output| matches!(output, Output::Event(_) | Output::Replayed(_))))
    }

    pub(super) fn enter(&mut self, now: Now, room: RoomId, resume: Option<Position>) -> Ticket<()> {
        let id = TicketId(self.net.fresh_id());
        if self.ending == Ending::No {
            self.join_room(room, resume, id);
        } else {
            self.finish_ticket(id, Err(Error::Closed));
        }
        self.run(now);
        Ticket::new(id)
    }
}
