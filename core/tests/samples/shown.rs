//! Events and frames in a form that can be compared with a text and checked by eye.

use sechat_core::event::{AccessChange, NotAFrame, RoomUpdate};
use sechat_core::{Event, EventKind, Frame, Message, RoomSnapshot};
use serde_json::{Map, Value, json};

/// The kind, and then every field that says something.
pub(crate) fn event(event: &Event) -> Value {
    let mut out = Fields::default();
    let kind = format!("{:?}", event.kind);
    out.add("kind", kind.split(|c: char| !c.is_alphanumeric()).next());
    out.add("personal", event.is_personal().then_some(true));
    out.add("id", event.id.map(|id| id.0));
    out.add("time_stamp", event.time_stamp);
    out.add("room_id", event.room_id.map(|id| id.0));
    out.add("room_name", event.room_name.as_deref());
    out.add("user_id", event.user_id.map(|id| id.0));
    out.add("user_name", event.user_name.as_deref());
    out.add("target_user_id", event.target_user_id.map(|id| id.0));
    match &event.kind {
        EventKind::RoomNameChanged(details) => {
            out.add("name", details.name.as_deref());
            out.add("description", details.description.as_deref());
        }
        EventKind::AccessLevelChanged(change) => out.add("access", Some(access(change))),
        EventKind::UserSuspended(suspension) => {
            out.add("number", suspension.number);
            out.add("old", suspension.old.clone());
            out.add("new", suspension.new.clone());
        }
        EventKind::Unknown { event_type, raw, .. } => {
            out.add("event_type", Some(*event_type));
            out.add("raw", Some(Value::Object(raw.clone())));
        }
        EventKind::Malformed { raw, reason, .. } => {
            out.add("raw", Some(raw.trim_end()));
            out.add("reason", Some(reason.as_str()));
        }
        kind => match kind.message() {
            Some(message) => out.add("message", Some(self::message(message))),
            None => out.add("content", event.content()),
        },
    }
    out.add("extra", Some(Value::Object(event.extra.clone())).filter(|_| !event.extra.is_empty()));
    Value::Object(out.0)
}

pub(crate) fn frame(frame: &Result<Frame, NotAFrame>) -> Value {
    let frame = match frame {
        Ok(frame) => frame,
        Err(NotAFrame { reason, .. }) => return json!({ "not a frame": reason }),
    };
    let mut out = Fields::default();
    let rooms: Map<_, _> = frame.rooms.iter().map(|(id, news)| (id.to_string(), update(news))).collect();
    out.add("rooms", Some(Value::Object(rooms)));
    out.add("sync", frame.sync);
    out.add("reset", frame.reset.then_some(true));
    out.add("extra", Some(Value::Object(frame.extra.clone())).filter(|_| !frame.extra.is_empty()));
    Value::Object(out.0)
}

pub(crate) fn snapshot(snapshot: &RoomSnapshot) -> Value {
    let mut out = Fields::default();
    out.add("events", Some(snapshot.events.iter().map(event).collect::<Vec<_>>()));
    out.add("time", snapshot.time.map(|time| time.0));
    out.add("sync", snapshot.sync);
    out.add("timeout", snapshot.timeout);
    out.add("extra", Some(Value::Object(snapshot.extra.clone())).filter(|_| !snapshot.extra.is_empty()));
    Value::Object(out.0)
}

fn update(news: &RoomUpdate) -> Value {
    let mut out = Fields::default();
    out.add("events", Some(news.events.iter().map(event).collect::<Vec<_>>()).filter(|events| !events.is_empty()));
    out.add("t", news.t.map(|t| t.0));
    out.add("d", news.d);
    out.add("reset", news.reset.then_some(true));
    out.add("exit", news.exit.then_some(true));
    out.add("timeout", news.timeout);
    out.add("extra", Some(Value::Object(news.extra.clone())).filter(|_| !news.extra.is_empty()));
    Value::Object(out.0)
}

fn message(message: &Message) -> Value {
    let mut out = Fields::default();
    out.add("id", Some(message.id.0));
    out.add("content", Some(&message.content));
    out.add("text", message.content.as_ref().map(|_| message.text()));
    out.add("parent_id", message.parent_id.map(|id| id.0));
    out.add("reply_to", message.reply_to().map(|id| id.0));
    out.add("parent_user_name", message.parent_user_name.as_deref());
    out.add("parent_text", message.parent_text.as_deref());
    for (name, count) in [
        ("edits", message.edits),
        ("stars", message.stars),
        ("owner_stars", message.owner_stars),
        ("flags", message.flags),
    ] {
        out.add(name, (count > 0).then_some(count));
    }
    for (name, mark) in [
        ("starred", message.starred),
        ("owner_starred", message.owner_starred),
        ("flagged", message.flagged),
        ("moved", message.moved),
    ] {
        out.add(name, mark.then_some(true));
    }
    Value::Object(out.0)
}

fn access(change: &AccessChange) -> String {
    format!("{change:?}")
}

/// The members that are there.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn add(&mut self, name: &str, value: Option<impl serde::Serialize>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), serde_json::to_value(value).expect("JSON"));
        }
    }
}
