//! Changes of what users may do in a room.

/// What type 15 says (protocol notes, 3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessChange {
    /// `Access now …`: the target's access is now this.
    User(AccessLevel),
    /// `priv N created`: the target was kicked and may not come back for a while. A user who was in the room leaves it
    /// in the same frame.
    KickStarted {
        /// The number of the kick.
        number: u64,
    },
    /// `priv N deleted`: the kick of this number has ended.
    KickEnded {
        /// The number of the kick.
        number: u64,
    },
    /// No content and no target: the access of everybody who has none of his own changed. Look at the room to see how.
    RoomDefault,
    /// Anything else, as it came.
    Other(Option<String>),
}

/// What a user may do in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AccessLevel {
    /// Ask for access.
    Request,
    /// Read.
    ReadOnly,
    /// Read and write.
    ReadWrite,
    /// Own the room.
    Owner,
    /// What the room grants to everybody.
    Default,
}

impl AccessChange {
    pub(super) fn read(content: Option<String>, has_target: bool) -> Self {
        let Some(text) = content else { return if has_target { Self::Other(None) } else { Self::RoomDefault } };
        if let Some(level) = text.strip_prefix("Access now ").and_then(AccessLevel::read) {
            return Self::User(level);
        }
        let kick = text.strip_prefix("priv ").and_then(|rest| rest.split_once(' '));
        // Only what is written back the same: nothing of the text may be lost.
        let number =
            kick.and_then(|(digits, _)| digits.parse::<u64>().ok().filter(|number| number.to_string() == digits));
        match (number, kick) {
            (Some(number), Some((_, "created"))) => Self::KickStarted { number },
            (Some(number), Some((_, "deleted"))) => Self::KickEnded { number },
            _ => Self::Other(Some(text)),
        }
    }
}

impl AccessLevel {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "request" => Self::Request,
            "read-only" => Self::ReadOnly,
            "read-write" => Self::ReadWrite,
            "owner" => Self::Owner,
            "(default)" => Self::Default,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_content() {
        for (content, change) in [
            ("Access now read-write", AccessChange::User(AccessLevel::ReadWrite)),
            ("Access now read-only", AccessChange::User(AccessLevel::ReadOnly)),
            ("Access now owner", AccessChange::User(AccessLevel::Owner)),
            ("Access now request", AccessChange::User(AccessLevel::Request)),
            ("Access now (default)", AccessChange::User(AccessLevel::Default)),
            ("priv 12 created", AccessChange::KickStarted { number: 12 }),
            ("priv 12 deleted", AccessChange::KickEnded { number: 12 }),
            ("priv 012 created", AccessChange::Other(Some("priv 012 created".into()))),
            ("priv x created", AccessChange::Other(Some("priv x created".into()))),
            ("Access now banned", AccessChange::Other(Some("Access now banned".into()))),
            ("", AccessChange::Other(Some(String::new()))),
        ] {
            assert_eq!(AccessChange::read(Some(content.into()), true), change);
        }
        assert_eq!(AccessChange::read(None, false), AccessChange::RoomDefault);
        assert_eq!(AccessChange::read(None, true), AccessChange::Other(None));
    }
}
