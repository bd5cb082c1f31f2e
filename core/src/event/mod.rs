//! What happens in chat, typed to the last field.
//!
//! Events come in frames ([`Frame`]) from a WebSocket or a poll, or as a snapshot of a room ([`RoomSnapshot`]).
//! Reading them never loses anything: a type that is not known is [`EventKind::Unknown`] with all its fields, a field that
//! is not known is in [`Event::extra`], and what makes no sense is [`EventKind::Malformed`] with its text. None of these
//! hides the events beside it.

mod access;
mod build;
mod feed;
mod fields;
mod frame;
mod json;
mod lenient;
mod members;
mod message;
mod names;
mod notice;
mod snapshot;
mod strict;
mod text;

use std::sync::Arc;

pub use access::{AccessChange, AccessLevel};
pub use feed::FeedChange;
pub use frame::{Frame, NotAFrame, RoomUpdate};
pub use message::Message;
pub(crate) use names::Names;
pub use notice::{Notice, RoomDetails, Suspension};
use serde_json::{Map, Value};
pub use snapshot::RoomSnapshot;

use crate::{EventId, RoomId, UserId};

/// One event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Its id. Events of a snapshot, and those that the library makes itself, have none.
    pub id: Option<EventId>,
    /// In seconds since 1970. For edits, stars, flags, deletions and moves it is the time at which the *message* was
    /// posted (protocol notes, 3.1).
    pub time_stamp: Option<u64>,
    /// The room in which it happened, which is not always a room that one is in: see [`EventKind::Invitation`].
    pub room_id: Option<RoomId>,
    /// The name of that room. Snapshots do not give it.
    pub room_name: Option<Arc<str>>,
    /// Who did it. Missing for other people's stars and for the messages of anonymised users; negative for the system.
    pub user_id: Option<UserId>,
    /// The name of who did it. Names that repeat are shared.
    pub user_name: Option<Arc<str>>,
    /// Whom it is addressed to or happened to. May be missing on replies and mentions (protocol notes, 3.1).
    pub target_user_id: Option<UserId>,
    /// What happened.
    pub kind: EventKind,
    /// Fields that the kind of this event is not known to have, as they came.
    pub extra: Map<String, Value>,
}

/// What happened, by the numbers of the protocol (protocol notes, 3.2).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// 1: a message was posted. In a snapshot: a message, in its present state.
    MessagePosted(Message),
    /// 2: a message was edited; its content is the whole new one.
    MessageEdited(Message),
    /// 3: a user entered the room.
    UserEntered,
    /// 4: a user left the room.
    UserLeft,
    /// 5: the name, the description or the tags of the room changed.
    RoomNameChanged(RoomDetails),
    /// 6: the stars or pins of a message changed; also when the last one went.
    MessageStarred(Message),
    /// 7: for debugging. Never seen.
    DebugMessage(Notice),
    /// 8: a message names this account. Personal. The message itself comes as another event.
    UserMentioned(Message),
    /// 9: a message was flagged as spam or offensive. Only some users see it.
    MessageFlagged(Message),
    /// 10: a message was deleted, by [`Event::user_id`].
    MessageDeleted(Message),
    /// 11: a file was added. Never seen.
    FileAdded(Notice),
    /// 12: a flag for moderators. Only they see it.
    ModeratorFlag(Notice),
    /// 13: this account's settings changed in another window. Personal.
    UserSettingsChanged(Notice),
    /// 14: a notice to everybody. Personal.
    GlobalNotification(Notice),
    /// 15: what [`Event::target_user_id`] may do in the room changed; without a target, the room's default.
    AccessLevelChanged(AccessChange),
    /// 16: a notice to this account, such as a request for access. Personal; belongs to no room.
    UserNotification(Notice),
    /// 17: an invitation into [`Event::room_id`], a room that one is not in yet. Personal.
    Invitation(Notice),
    /// 18: a message replies to one of this account's. Personal. The message itself comes as another event.
    MessageReply(Message),
    /// 19: a message was moved out of the room.
    MessageMovedOut(Message),
    /// 20: a message was moved into the room.
    MessageMovedIn(Message),
    /// 21: a pause. Never seen.
    TimeBreak(Notice),
    /// 22: an item of a feed, in a room that shows them as a ticker.
    FeedTicker(Notice),
    /// 29: this account was suspended, or no longer is. Personal.
    UserSuspended(Suspension),
    /// 30: two users became one.
    UserMerged(Notice),
    /// 34: the name or the picture of [`Event::target_user_id`] changed.
    UserNameOrAvatarChanged,
    /// A type that is not known.
    #[non_exhaustive]
    Unknown {
        /// Its number.
        event_type: u32,
        /// All its fields, including those that [`Event`] shows.
        raw: Map<String, Value>,
    },
    /// Something that cannot be read as an event.
    #[non_exhaustive]
    Malformed {
        /// Its text; cut after 64 KiB.
        raw: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something happened to the feed itself. The library makes these; they have no id and no time.
    Feed(FeedChange),
}

