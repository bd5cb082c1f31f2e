//! Frames: what a WebSocket brings, and what a poll answers.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::fields::Strict;
use super::lenient::{self, Lenient};
use super::{Event, capped};
use crate::{EventId, RoomId};

/// News of one or more rooms (protocol notes, 2.3, 2.5 and 2.6).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Frame {
    /// What is new in each room, by room id. A room without news may be listed: it shows that the connection lives.
    pub rooms: Vec<(RoomId, RoomUpdate)>,
    /// The server's clock in seconds since 1970. Answers to polls have it.
    pub sync: Option<u64>,
    /// Whether the server has lost track: start again from a snapshot.
    pub reset: bool,
    /// Other fields, as they came.
    pub extra: Map<String, Value>,
}

/// News of one room.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RoomUpdate {
    /// The events, oldest first. Personal ones may belong to other rooms: see [`Event::room_id`].
    pub events: Vec<Event>,
    /// The last event id of the whole server that this covers.
    pub t: Option<EventId>,
    /// How many event ids it covers: those after `t - d`, up to `t`.
    pub d: Option<u64>,
    /// Whether the server has lost track of this room.
    pub reset: bool,
    /// Whether the account was removed from this room.
    pub exit: bool,
    /// For how many more seconds nobody may post.
    pub timeout: Option<u64>,
    /// Other fields, as they came.
    pub extra: Map<String, Value>,
}

/// Something that came where a frame was due.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a frame: {reason}")]
#[non_exhaustive]
pub struct NotAFrame {
    /// What came; cut after 64 KiB.
    pub raw: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Frame {
    /// Reads a frame.
    ///
    /// Fails for what is no JSON object at all. Any other oddity is kept where it stands: as an event that cannot be
    /// read, or in `extra`.
    pub fn parse(json: &[u8]) -> Result<Self, NotAFrame> {
        match serde_json::from_slice(json) {
            Ok(Strict(frame)) => Ok(frame),
            Err(_) => Self::parse_leniently(&String::from_utf8_lossy(json)),
        }
    }

    fn parse_leniently(json: &str) -> Result<Self, NotAFrame> {
        let Object(members) = serde_json::from_str(json).map_err(|error| NotAFrame::new(json, &error))?;
        let mut frame = Self::default();
        for (name, raw) in members {
            match Name::of(name) {
                Name::Room(room) => frame.rooms.push((room, RoomUpdate::parse_leniently(raw))),
                Name::Sync => keep(&mut frame.sync, "sync", raw, &mut frame.extra),
                Name::Reset => keep_mark(&mut frame.reset, "reset", raw, &mut frame.extra),
                Name::Other(name) => keep_raw(name, raw, &mut frame.extra),
            }
        }
        Ok(frame.sorted())
    }

    /// By room. A room that is named twice is one room.
    fn sorted(mut self) -> Self {
        self.rooms.sort_by_key(|(room, _)| *room);
        self.rooms.dedup_by(|(later, news), (room, update)| {
            let same = room == later;
            if same {
                update.events.append(&mut news.events);
                update.t = update.t.max(news.t);
                update.d = update.d.max(news.d);
                update.reset |= news.reset;
                update.exit |= news.exit;
                update.timeout = update.timeout.max(news.timeout);
                update.extra.append(&mut news.extra);
            }
            same
        });
        self
    }
}

impl RoomUpdate {
    fn parse_leniently(raw: &RawValue) -> Self {
        let mut update = Self::default();
        let members = match serde_json::from_str::<Option<Object<'_>>>(raw.get()) {
            Ok(object) => object.map(|Object(members)| members).unwrap_or_default(),
            Err(error) => {
                update.events.push(Event::malformed(raw.get(), &error));
                return update;
            }
        };
        for (name, raw) in members {
            match UpdateKey::of(&name) {
                UpdateKey::E => update.events.extend(lenient::events(raw)),
                UpdateKey::T => {
                    let mut t = None;
                    keep(&mut t, "t", raw, &mut update.extra);
                    update.t = t.map(EventId);
                }
                UpdateKey::D => keep(&mut update.d, "d", raw, &mut update.extra),
                UpdateKey::Timeout => keep(&mut update.timeout, "timeout", raw, &mut update.extra),
                UpdateKey::Reset => keep_mark(&mut update.reset, "reset", raw, &mut update.extra),
                UpdateKey::Exit => keep_mark(&mut update.exit, "exit", raw, &mut update.extra),
                UpdateKey::Other(_) => keep_raw(name, raw, &mut update.extra),
            }
        }
        update
    }
}

