//! Paging backwards through the messages of a room.

use serde::{Deserialize, Serialize};

use crate::endpoint::RoomEvents;
use crate::event::RoomSnapshot;
use crate::{MessageId, RoomId};

/// Where one is while paging backwards through the messages of a room (protocol notes, 2.1).
///
/// A plain value to be stored and gone on with: each page is asked for with [`RoomCursor::call`], and its answer gives
/// the next cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomCursor {
    /// The room.
    pub room: RoomId,
    /// The messages before this one are next; `None` begins with the latest.
    pub before: Option<MessageId>,
}

impl RoomCursor {
    /// Begins with the latest message.
    pub fn latest(room: RoomId) -> Self {
        Self { room, before: None }
    }

    /// Begins with the last message before this one.
    pub fn before(room: RoomId, message: MessageId) -> Self {
        Self { room, before: Some(message) }
    }

    /// The call for the next page of up to `count` messages; the server gives at most 500.
    pub fn call(self, count: u16) -> RoomEvents {
        RoomEvents { before: self.before, ..RoomEvents::latest(self.room, count) }
    }

    /// The cursor after a page; `None` when the room has no older messages. It always moves back, so that following
    /// it comes to an end whatever the server answers.
    #[must_use = "the cursor itself does not move"]
    pub fn after(self, page: &RoomSnapshot) -> Option<Self> {
        let ids = page.events.iter().filter_map(|event| event.message()).map(|message| message.id);
        let oldest = ids.min().filter(|oldest| self.before.is_none_or(|before| *oldest < before))?;
        Some(Self { before: Some(oldest), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_back_only() {
        let page = |ids: &[u64]| {
            let events: Vec<_> = ids.iter().map(|id| format!(r#"{{"event_type":1,"message_id":{id}}}"#)).collect();
            RoomSnapshot::parse(format!(r#"{{"events":[{}]}}"#, events.join(",")).as_bytes()).unwrap()
        };
        let start = RoomCursor::latest(RoomId(1));
        assert_eq!((start.call(50).before, start.call(50).count), (None, 50));
        let next = start.after(&page(&[7, 9])).unwrap();
        assert_eq!(next, RoomCursor::before(RoomId(1), MessageId(7)));
        assert_eq!(next.call(5).before, Some(MessageId(7)));
        assert_eq!(next.after(&page(&[])), None);
        assert_eq!(next.after(&page(&[7, 8])), None, "a server that ignores the bound");
        assert_eq!(serde_json::to_string(&next).unwrap(), r#"{"room":1,"before":7}"#);
    }
}
