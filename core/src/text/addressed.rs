//! Whether a message is for this account.

use super::content::Content;
use super::escape::compact;
use super::names::pings;
use super::node::{Node, Visit, visits};
use crate::{Event, EventKind, Me, Message, MessageId};

/// Whether a message is for this account, and how.
///
/// ```
/// use sechat_core::text::Addressed;
///
/// assert!(Addressed::Reply.is_to_me() && !Addressed::No.is_to_me());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Addressed {
    /// It is not.
    No,
    /// It names the account: `@name`.
    Mention,
    /// It was written as a reply to one of the account's messages, and may name it as well.
    Reply,
}

impl Addressed {
    /// Whether it is for this account at all.
    ///
    /// ```
    /// # use sechat_core::text::Addressed;
    /// assert!(Addressed::Mention.is_to_me());
    /// ```
    pub fn is_to_me(self) -> bool {
        self != Self::No
    }
}

/// Whether an event is a message for this account: a new one, an edited one, or the notice of one (types 1, 2, 8 and
/// 18).
///
/// `own` tells whether a message is one of the account's. It is what a reply is known by without doubt; without it
/// (`|_| false`) the server's notices, the name of the parent's author (sent since 2025) and, before that, the
/// `@name` at the start of a reply have to do (protocol notes, 7.5). The account's own messages are for nobody, so
/// that a bot does not answer itself, and names in code are nobody's.
///
/// The notice and the message come as two events: [`Once`](super::Once) lets only the first of them pass.
///
/// ```
/// use sechat_core::text::{Addressed, addressed};
/// use sechat_core::{Event, Me, MessageId, UserId};
///
/// let me = Me::new(UserId(5), "Marvin Bot");
/// let own = |message| message == MessageId(70);
/// let read = |json: &str| addressed(&Event::parse(json.as_bytes()), &me, own);
///
/// let named = r#"{"event_type":1,"id":9,"user_id":7,"room_id":1,"message_id":71,"content":"hi @marvin!"}"#;
/// assert_eq!(read(named), Addressed::Mention);
/// let reply = r#"{"event_type":1,"id":9,"user_id":7,"room_id":1,"message_id":72,"content":"yes",
///     "parent_id":70,"show_parent":true}"#;
/// assert_eq!(read(reply), Addressed::Reply);
/// let neither = r#"{"event_type":1,"id":9,"user_id":7,"room_id":1,"message_id":73,"content":"is Marvin in?"}"#;
/// assert_eq!(read(neither), Addressed::No);
/// ```
pub fn addressed(event: &Event, me: &Me, own: impl Fn(MessageId) -> bool) -> Addressed {
    if event.user_id == Some(me.id) || event.target_user_id.is_some_and(|target| target != me.id) {
        return Addressed::No;
    }
    match &event.kind {
        EventKind::MessageReply(_) => Addressed::Reply,
        EventKind::UserMentioned(message) if is_reply(message, me, &own) => Addressed::Reply,
        EventKind::UserMentioned(_) => Addressed::Mention,
        EventKind::MessagePosted(message) | EventKind::MessageEdited(message) => {
            if message.content.is_none() {
                Addressed::No
            } else if is_reply(message, me, &own) {
                Addressed::Reply
            } else if message.parent_id.is_some_and(own) && !message.show_parent || names(message, me) {
                // Who alone is named gets a parent: the last message of the named one.
                Addressed::Mention
            } else {
                Addressed::No
            }
        }
        _ => Addressed::No,
    }
}

