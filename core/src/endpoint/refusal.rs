//! The texts in which the server refuses (protocol notes, 4.1, 4.4 to 4.6, and 6).

use std::time::Duration;

use crate::Refusal;
use crate::excerpt::excerpt;

/// The longest wait that is believed: one day.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait in `You can perform this action again in 3 seconds.`, in all its spellings.
pub(super) fn wait(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    text.match_indices("again in ").find_map(|(at, phrase)| {
        let rest = &text[at + phrase.len()..];
        let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
        let seconds = rest[digits.len()..].starts_with(" second").then_some(digits)?;
        (!seconds.is_empty()).then(|| seconds.parse().map_or(MAX_WAIT, Duration::from_secs).min(MAX_WAIT))
    })
}

/// Which refusal a text is.
pub(super) fn refusal(text: &str) -> Refusal {
    let lower = text.to_lowercase();
    let has = |words: &str| lower.contains(words);
    if text.trim().is_empty() {
        Refusal::BadId
    } else if has("do not have permission") || has("cannot write or edit messages") {
        Refusal::NoSuchRoomOrNoPermission
    } else if has("account is blocked") {
        Refusal::AccountBlocked(excerpt(text))
    } else if has("in timeout") {
        Refusal::RoomInTimeout(excerpt(text))
    } else if has("has been frozen") {
        Refusal::RoomFrozen
    } else if has("you need") && has("reputation") {
        Refusal::NotEnoughReputation(excerpt(text))
    } else if has("too late to") {
        Refusal::TooLate
    } else if has("can only") && has("your own messages") {
        Refusal::NotYours
    } else if has("only a room-owner") || has("only a room owner") {
        Refusal::NotRoomOwner
    } else if has("been deleted") {
        Refusal::AlreadyDeleted
    } else {
        Refusal::Other(excerpt(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling_of_the_wait() {
        for (text, seconds) in [
            ("You can perform this action again in 3 seconds.", 3),
            ("You can perform this action again in 1 second.", 1),
            ("You can perform this action again in 22 seconds", 22),
            ("You can perform this action again in 1 second", 1),
            ("\"You can perform this action again in 0 seconds.\"", 0),
            ("Again in a while: again in 7 seconds!", 7),
            ("again in 99999999999999999999999 seconds", 86_400),
        ] {
            assert_eq!(wait(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "You can perform this action again in some seconds", "again in 3 fortnights", "again in "] {
            assert_eq!(wait(text), None, "{text}");
        }
    }

    #[test]
    fn tells_the_refusals_apart() {
        let text = str::to_owned;
        for (body, expected) in [
            ("The room does not exist, or you do not have permission", Refusal::NoSuchRoomOrNoPermission),
            ("You cannot write or edit messages in this room", Refusal::NoSuchRoomOrNoPermission),
            (
                "Your account is blocked, ending in 5 hours",
                Refusal::AccountBlocked(text("Your account is blocked, ending in 5 hours")),
            ),
            (
                "Your account is blocked, ending on Oct 2 at 1:37",
                Refusal::AccountBlocked(text("Your account is blocked, ending on Oct 2 at 1:37")),
            ),
            (
                "The room is in timeout, ending in 58 seconds",
                Refusal::RoomInTimeout(text("The room is in timeout, ending in 58 seconds")),
            ),
            ("This room has been frozen", Refusal::RoomFrozen),
            ("The room has been frozen; new messages cannot be added", Refusal::RoomFrozen),
            (
                "You need 20 reputation points to talk",
                Refusal::NotEnoughReputation(text("You need 20 reputation points to talk")),
            ),
            ("It is too late to edit this message", Refusal::TooLate),
            ("It is too late to edit this message.", Refusal::TooLate),
            ("It is too late to delete this message", Refusal::TooLate),
            ("You can only edit your own messages", Refusal::NotYours),
            ("You can only delete your own messages", Refusal::NotYours),
            ("This message has already been deleted and cannot be edited", Refusal::AlreadyDeleted),
            ("The message has been deleted and cannot be edited", Refusal::AlreadyDeleted),
            ("This message has already been deleted.", Refusal::AlreadyDeleted),
            (" \n", Refusal::BadId),
            ("Only a room-owner can pin messages", Refusal::NotRoomOwner),
            ("You cannot star your own messages", Refusal::Other(text("You cannot star your own messages"))),
            ("No such user", Refusal::Other(text("No such user"))),
        ] {
            assert_eq!(refusal(body), expected, "{body}");
        }
    }
}
