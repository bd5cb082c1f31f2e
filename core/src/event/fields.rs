//! The fields of an event before it is known what they mean, and how to read them fast.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::text::Text;

macro_rules! fields {
    ($($name:literal $field:ident: $type:ty,)*) => {
        /// Every field that is known, and the others.
        #[derive(Default)]
        pub(super) struct Fields<'a> {
            $(pub(super) $field: Option<$type>,)*
            pub(super) extra: Map<String, Value>,
        }

        #[expect(non_camel_case_types, reason = "each is named after its field")]
        enum Key {
            $($field,)*
            Other(String),
        }

        impl Key {
            fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$field,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl<'a> Fields<'a> {
            fn fill<A: MapAccess<'a>>(&mut self, mut map: A) -> Result<(), A::Error> {
                while let Some(key) = map.next_key()? {
                    match key {
                        $(Key::$field => self.$field = map.next_value()?,)*
                        Key::Other(name) => {
                            self.extra.insert(name, map.next_value()?);
                        }
                    }
                }
                Ok(())
            }

            /// Takes what can be read out of an object; what cannot stays in it.
            pub(super) fn take(mut object: Map<String, Value>) -> Self {
                let mut fields = Self::default();
                $(
                    if let Some(value) = object.remove($name) {
                        match super::lenient::Lenient::read(value) {
                            Ok(read) => fields.$field = read,
                            Err(value) => {
                                object.insert($name.to_owned(), value);
                            }
                        }
                    }
                )*
                fields.extra = object;
                fields
            }
        }
    };
}

fields! {
    "event_type" event_type: u32,
    "id" id: u64,
    "time_stamp" time_stamp: u64,
    "content" content: Text<'a>,
    "user_id" user_id: i64,
    "user_name" user_name: Text<'a>,
    "target_user_id" target_user_id: i64,
    "room_id" room_id: u64,
    "room_name" room_name: Text<'a>,
    "message_id" message_id: u64,
    "parent_id" parent_id: u64,
    "show_parent" show_parent: bool,
    "parent_username" parent_user_name: Text<'a>,
    "parent_text" parent_text: Text<'a>,
    "message_edits" edits: u32,
    "message_stars" stars: u32,
    "message_owner_stars" owner_stars: u32,
    "message_flags" flags: u32,
    "message_starred" starred: bool,
    "message_owner_starred" owner_starred: bool,
    "message_flagged" flagged: bool,
    "moved" moved: bool,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
                Ok(Key::of(name))
            }
        }
        deserializer.deserialize_identifier(Name)
    }
}

/// Fills fields that are empty. They are large: this way they are written once and never moved.
impl<'de> DeserializeSeed<'de> for &mut Fields<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Fields<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.fill(map)
    }
}
