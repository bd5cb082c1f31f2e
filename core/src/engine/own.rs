//! The account's own recent messages, as far as this engine has seen them.

use std::collections::BTreeMap;

use crate::MessageId;

/// How many are remembered: more than can be posted while one can still be edited.
const KEPT: usize = 1024;

/// Own messages and what they answer.
#[derive(Debug, Default)]
pub(super) struct OwnMessages(BTreeMap<MessageId, Option<MessageId>>);

impl OwnMessages {
    pub(super) fn insert(&mut self, message: MessageId, parent: Option<MessageId>) {
        let known = self.0.entry(message).or_insert(parent);
        *known = known.or(parent);
        if self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    pub(super) fn contains(&self, message: MessageId) -> bool {
        self.0.contains_key(&message)
    }

    /// The message that this own message answers.
    pub(super) fn parent(&self, message: MessageId) -> Option<MessageId> {
        self.0.get(&message).copied().flatten()
    }

    pub(super) fn latest(&self) -> Option<MessageId> {
        self.0.last_key_value().map(|(&id, _)| id)
    }
}
