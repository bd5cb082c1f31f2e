//! Events as JSON, for logs, files and other programs.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{AccessChange, AccessLevel, Event, EventKind, FeedChange, Message};

/// Writes an event as the server sends it, with the fields that it may leave out left out:
/// [`Event::parse`] gives an equal event back.
///
/// What the server does not send has a form of its own: `{"malformed":TEXT,"reason":…}`, and `{"feed":NAME,…}` for
/// changes of the feed, with the names in lower case and durations in seconds.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Fields(serializer.serialize_map(None)?);
        match &self.kind {
            EventKind::Feed(change) => return out.feed(change),
            EventKind::Unknown { raw, .. } => {
                raw.iter().try_for_each(|(name, value)| out.0.serialize_entry(name, value))?;
                return out.0.end();
            }
            EventKind::Malformed { raw, reason } => {
                out.some("malformed", Some(raw))?;
                out.some("reason", Some(reason))?;
            }
            kind => out.some("event_type", kind.event_type())?,
        }
        out.some("time_stamp", self.time_stamp)?;
        out.some("content", self.content())?;
        out.some("id", self.id)?;
        out.some("user_id", self.user_id)?;
        out.some("target_user_id", self.target_user_id)?;
        out.some("user_name", self.user_name.as_deref())?;
        out.some("room_id", self.room_id)?;
        out.some("room_name", self.room_name.as_deref())?;
        if let Some(message) = self.message() {
            out.message(message)?;
        }
        self.extra.iter().try_for_each(|(name, value)| out.0.serialize_entry(name, value))?;
        out.0.end()
    }
}

impl Event {
    /// The text of the event, whatever its kind, as it came: HTML, mostly.
    pub fn content(&self) -> Option<Cow<'_, str>> {
        let text = match &self.kind {
            EventKind::RoomNameChanged(details) => details.content.as_deref(),
            EventKind::UserSuspended(suspension) => suspension.content.as_deref(),
            EventKind::AccessLevelChanged(change) => return change.content(),
            EventKind::DebugMessage(notice)
            | EventKind::FileAdded(notice)
            | EventKind::ModeratorFlag(notice)
            | EventKind::UserSettingsChanged(notice)
            | EventKind::GlobalNotification(notice)
            | EventKind::UserNotification(notice)
            | EventKind::Invitation(notice)
            | EventKind::TimeBreak(notice)
            | EventKind::FeedTicker(notice)
            | EventKind::UserMerged(notice) => notice.content.as_deref(),
            EventKind::Unknown { raw, .. } => raw.get("content").and_then(|content| content.as_str()),
            kind => kind.message().and_then(|message| message.content.as_deref()),
        };
        text.map(Cow::Borrowed)
    }
}

impl AccessChange {
    fn content(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::User(level) => format!("Access now {}", level.name()).into(),
            Self::KickStarted { number } => format!("priv {number} created").into(),
            Self::KickEnded { number } => format!("priv {number} deleted").into(),
            Self::RoomDefault => return None,
            Self::Other(text) => return text.as_deref().map(Cow::Borrowed),
        })
    }
}

impl AccessLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
            Self::Owner => "owner",
            Self::Default => "(default)",
        }
    }
}

/// The members of the object that is being written.
struct Fields<M>(M);