impl NotAFrame {
    pub(super) fn new(raw: &str, reason: &impl ToString) -> Self {
        Self { raw: capped(raw), reason: reason.to_string() }
    }
}

impl From<NotAFrame> for Event {
    /// To be delivered like any other event that cannot be read.
    fn from(error: NotAFrame) -> Self {
        Self::malformed(&error.raw, &error.reason)
    }
}

/// The members of an object in their order, unread.
pub(super) struct Object<'a>(pub(super) Vec<(String, &'a RawValue)>);

/// Reads a member leniently; what makes no sense is kept in `extra`.
pub(super) fn keep<T: Lenient>(into: &mut Option<T>, name: &str, raw: &RawValue, extra: &mut Map<String, Value>) {
    match T::read(lenient::from_str(raw.get()).unwrap_or_else(|_| raw.get().into())) {
        Ok(value) => *into = value,
        Err(value) => {
            extra.insert(name.to_owned(), value);
        }
    }
}

fn keep_mark(into: &mut bool, name: &str, raw: &RawValue, extra: &mut Map<String, Value>) {
    let mut mark = None;
    keep(&mut mark, name, raw, extra);
    *into = mark.unwrap_or_default();
}

/// Keeps a member; one that cannot even be kept as a value is kept as its text.
pub(super) fn keep_raw(name: String, raw: &RawValue, extra: &mut Map<String, Value>) {
    extra.insert(name, lenient::from_str(raw.get()).unwrap_or_else(|_| raw.get().into()));
}

/// The name of a frame's member.
enum Name {
    Room(RoomId),
    Sync,
    Reset,
    Other(String),
}

impl Name {
    fn of(name: impl AsRef<str> + Into<String>) -> Self {
        match name.as_ref() {
            "sync" => Self::Sync,
            "reset" => Self::Reset,
            text => {
                let digits = text.strip_prefix('r').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
                match digits.and_then(|digits| digits.parse().ok()) {
                    Some(room) => Self::Room(room),
                    None => Self::Other(name.into()),
                }
            }
        }
    }
}

enum UpdateKey {
    E,
    T,
    D,
    Timeout,
    Reset,
    Exit,
    Other(String),
}

impl UpdateKey {
    fn of(name: &str) -> Self {
        match name {
            "e" => Self::E,
            "t" => Self::T,
            "d" => Self::D,
            "timeout" => Self::Timeout,
            "reset" => Self::Reset,
            "exit" => Self::Exit,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A visitor for the names of members.
struct NameVisitor<T>(fn(&str) -> T);

impl<T> Visitor<'_> for NameVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        Ok((self.0)(name))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(NameVisitor(|name| Self::of(name)))
    }
}

impl<'de> Deserialize<'de> for UpdateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(NameVisitor(Self::of))
    }
}

impl<'de> Deserialize<'de> for Strict<Frame> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Strict<Frame>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a frame")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict<Frame>, A::Error> {
                let mut frame = Frame::default();
                while let Some(name) = map.next_key()? {
                    match name {
                        Name::Room(room) => {
                            if frame.rooms.is_empty() {
                                frame.rooms.reserve_exact(1);
                            }
                            frame.rooms.push((room, map.next_value::<Strict<_>>()?.0));
                        }
                        Name::Sync => frame.sync = map.next_value()?,
                        Name::Reset => frame.reset = map.next_value()?,
                        Name::Other(name) => {
                            frame.extra.insert(name, map.next_value()?);
                        }
                    }
                }
                Ok(Strict(frame.sorted()))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Strict<RoomUpdate> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Strict<RoomUpdate>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the news of a room")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict<RoomUpdate>, A::Error> {
                let mut update = RoomUpdate::default();
                while let Some(name) = map.next_key()? {
                    match name {
                        UpdateKey::E => update.events = map.next_value::<Strict<_>>()?.0,
                        UpdateKey::T => update.t = map.next_value()?,
                        UpdateKey::D => update.d = map.next_value()?,
                        UpdateKey::Timeout => update.timeout = map.next_value()?,
                        UpdateKey::Reset => update.reset = map.next_value()?,
                        UpdateKey::Exit => update.exit = map.next_value()?,
                        UpdateKey::Other(name) => {
                            update.extra.insert(name, map.next_value()?);
                        }
                    }
                }
                Ok(Strict(update))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
