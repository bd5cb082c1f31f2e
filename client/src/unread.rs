//! What a reader of events has not dealt with yet, and how far back that keeps its position.

use sechat_core::engine::Position;
use sechat_core::event::{Event, EventKind, FeedChange};
use sechat_core::{EventId, MessageId, RoomId};

/// One event, or several, that a position must not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread {
    /// `None` for several rooms.
    room: Option<RoomId>,
    after: Option<EventId>,
    message: Option<MessageId>,
}

impl Unread {
    /// `gap` is the event after which the room's record had its last gap: messages read in its place have no event id.
    pub(crate) fn new(event: &Event, gap: Option<EventId>) -> Option<Self> {
        let message = match &event.kind {
            EventKind::MessagePosted(message) => Some(MessageId(message.id.0.saturating_sub(1))),
            _ => None,
        };
        let after = match (&event.kind, event.id) {
            (EventKind::Feed(FeedChange::Gap { after, .. }), _) => Some(*after),
            (_, Some(id)) => Some(EventId(id.0.saturating_sub(1))),
            _ => gap.filter(|_| message.is_some()),
        };
        (after.is_some() || message.is_some()).then_some(Self { room: event.room_id, after, message })
    }

    /// Both. Ids are the server's, not the room's, so that one bound serves for all.
    pub(crate) fn and(self, other: Self) -> Self {
        let earlier = |one: Option<u64>, two: Option<u64>| one.into_iter().chain(two).min();
        Self {
            room: self.room.filter(|_| self.room == other.room),
            after: earlier(self.after.map(|id| id.0), other.after.map(|id| id.0)).map(EventId),
            message: earlier(self.message.map(|id| id.0), other.message.map(|id| id.0)).map(MessageId),
        }
    }

    /// Whether it keeps back a room. An event of a room that is not joined comes with those of every other.
    pub(crate) fn concerns(&self, room: RoomId, is_joined: impl Fn(RoomId) -> bool) -> bool {
        self.room.is_none_or(|of| of == room || !is_joined(of))
    }

    pub(crate) fn keep_back(&self, position: Position) -> Position {
        let after = self.after.map_or(position.after, |after| position.after.min(after));
        let message = position.message.map(|message| self.message.map_or(message, |bound| message.min(bound)));
        Position::new(after, message)
    }
}
