//! A message, as an event shows it.

use crate::MessageId;
use crate::text::Content;

/// A message at the time of an event (protocol notes, 3.1).
///
/// Counts and marks that the server left out are zero and `false`, which is what leaving them out means.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the protocol has that many marks, and each may be set")]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its text as HTML; `None` once it is deleted.
    pub content: Option<String>,
    /// The message it replies to, or the last one of the only user it names.
    pub parent_id: Option<MessageId>,
    /// Whether it was written as a reply to [`Message::parent_id`], and does not just name its author.
    pub show_parent: bool,
    /// Who wrote the parent. Sent since 2025.
    pub parent_user_name: Option<String>,
    /// The text of the parent. Sent since 2025.
    pub parent_text: Option<String>,
    /// How often it was edited.
    pub edits: u32,
    /// How many users starred it.
    pub stars: u32,
    /// How many room owners pinned it.
    pub owner_stars: u32,
    /// How many users flagged it.
    pub flags: u32,
    /// Whether this account starred it.
    pub starred: bool,
    /// Whether this account pinned it.
    pub owner_starred: bool,
    /// Whether this account flagged it.
    pub flagged: bool,
    /// Whether it was moved from one room to another.
    pub moved: bool,
}

impl Message {
    /// What is said, as a reader sees it, without marks; empty once it is deleted. See [`Content::to_text`].
    pub fn text(&self) -> String {
        self.parsed().to_text()
    }

    /// What is said, as it could be posted to show the same; empty once it is deleted. See [`Content::to_markdown`].
    ///
    /// ```
    /// use sechat_core::Event;
    ///
    /// let event = Event::parse(br#"{"event_type":1,"id":9,"message_id":71,"content":"5 &lt; <b>6</b>"}"#);
    /// let message = event.message().unwrap();
    /// assert_eq!((message.text(), message.markdown()), ("5 < 6".to_owned(), "5 < **6**".to_owned()));
    /// ```
    pub fn markdown(&self) -> String {
        self.parsed().to_markdown()
    }

    /// The message that this one was written as a reply to.
    pub fn reply_to(&self) -> Option<MessageId> {
        self.parent_id.filter(|_| self.show_parent)
    }
    fn parsed(&self) -> Content {
        Content::parse(self.content.as_deref().unwrap_or_default())
    }
}
