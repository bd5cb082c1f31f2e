//! Ids of rooms, messages, users and events, each a type of its own so that they cannot be mixed up.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        #[expect(clippy::exhaustive_structs, reason = "an id is its number and nothing else")]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$inner> for $name {
            fn from(id: $inner) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// A room of one chat server.
    RoomId(u64)
}
id! {
    /// A message of one chat server. Later messages have larger ids.
    MessageId(u64)
}
id! {
    /// A chat user. System users are negative: −2 is `Feeds`.
    ///
    /// On chat.stackexchange.com it differs from the user's id on any site.
    UserId(i64)
}
id! {
    /// An event of one chat server. Later events have larger ids, over all rooms.
    ///
    /// The protocol also calls it `time`, `t` and `l`; it is never a clock time (protocol notes, 2.6).
    EventId(u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_and_print_as_their_number() {
        assert_eq!("1".parse::<RoomId>().unwrap(), RoomId(1));
        assert_eq!(UserId(-2).to_string(), "-2");
        assert_eq!(format!("{:?}", MessageId(7)), "MessageId(7)");
        assert_eq!(serde_json::to_string(&EventId(9)).unwrap(), "9");
        assert!("x".parse::<RoomId>().is_err());
    }
}