/// Whether it is an explicit reply to this account, in the shape of any year.
fn is_reply(message: &Message, me: &Me, own: &impl Fn(MessageId) -> bool) -> bool {
    let Some(parent) = message.reply_to() else { return false };
    if own(parent) {
        return true;
    }
    if me.name.is_empty() {
        return false;
    }
    match &message.parent_user_name {
        Some(author) => *author == me.name,
        // Before 2025 the server put the name of the parent's author first, whole and without blanks.
        None => message.content.as_deref().is_some_and(|content| {
            let text = spoken(&Content::parse(content));
            let name = compact(&me.name);
            let rest = text.strip_prefix('@').and_then(|text| text.strip_prefix(name.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        }),
    }
}

fn names(message: &Message, me: &Me) -> bool {
    let content = message.content.as_deref().unwrap_or_default();
    // Most messages name nobody and need no parsing. An entity may stand for the mark.
    content.contains(['@', '&']) && pings(&spoken(&Content::parse(content)), &me.name)
}

/// What its author said, as against code and what the server shows of other pages.
fn spoken(content: &Content) -> String {
    let mut text = String::new();
    let mut hidden = 0;
    for visit in visits(content.nodes()) {
        match visit {
            Visit::Enter(node) => match node {
                Node::Onebox(_) => hidden += 1,
                _ if hidden > 0 => {}
                Node::Text(part) => text.push_str(part),
                Node::Mention(name) => {
                    text.push('@');
                    text.push_str(name);
                }
                Node::Break | Node::Code(_) | Node::Monospace { .. } => text.push('\n'),
                _ => {}
            },
            Visit::Leave(Node::Onebox(_)) => hidden -= 1,
            Visit::Leave(_) => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UserId;

    fn read(json: &str) -> Addressed {
        let event = Event::parse(json.as_bytes());
        assert!(event.event_type().is_some(), "{event:?}");
        addressed(&event, &Me::new(UserId(5), "Spot Detector"), |message| message == MessageId(70))
    }

    fn message(fields: &str) -> Addressed {
        read(&format!(r#"{{"event_type":1,"id":9,"user_id":7,"room_id":1,"message_id":80,{fields}}}"#))
    }

    #[test]
    fn notices_of_the_server() {
        for (json, expected) in [
            (r#""event_type":8,"user_id":7,"target_user_id":5,"content":"@SpotDetector hi","parent_id":60"#, "mention"),
            (r#""event_type":8,"user_id":7,"content":"@SpotDetector hi""#, "mention"),
            (
                r#""event_type":18,"user_id":7,"target_user_id":5,"content":"x","parent_id":60,"show_parent":true"#,
                "reply",
            ),
            (r#""event_type":18,"user_id":7,"content":"x","parent_id":60,"show_parent":true"#, "reply"),
            // A reply that names the account gives both.
            (r#""event_type":8,"user_id":7,"content":"@SpotDetector x","parent_id":70,"show_parent":true"#, "reply"),
            (r#""event_type":8,"user_id":7,"target_user_id":6,"content":"@SpotDetector hi""#, "no"),
            (r#""event_type":18,"user_id":5,"content":"x","parent_id":70,"show_parent":true"#, "no"),
        ] {
            let expected = match expected {
                "mention" => Addressed::Mention,
                "reply" => Addressed::Reply,
                _ => Addressed::No,
            };
            assert_eq!(read(&format!(r#"{{{json},"id":9,"room_id":1,"message_id":80}}"#)), expected, "{json}");
        }
    }

    #[test]
    fn replies_of_all_years() {
        // By the parent.
        assert_eq!(message(r#""content":"x","parent_id":70,"show_parent":true"#), Addressed::Reply);
        assert_eq!(message(r#""content":"x","parent_id":71,"show_parent":true"#), Addressed::No);
        // By the parent's author, since 2025.
        let since = |author| {
            message(&format!(r#""content":"x","parent_id":71,"show_parent":true,"parent_username":"{author}""#))
        };
        assert_eq!((since("Spot Detector"), since("Spot")), (Addressed::Reply, Addressed::No));
        // By the name at the start, before.
        let before = |content| message(&format!(r#""content":"{content}","parent_id":71,"show_parent":true"#));
        assert_eq!(before("@SpotDetector x"), Addressed::Reply);
        assert_eq!(before("@Ann ask @SpotDetector"), Addressed::Mention);
        // A reply to somebody else that names this account.
        assert_eq!(
            message(r#""content":"ask @spot","parent_id":71,"show_parent":true,"parent_username":"Bob""#),
            Addressed::Mention
        );
    }

    #[test]
    fn names() {
        for content in
            ["@Spot hi", "<i>hi @spotd</i>", "<span class='mention'>@Spot</span>", "&#64;Spot", "a <br> @Spot"]
        {
            assert_eq!(message(&format!(r#""content":"{content}""#)), Addressed::Mention, "{content}");
        }
        let quoted = r"<div class='onebox ob-message'><div class='quote'>@Spot</div></div>";
        for content in ["spot", "@sp", "@spots", "a@spot.example", "<code>@Spot</code>", "<pre>@Spot</pre>", quoted] {
            assert_eq!(message(&format!(r#""content":"{content}""#)), Addressed::No, "{content}");
        }
        // Whoever alone is named gets a parent without `show_parent`.
        assert_eq!(message(r#""content":"@renamed hi","parent_id":70"#), Addressed::Mention);
        assert_eq!(message(r#""content":"@Ann hi","parent_id":71"#), Addressed::No);
    }

    #[test]
    fn nothing_else_is_for_anybody() {
        for json in [
            r#"{"event_type":10,"id":9,"user_id":7,"message_id":80,"parent_id":70,"show_parent":true}"#,
            r#"{"event_type":6,"id":9,"message_id":80,"content":"@Spot"}"#,
            r#"{"event_type":1,"id":9,"user_id":7,"message_id":80,"parent_id":70,"show_parent":true}"#,
            r#"{"event_type":1,"id":9,"user_id":5,"message_id":80,"content":"@Spot"}"#,
            r#"{"event_type":3,"id":9,"user_id":7,"target_user_id":7}"#,
        ] {
            assert_eq!(read(json), Addressed::No, "{json}");
        }
        let nameless = Me::new(UserId(5), "");
        let event = Event::parse(br#"{"event_type":1,"id":9,"user_id":7,"message_id":80,"content":"@ @a"}"#);
        assert_eq!(addressed(&event, &nameless, |_| false), Addressed::No);
    }
}
