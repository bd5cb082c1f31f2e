//! The account's own messages.

use std::collections::BTreeMap;

use sechat_core::{Event, EventKind, MessageId, RoomId, UserId};
use serde::{Deserialize, Serialize};

/// How many messages are remembered.
const KEPT: usize = 1024;

/// The account's last 1024 messages on one server, to be stored over a restart.
///
/// Replies name the message that they answer; since that may have been posted by an earlier process, only memory tells
/// that it is one's own: [`addressed`](sechat_core::text::addressed) asks for it, and so do commands.
///
/// ```
/// use sechat_client::{Event, MessageId, OwnMessages, RoomId, UserId};
///
/// let mut own = OwnMessages::new(UserId(5));
/// own.posted(RoomId(1), MessageId(70));
/// own.see(&Event::parse(br#"{"event_type":1,"id":9,"room_id":1,"user_id":5,"message_id":71,"content":"hi"}"#));
///
/// let stored = serde_json::to_string(&own)?;
/// assert_eq!(stored, r#"{"user":5,"messages":[{"id":70,"room":1},{"id":71,"room":1}]}"#);
/// let own: OwnMessages = serde_json::from_str(&stored)?;
/// assert!(own.contains(MessageId(70)) && !own.contains(MessageId(72)));
/// assert_eq!(own.last(RoomId(1)), Some(MessageId(71)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct OwnMessages {
    user: UserId,
    rooms: BTreeMap<MessageId, RoomId>,
}

/// A message of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OwnMessage {
    /// The message.
    pub id: MessageId,
    /// The room it is in.
    pub room: RoomId,
}

impl OwnMessages {
    /// Nothing known yet of the messages of this account.
    pub fn new(user: UserId) -> Self {
        Self { user, rooms: BTreeMap::new() }
    }

    /// The account posted this. Telling it at once, with what [`Room::send`](crate::Room::send) gives, is a little
    /// earlier than the event.
    pub fn posted(&mut self, room: RoomId, message: MessageId) {
        self.rooms.insert(message, room);
        if self.rooms.len() > KEPT {
            self.rooms.pop_first();
        }
    }

    /// Learns from an event: what the account posts and moves between rooms is kept, what is deleted is forgotten.
    pub fn see(&mut self, event: &Event) {
        match (&event.kind, event.room_id) {
            (EventKind::MessagePosted(message), Some(room)) if event.user_id == Some(self.user) => {
                self.posted(room, message.id);
            }
            (EventKind::MessageMovedIn(message), Some(room)) if self.contains(message.id) => {
                self.posted(room, message.id);
            }
            (EventKind::MessageDeleted(message), _) => drop(self.rooms.remove(&message.id)),
            _ => {}
        }
    }

    /// Whether a message is one of them.
    pub fn contains(&self, message: MessageId) -> bool {
        self.rooms.contains_key(&message)
    }

    /// The last one in a room.
    pub fn last(&self, room: RoomId) -> Option<MessageId> {
        self.rooms.iter().rev().find(|(_, in_room)| **in_room == room).map(|(id, _)| *id)
    }

    /// All of them, oldest first.
    pub fn messages(&self) -> Vec<OwnMessage> {
        self.rooms.iter().map(|(&id, &room)| OwnMessage { id, room }).collect()
    }

    /// Whose they are. Stored messages of another account are not to be used: begin anew.
    pub fn user(&self) -> UserId {
        self.user
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    user: UserId,
    messages: Vec<OwnMessage>,
}

impl From<Stored> for OwnMessages {
    fn from(stored: Stored) -> Self {
        let mut own = Self::new(stored.user);
        stored.messages.iter().for_each(|message| own.posted(message.room, message.id));
        own
    }
}

impl From<OwnMessages> for Stored {
    fn from(own: OwnMessages) -> Self {
        Self { user: own.user, messages: own.messages() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(own: &mut OwnMessages, kind: u32, room: u64, message: u64, user: i64) {
        let json = format!(
            r#"{{"event_type":{kind},"id":9,"room_id":{room},"user_id":{user},"message_id":{message},"content":"x"}}"#
        );
        own.see(&Event::parse(json.as_bytes()));
    }

    #[test]
    fn own_messages_come_move_and_go() {
        let mut own = OwnMessages::new(UserId(5));
        see(&mut own, 1, 1, 70, 5);
        see(&mut own, 1, 1, 71, 7);
        see(&mut own, 1, 1, 72, 5);
        see(&mut own, 20, 2, 72, 7);
        see(&mut own, 20, 2, 73, 7);
        let kept = |own: &OwnMessages| own.messages().iter().map(|own| (own.id.0, own.room.0)).collect::<Vec<_>>();
        assert_eq!(kept(&own), [(70, 1), (72, 2)]);
        assert_eq!((own.last(RoomId(1)), own.last(RoomId(3))), (Some(MessageId(70)), None));
        see(&mut own, 10, 1, 70, 7);
        assert_eq!(kept(&own), [(72, 2)]);
    }

    #[test]
    fn memory_is_bounded_in_whatever_was_stored() {
        let stored: Vec<_> = (1..=2000).map(|id| serde_json::json!({"id": id, "room": 1})).collect();
        let own: OwnMessages = serde_json::from_value(serde_json::json!({"user": 5, "messages": stored})).unwrap();
        assert_eq!((own.messages().len(), own.user()), (KEPT, UserId(5)));
        assert!(own.contains(MessageId(2000)) && !own.contains(MessageId(1)));
    }
}
