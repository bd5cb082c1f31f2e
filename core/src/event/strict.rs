//! The fast way to read frames and events: in one pass from their bytes, as long as everything is as it should be.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fields::Fields;
use super::names::Names;
use super::{Event, Frame, RoomUpdate};
use crate::RoomId;

/// Something that is as it should be. Anything else is an error, and a case for [`super::lenient`].
pub(super) struct Strict<T>(pub(super) T);

impl<'de> Deserialize<'de> for Strict<Event> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::default();
        (&mut fields).deserialize(deserializer)?;
        fields.build(&mut Names::default()).map(Strict).map_err(Error::custom)
    }
}

impl<'de> Deserialize<'de> for Strict<Vec<Event>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        EventsReader(&mut Names::default()).deserialize(deserializer).map(Strict)
    }
}

/// Reads a frame in which everything is as it should be.
pub(super) struct FrameReader<'n>(pub(super) &'n mut Names);

impl<'de> Visitor<'de> for FrameReader<'_> {
    type Value = Frame;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a frame")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Frame, A::Error> {
        let mut frame = Frame::default();
        while let Some(name) = map.next_key()? {
            match name {
                Name::Room(room) => {
                    if frame.rooms.is_empty() {
                        // Most frames have one room, and a vector would make room for four.
                        frame.rooms.reserve_exact(1);
                    }
                    frame.rooms.push((room, map.next_value_seed(UpdateReader(self.0))?));
                }
                Name::Sync => frame.sync = map.next_value()?,
                Name::Reset => frame.reset = map.next_value()?,
                Name::Other(name) => {
                    frame.extra.insert(name, map.next_value()?);
                }
            }
        }
        Ok(frame)
    }
}

struct UpdateReader<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for UpdateReader<'_> {
    type Value = RoomUpdate;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<RoomUpdate, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for UpdateReader<'_> {
    type Value = RoomUpdate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the news of a room")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RoomUpdate, A::Error> {
        let mut update = RoomUpdate::default();
        while let Some(name) = map.next_key()? {
            match name {
                UpdateKey::E => update.events = map.next_value_seed(EventsReader(self.0))?,
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
        Ok(update)
    }
}

struct EventsReader<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for EventsReader<'_> {
    type Value = Vec<Event>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Event>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EventsReader<'_> {
    type Value = Vec<Event>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Event>, A::Error> {
        let mut events = Vec::new();
        loop {
            let mut fields = Fields::default();
            if list.next_element_seed(&mut fields)?.is_none() {
                return Ok(events);
            }
            if events.is_empty() {
                events.reserve_exact(1);
            }
            events.push(fields.build(self.0).map_err(Error::custom)?);
        }
    }
}

/// The name of a frame's member.
pub(super) enum Name {
    Room(RoomId),
    Sync,
    Reset,
    Other(String),
}

impl Name {
    pub(super) fn of(name: impl AsRef<str> + Into<String>) -> Self {
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

/// The name of a member of a room's news.
pub(super) enum UpdateKey {
    E,
    T,
    D,
    Timeout,
    Reset,
    Exit,
    Other(String),
}

impl UpdateKey {
    pub(super) fn of(name: &str) -> Self {
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
