//! The members of an object, one by one: the slow way to read frames and snapshots.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::lenient::{self, Lenient};

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

pub(super) fn keep_mark(into: &mut bool, name: &str, raw: &RawValue, extra: &mut Map<String, Value>) {
    let mut mark = None;
    keep(&mut mark, name, raw, extra);
    *into = mark.unwrap_or_default();
}

/// Keeps a member; one that cannot even be kept as a value is kept as its text.
pub(super) fn keep_raw(name: String, raw: &RawValue, extra: &mut Map<String, Value>) {
    extra.insert(name, lenient::from_str(raw.get()).unwrap_or_else(|_| raw.get().into()));
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
