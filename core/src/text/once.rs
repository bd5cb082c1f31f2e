//! One message, one sight.

use std::collections::{BTreeMap, VecDeque};

use crate::{Event, EventId, EventKind, Message, MessageId};

/// How many messages are remembered.
const KEPT: usize = 1024;

/// Lets each message pass once, though the server tells it twice.
///
/// A message that names this account or replies to it comes as a notice (8 or 18, or both) and as itself (1 or 2).
/// The notice comes first where both come, and alone when the account is not in the room of the message (protocol
/// notes, 3.2). This lets the first of them pass, whichever it is. An edit is a new sight of its message; so is the
/// notice that comes with it. Everything that is not one of these four types passes.
///
/// The last 1024 messages are remembered. It holds for any choice of events, so long as both of a pair are shown to
/// it or neither.
///
/// ```
/// use sechat_core::Event;
/// use sechat_core::text::Once;
///
/// let notice = br#"{"event_type":18,"id":20,"message_id":7,"content":"hi","parent_id":5,"show_parent":true}"#;
/// let message = br#"{"event_type":1,"id":21,"message_id":7,"content":"hi","parent_id":5,"show_parent":true}"#;
/// let mut once = Once::new();
/// assert!(once.first(&Event::parse(notice)));
/// assert!(!once.first(&Event::parse(message)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Once {
    seen: BTreeMap<MessageId, Sight>,
    /// The messages in the order in which they were first seen.
    order: VecDeque<MessageId>,
}

/// The last state of a message that passed.
#[derive(Debug, Clone, Copy)]
struct Sight {
    edits: u32,
    shown: Shown,
}

#[derive(Debug, Clone, Copy)]
enum Shown {
    /// Only a notice of it.
    Notice,
    /// The message itself; a snapshot gives it no id.
    Itself(Option<EventId>),
}

impl Once {
    /// Nothing seen yet.
    ///
    /// ```
    /// # use sechat_core::{Event, text::Once};
    /// let event = Event::parse(br#"{"event_type":1,"id":1,"message_id":7,"content":"hi"}"#);
    /// assert!(Once::new().first(&event));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether this is the first sight of what the event tells.
    ///
    /// ```
    /// # use sechat_core::{Event, text::Once};
    /// let event = Event::parse(br#"{"event_type":1,"id":1,"message_id":7,"content":"hi"}"#);
    /// let mut once = Once::new();
    /// assert_eq!((once.first(&event), once.first(&event)), (true, false));
    /// ```
    pub fn first(&mut self, event: &Event) -> bool {
        match &event.kind {
            EventKind::MessagePosted(message) | EventKind::MessageEdited(message) => self.itself(event.id, message),
            EventKind::UserMentioned(message) | EventKind::MessageReply(message) => self.notice(event.id, message),
            _ => true,
        }
    }

    fn itself(&mut self, id: Option<EventId>, message: &Message) -> bool {
        let sight = Sight { edits: message.edits, shown: Shown::Itself(id) };
        let Some(before) = self.seen.get_mut(&message.id) else {
            self.remember(message.id, sight);
            return true;
        };
        let first = match before.shown {
            Shown::Notice => false,
            Shown::Itself(_) => message.edits > before.edits,
        };
        if message.edits >= before.edits {
            *before = sight;
        }
        first
    }

    fn notice(&mut self, id: Option<EventId>, message: &Message) -> bool {
        let sight = Sight { edits: message.edits, shown: Shown::Notice };
        let Some(before) = self.seen.get_mut(&message.id) else {
            self.remember(message.id, sight);
            return true;
        };
        let Shown::Itself(itself) = before.shown else { return false };
        // A notice comes before what it is about: a later one is about an edit that is still to come. A snapshot
        // does not tell; then only the count of edits does.
        let first = match (id, itself) {
            (Some(notice), Some(itself)) => notice > itself,
            _ => message.edits > before.edits,
        };
        if first {
            *before = Sight { edits: before.edits.max(message.edits), shown: Shown::Notice };
        }
        first
    }

    fn remember(&mut self, message: MessageId, sight: Sight) {
        self.seen.insert(message, sight);
        self.order.push_back(message);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: u32, id: u64, edits: u32) -> Event {
        let id = if id == 0 { String::new() } else { format!(r#""id":{id},"#) };
        Event::parse(
            format!(r#"{{"event_type":{kind},{id}"message_id":7,"content":"x","message_edits":{edits}}}"#).as_bytes(),
        )
    }

    fn passing(events: &[(u32, u64, u32)]) -> Vec<bool> {
        let mut once = Once::new();
        events.iter().map(|&(kind, id, edits)| once.first(&event(kind, id, edits))).collect()
    }

    #[test]
    fn a_pair_passes_once_in_any_order() {
        assert_eq!(passing(&[(18, 1, 0), (1, 2, 0)]), [true, false]);
        assert_eq!(passing(&[(18, 1, 0), (8, 2, 0), (1, 3, 0)]), [true, false, false]);
        assert_eq!(passing(&[(1, 2, 0), (18, 1, 0)]), [true, false]);
        assert_eq!(passing(&[(8, 1, 0)]), [true]);
    }

    #[test]
    fn an_edit_passes_again_with_its_notice() {
        assert_eq!(passing(&[(8, 1, 0), (1, 2, 0), (8, 5, 0), (2, 6, 1)]), [true, false, true, false]);
        assert_eq!(passing(&[(1, 2, 0), (2, 6, 1), (2, 7, 2)]), [true, true, true]);
        assert_eq!(passing(&[(1, 2, 0), (8, 5, 1), (2, 6, 1)]), [true, true, false]);
    }

    #[test]
    fn a_snapshot_shows_what_was_seen() {
        assert_eq!(passing(&[(18, 1, 0), (1, 2, 0), (1, 0, 0)]), [true, false, false]);
        assert_eq!(passing(&[(1, 0, 0), (18, 1, 0), (1, 2, 0)]), [true, false, false]);
        // An edit that was missed.
        assert_eq!(passing(&[(1, 2, 0), (1, 0, 1), (2, 6, 1)]), [true, true, false]);
    }

    #[test]
    fn an_old_state_that_comes_late_does_not_pass() {
        assert_eq!(passing(&[(2, 6, 1), (1, 2, 0), (2, 6, 1)]), [true, false, false]);
    }

    #[test]
    fn other_events_pass_and_memory_is_bounded() {
        assert_eq!(passing(&[(6, 1, 0), (6, 2, 0), (10, 3, 0), (10, 4, 0)]), [true; 4]);
        let mut once = Once::new();
        for id in 0..5000 {
            let json = format!(r#"{{"event_type":1,"id":{id},"message_id":{id},"content":"x"}}"#);
            assert!(once.first(&Event::parse(json.as_bytes())));
        }
        assert_eq!((once.seen.len(), once.order.len()), (KEPT, KEPT));
    }
}
