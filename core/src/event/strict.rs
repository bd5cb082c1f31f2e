//! The fast way to read frames and events: in one pass from their bytes, as long as everything is as it should be.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fields::Fields;
use super::{Event, Frame, RoomUpdate};
use crate::RoomId;

/// Something that is as it should be. Anything else is an error, and a case for [`super::lenient`].
pub(super) struct Strict<T>(pub(super) T);

impl<'de> Deserialize<'de> for Strict<Event> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::default();
        (&mut fields).deserialize(deserializer)?;
        fields.build(&[]).map(Strict).map_err(Error::custom)
    }
}

impl<'de> Deserialize<'de> for Strict<Vec<Event>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Strict<Vec<Event>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strict<Vec<Event>>, A::Error> {
                let mut events = Vec::new();
                loop {
                    let mut fields = Fields::default();
                    if list.next_element_seed(&mut fields)?.is_none() {
                        return Ok(Strict(events));
                    }
                    if events.is_empty() {
                        // Most frames have one event, and a vector would make room for four.
                        events.reserve_exact(1);
                    }
                    let event = fields.build(&events).map_err(Error::custom)?;
                    events.push(event);
                }
            }
        }
        deserializer.deserialize_seq(List)
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
                Ok(Strict(frame))
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
