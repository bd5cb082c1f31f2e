//! Frames: what a WebSocket brings, and what a poll answers.

use serde::de::Deserializer as _;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::members::{Object, keep, keep_mark, keep_raw};
use super::names::Names;
use super::strict::{FrameReader, Name, UpdateKey};
use super::text::lossy;
use super::{Event, capped, lenient};
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
        Self::read(json, &mut Names::default())
    }

    /// The same, with names from earlier frames shared.
    pub(crate) fn read(json: &[u8], names: &mut Names) -> Result<Self, NotAFrame> {
        let json = lossy(json);
        match Self::parse_strictly(&json, names) {
            Ok(frame) => Ok(frame.sorted()),
            Err(_) => Self::parse_leniently(&json),
        }
    }

    fn parse_strictly(json: &str, names: &mut Names) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let frame = deserializer.deserialize_map(FrameReader(names))?;
        deserializer.end()?;
        Ok(frame)
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