impl Event {
    /// An event of the library's own.
    pub fn feed(change: FeedChange) -> Self {
        Self { room_id: change.room(), ..Self::bare(EventKind::Feed(change)) }
    }

    /// Reads one event from JSON. What cannot be read gives a [`EventKind::Malformed`].
    pub fn parse(json: &[u8]) -> Self {
        lenient::event(&text::lossy(json))
    }

    /// The message that this is about.
    pub fn message(&self) -> Option<&Message> {
        self.kind.message()
    }

    /// The number of the type; `None` for what is not from the server or cannot be read.
    pub fn event_type(&self) -> Option<u32> {
        self.kind.event_type()
    }

    /// Whether this is for this account alone (types 8, 13, 14, 16, 17, 18 and 29).
    ///
    /// The server delivers such an event under every room that the account is in, each time with the same id
    /// (protocol notes, 2.7).
    pub fn is_personal(&self) -> bool {
        matches!(self.event_type(), Some(8 | 13 | 14 | 16 | 17 | 18 | 29))
    }

    fn bare(kind: EventKind) -> Self {
        Self {
            id: None,
            time_stamp: None,
            room_id: None,
            room_name: None,
            user_id: None,
            user_name: None,
            target_user_id: None,
            kind,
            extra: Map::new(),
        }
    }

    fn malformed(raw: &str, reason: &impl ToString) -> Self {
        Self::bare(EventKind::Malformed { raw: capped(raw), reason: reason.to_string() })
    }
}

impl EventKind {
    /// The message that this is about.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::MessagePosted(message)
            | Self::MessageEdited(message)
            | Self::MessageStarred(message)
            | Self::UserMentioned(message)
            | Self::MessageFlagged(message)
            | Self::MessageDeleted(message)
            | Self::MessageReply(message)
            | Self::MessageMovedOut(message)
            | Self::MessageMovedIn(message) => Some(message),
            _ => None,
        }
    }

    /// The number of the type; `None` for what is not from the server or cannot be read.
    pub fn event_type(&self) -> Option<u32> {
        Some(match self {
            Self::MessagePosted(_) => 1,
            Self::MessageEdited(_) => 2,
            Self::UserEntered => 3,
            Self::UserLeft => 4,
            Self::RoomNameChanged(_) => 5,
            Self::MessageStarred(_) => 6,
            Self::DebugMessage(_) => 7,
            Self::UserMentioned(_) => 8,
            Self::MessageFlagged(_) => 9,
            Self::MessageDeleted(_) => 10,
            Self::FileAdded(_) => 11,
            Self::ModeratorFlag(_) => 12,
            Self::UserSettingsChanged(_) => 13,
            Self::GlobalNotification(_) => 14,
            Self::AccessLevelChanged(_) => 15,
            Self::UserNotification(_) => 16,
            Self::Invitation(_) => 17,
            Self::MessageReply(_) => 18,
            Self::MessageMovedOut(_) => 19,
            Self::MessageMovedIn(_) => 20,
            Self::TimeBreak(_) => 21,
            Self::FeedTicker(_) => 22,
            Self::UserSuspended(_) => 29,
            Self::UserMerged(_) => 30,
            Self::UserNameOrAvatarChanged => 34,
            Self::Unknown { event_type, .. } => *event_type,
            Self::Malformed { .. } | Self::Feed(_) => return None,
        })
    }
}

/// How much is kept of a text that makes no sense, in bytes.
const MAX_RAW: usize = 64 << 10;

fn capped(raw: &str) -> String {
    let end = (0..=MAX_RAW.min(raw.len())).rev().find(|at| raw.is_char_boundary(*at));
    raw[..end.unwrap_or_default()].to_owned()
}

#[cfg(test)]
mod tests;