impl<M: SerializeMap> Fields<M> {
    fn some(&mut self, name: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.0.serialize_entry(name, &value))
    }

    fn count(&mut self, name: &str, count: u32) -> Result<(), M::Error> {
        self.some(name, (count > 0).then_some(count))
    }

    fn mark(&mut self, name: &str, mark: bool) -> Result<(), M::Error> {
        self.some(name, mark.then_some(true))
    }

    fn message(&mut self, message: &Message) -> Result<(), M::Error> {
        self.some("message_id", Some(message.id))?;
        self.some("parent_id", message.parent_id)?;
        self.mark("show_parent", message.show_parent)?;
        self.some("parent_username", message.parent_user_name.as_ref())?;
        self.some("parent_text", message.parent_text.as_ref())?;
        self.count("message_edits", message.edits)?;
        self.count("message_stars", message.stars)?;
        self.count("message_owner_stars", message.owner_stars)?;
        self.count("message_flags", message.flags)?;
        self.mark("message_starred", message.starred)?;
        self.mark("message_owner_starred", message.owner_starred)?;
        self.mark("message_flagged", message.flagged)?;
        self.mark("moved", message.moved)
    }

    fn feed(mut self, change: &FeedChange) -> Result<M::Ok, M::Error> {
        self.some("feed", Some(change.name()))?;
        match change {
            FeedChange::Connecting | FeedChange::Live | FeedChange::SessionExpired | FeedChange::LoggedInAgain => {}
            FeedChange::Reconnecting { attempt, retry_in, reason } => {
                self.some("attempt", Some(attempt))?;
                self.some("retry_in", Some(retry_in.as_secs_f64()))?;
                self.some("reason", Some(reason))?;
            }
            FeedChange::Polling { reason } => self.some("reason", Some(reason))?,
            FeedChange::Resumed { missed } | FeedChange::Lagged { missed } => self.some("missed", Some(missed))?,
            FeedChange::Gap { room, after, until } => {
                self.some("room_id", Some(room))?;
                self.some("after", Some(after))?;
                self.some("until", until.as_ref())?;
            }
            FeedChange::RoomLost { room, reason } => {
                self.some("room_id", Some(room))?;
                self.some("reason", Some(reason))?;
            }
        }
        self.0.end()
    }
}

impl FeedChange {
    fn name(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Reconnecting { .. } => "reconnecting",
            Self::Polling { .. } => "polling",
            Self::Resumed { .. } => "resumed",
            Self::Gap { .. } => "gap",
            Self::RoomLost { .. } => "room lost",
            Self::SessionExpired => "session expired",
            Self::LoggedInAgain => "logged in again",
            Self::Lagged { .. } => "lagged",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{EventId, RoomId};

    fn written(event: &Event) -> String {
        serde_json::to_string(event).unwrap()
    }

    #[test]
    fn writes_what_the_server_sends() {
        for json in [
            r#"{"event_type":18,"time_stamp":1700000003,"content":"@Watchdog test","id":81000065,"user_id":4711,"target_user_id":815,"user_name":"Ada","room_id":321,"room_name":"Workshop","message_id":51000081,"parent_id":51000084,"show_parent":true}"#,
            r#"{"event_type":6,"time_stamp":1700000005,"content":"x","id":81000039,"message_id":52000053,"message_stars":1,"message_owner_stars":1,"message_starred":true,"message_owner_starred":true}"#,
            r#"{"event_type":15,"content":"Access now (default)","id":1,"target_user_id":2}"#,
            r#"{"event_type":15,"content":"priv 3 deleted","target_user_id":2}"#,
            r#"{"event_type":5,"content":"Name / Description","room_name":"Name"}"#,
            r#"{"event_type":29,"content":"1 {\"old\":null}"}"#,
            r#"{"event_type":3,"id":1,"new":[null,1.5]}"#,
            r#"{"content":null,"event_type":99,"id":1}"#,
        ] {
            assert_eq!(written(&Event::parse(json.as_bytes())), json);
        }
    }

    #[test]
    fn writes_what_the_server_does_not_send() {
        assert_eq!(
            written(&Event::parse(b"{\"event_type\":1,\"id\":8}")),
            r#"{"malformed":"{\"event_type\":1,\"id\":8}","reason":"no message_id that can be read","id":8}"#
        );
        let (room, retry_in, reason) = (RoomId(1), Duration::from_millis(1500), "gone".to_owned());
        for (change, json) in [
            (FeedChange::Live, r#"{"feed":"live"}"#),
            (
                FeedChange::Reconnecting { attempt: 2, retry_in, reason: reason.clone() },
                r#"{"feed":"reconnecting","attempt":2,"retry_in":1.5,"reason":"gone"}"#,
            ),
            (FeedChange::Resumed { missed: 3 }, r#"{"feed":"resumed","missed":3}"#),
            (FeedChange::Gap { room, after: EventId(4), until: None }, r#"{"feed":"gap","room_id":1,"after":4}"#),
            (FeedChange::RoomLost { room, reason }, r#"{"feed":"room lost","room_id":1,"reason":"gone"}"#),
        ] {
            assert_eq!(written(&Event::feed(change)), json);
        }
    }
}
