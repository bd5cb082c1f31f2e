//! From fields to an event.

use serde_json::Value;

use super::fields::Fields;
use super::names::Names;
use super::{AccessChange, Event, EventKind, Message, Notice, RoomDetails, Suspension};
use crate::{EventId, MessageId, RoomId, UserId};

/// Why fields make no event of a known kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoEvent {
    /// The type is not known.
    Unknown(u32),
    /// Something is missing without which the event has no meaning.
    Lacks(&'static str),
}

impl std::fmt::Display for NoEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(event_type) => write!(f, "the event type {event_type} is not known"),
            Self::Lacks(field) => write!(f, "no {field} that can be read"),
        }
    }
}

impl Fields<'_> {
    /// Takes the event out. Names that are known are shared.
    pub(super) fn build(&mut self, names: &mut Names) -> Result<Event, NoEvent> {
        let event_type = self.event_type.ok_or(NoEvent::Lacks("event_type"))?;
        let kind = match event_type {
            1 => EventKind::MessagePosted(self.message()?),
            2 => EventKind::MessageEdited(self.message()?),
            3 => EventKind::UserEntered,
            4 => EventKind::UserLeft,
            5 => EventKind::RoomNameChanged(RoomDetails::read(
                self.content(),
                self.room_name.as_ref().map(|name| &*name.0),
            )),
            6 => EventKind::MessageStarred(self.message()?),
            7 => EventKind::DebugMessage(self.notice()),
            8 => EventKind::UserMentioned(self.message()?),
            9 => EventKind::MessageFlagged(self.message()?),
            10 => EventKind::MessageDeleted(self.message()?),
            11 => EventKind::FileAdded(self.notice()),
            12 => EventKind::ModeratorFlag(self.notice()),
            13 => EventKind::UserSettingsChanged(self.notice()),
            14 => EventKind::GlobalNotification(self.notice()),
            15 => EventKind::AccessLevelChanged(AccessChange::read(self.content(), self.target_user_id.is_some())),
            16 => EventKind::UserNotification(self.notice()),
            17 => EventKind::Invitation(self.notice()),
            18 => EventKind::MessageReply(self.message()?),
            19 => EventKind::MessageMovedOut(self.message()?),
            20 => EventKind::MessageMovedIn(self.message()?),
            21 => EventKind::TimeBreak(self.notice()),
            22 => EventKind::FeedTicker(self.notice()),
            29 => EventKind::UserSuspended(Suspension::read(self.content())),
            30 => EventKind::UserMerged(self.notice()),
            34 => EventKind::UserNameOrAvatarChanged,
            other => return Err(NoEvent::Unknown(other)),
        };
        if kind.message().is_none() {
            self.keep_what_the_kind_has_not();
        }
        Ok(self.event(kind, names))
    }

    /// An event of this kind with the fields that all kinds share.
    pub(super) fn event(&mut self, kind: EventKind, names: &mut Names) -> Event {
        Event {
            id: self.id.map(EventId),
            time_stamp: self.time_stamp,
            room_id: self.room_id.map(RoomId),
            room_name: self.room_name.take().map(|name| names.share(&name.0)),
            user_id: self.user_id.map(UserId),
            user_name: self.user_name.take().map(|name| names.share(&name.0)),
            target_user_id: self.target_user_id.map(UserId),
            kind,
            extra: std::mem::take(&mut self.extra),
        }
    }

    fn message(&mut self) -> Result<Message, NoEvent> {
        Ok(Message {
            id: MessageId(self.message_id.ok_or(NoEvent::Lacks("message_id"))?),
            content: self.content(),
            parent_id: self.parent_id.map(MessageId),
            show_parent: self.show_parent.unwrap_or_default(),
            parent_user_name: self.parent_user_name.take().map(String::from),
            parent_text: self.parent_text.take().map(String::from),
            edits: self.edits.unwrap_or_default(),
            stars: self.stars.unwrap_or_default(),
            owner_stars: self.owner_stars.unwrap_or_default(),
            flags: self.flags.unwrap_or_default(),
            starred: self.starred.unwrap_or_default(),
            owner_starred: self.owner_starred.unwrap_or_default(),
            flagged: self.flagged.unwrap_or_default(),
            moved: self.moved.unwrap_or_default(),
        })
    }

    fn content(&mut self) -> Option<String> {
        self.content.take().map(String::from)
    }

    fn notice(&mut self) -> Notice {
        Notice { content: self.content() }
    }

    /// Fields of a message, on an event that is about none.
    fn keep_what_the_kind_has_not(&mut self) {
        let fields = [
            ("content", self.content().map(Value::from)),
            ("message_id", self.message_id.map(Value::from)),
            ("parent_id", self.parent_id.map(Value::from)),
            ("show_parent", self.show_parent.map(Value::from)),
            ("parent_username", self.parent_user_name.take().map(|name| Value::from(name.0))),
            ("parent_text", self.parent_text.take().map(|text| Value::from(text.0))),
            ("message_edits", self.edits.map(Value::from)),
            ("message_stars", self.stars.map(Value::from)),
            ("message_owner_stars", self.owner_stars.map(Value::from)),
            ("message_flags", self.flags.map(Value::from)),
            ("message_starred", self.starred.map(Value::from)),
            ("message_owner_starred", self.owner_starred.map(Value::from)),
            ("message_flagged", self.flagged.map(Value::from)),
            ("moved", self.moved.map(Value::from)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                self.extra.insert(name.to_owned(), value);
            }
        }
    }
}
