//! What happens to the feed itself.

use std::time::Duration;

use crate::{EventId, RoomId};

/// A change of the connection that events come over.
///
/// The feed lives on through all of these; they are for bots that want to know, and for logs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeedChange {
    /// The first connection is being made.
    Connecting,
    /// Events arrive as they happen.
    Live,
    /// The connection was lost; another attempt follows.
    #[non_exhaustive]
    Reconnecting {
        /// How many attempts were made since events last arrived.
        attempt: u32,
        /// How long until the next one.
        retry_in: Duration,
        /// What happened, for people.
        reason: String,
    },
    /// There is no socket to be had for now: the server is asked from time to time.
    #[non_exhaustive]
    Polling {
        /// Why, for people.
        reason: String,
    },
    /// Events arrive again; those that were missed have been delivered.
    #[non_exhaustive]
    Resumed {
        /// How many there were.
        missed: u64,
    },
    /// Some events may be missing: edits, entries and the like, whose record the server no longer had. New messages are
    /// among them only if `until` is not known; then the server has answered no question for minutes, or the room is lost,
    /// as the next such event says.
    #[non_exhaustive]
    Gap {
        /// The room.
        room: RoomId,
        /// Nothing is missing up to this event.
        after: EventId,
        /// Nothing is missing from this event on, if that is known.
        until: Option<EventId>,
    },
    /// A room can no longer be read; others go on.
    #[non_exhaustive]
    RoomLost {
        /// The room.
        room: RoomId,
        /// Why, for people.
        reason: String,
    },
    /// The session is no longer valid.
    SessionExpired,
    /// The session was not valid any more; a new login has been made.
    LoggedInAgain,
    /// This reader was too slow: its buffer was full, and events were dropped where this stands. They are asked of the
    /// server again, and come next.
    #[non_exhaustive]
    Lagged {
        /// How many were dropped.
        missed: u64,
    },
}

impl FeedChange {
    /// A reader has missed this many events.
    pub fn lagged(missed: u64) -> Self {
        Self::Lagged { missed }
    }

    /// The room that this is about, where it is about one.
    pub fn room(&self) -> Option<RoomId> {
        match self {
            Self::Gap { room, .. } | Self::RoomLost { room, .. } => Some(*room),
            _ => None,
        }
    }
}
