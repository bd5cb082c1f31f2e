//! The account's own recent messages, as far as this engine has seen them.

use std::collections::BTreeMap;

use crate::{MessageId, RoomId};

/// How many are remembered: more than can be posted while one can still be edited.
const KEPT: usize = 1024;

/// Own messages.
#[derive(Debug, Default)]
pub(super) struct OwnMessages(BTreeMap<MessageId, Own>);

#[derive(Debug, Default)]
struct Own {
    room: Option<RoomId>,
    parent: Option<MessageId>,
    /// A call of this engine has been told that it posted it.
    accounted: bool,
}

impl OwnMessages {
    /// A call posted it.
    pub(super) fn posted(&mut self, message: MessageId, room: RoomId, parent: Option<MessageId>) {
        self.seen(message, Some(room), parent);
        self.0.entry(message).or_default().accounted = true;
    }

    /// An event showed it.
    pub(super) fn seen(&mut self, message: MessageId, room: Option<RoomId>, parent: Option<MessageId>) {
        let own = self.0.entry(message).or_default();
        own.room = own.room.or(room);
        own.parent = own.parent.or(parent);
        if self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    /// Whether some call has been told that it posted this message.
    pub(super) fn is_accounted(&self, message: MessageId) -> bool {
        self.0.get(&message).is_some_and(|own| own.accounted)
    }

    /// Messages of a room later than `message` that no call has been told of.
    pub(super) fn unaccounted(&self, room: RoomId, message: Option<MessageId>) -> impl Iterator<Item = MessageId> {
        let is_wanted = move |own: &Own| own.room == Some(room) && !own.accounted;
        self.0.iter().filter(move |(id, own)| Some(**id) > message && is_wanted(own)).map(|(&id, _)| id)
    }

    /// The message that this own message answers.
    pub(super) fn parent(&self, message: MessageId) -> Option<MessageId> {
        self.0.get(&message)?.parent
    }

    pub(super) fn latest(&self) -> Option<MessageId> {
        self.0.last_key_value().map(|(&id, _)| id)
    }
}
