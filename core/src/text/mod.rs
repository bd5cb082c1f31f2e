//! What messages say: reading them, writing them, and telling for whom they are.
//!
//! * [`Content`] is the HTML of a message, as a tree: [`to_text`](Content::to_text) is what a reader sees,
//!   [`to_markdown`](Content::to_markdown) what could be posted to show the same.
//! * [`Markdown`] builds a message, [`escape`] takes the meaning from marks, [`mention`] and [`name_without_ping`] name
//!   people.
//! * [`split`] cuts a long text into messages.
//! * [`addressed`] tells whether a message is for this account; [`Once`] lets each message pass once.
//!
//! ```
//! use sechat_core::text::{Addressed, Content, Markdown, Once, Split, addressed, split};
//! use sechat_core::{Event, Me, UserId};
//!
//! let me = Me::new(UserId(5), "Marvin");
//! let mut once = Once::new();
//! // A notice, and the message that it is about.
//! let events = [
//!     r#"{"event_type":8,"id":8,"user_id":7,"target_user_id":5,"message_id":71,"content":"@Marvin <b>2*3</b>?"}"#,
//!     r#"{"event_type":1,"id":9,"user_id":7,"message_id":71,"content":"@Marvin <b>2*3</b>?"}"#,
//! ];
//! let mut answers = Vec::new();
//! for event in events.map(|json| Event::parse(json.as_bytes())) {
//!     if addressed(&event, &me, |_| false) == Addressed::No || !once.first(&event) {
//!         continue;
//!     }
//!     let said = Content::parse(event.message().unwrap().content.as_deref().unwrap());
//!     let question = said.to_text();
//!     let question = question.trim_start_matches("@Marvin ");
//!     let answer = Markdown::new().text("you ask: ").italic(question).text(" It is 6.");
//!     answers.extend(split(&answer.to_string(), Split::AtWord)?);
//! }
//! assert_eq!(answers, [r"you ask: _2\*3?_ It is 6."]);
//! # Ok::<(), sechat_core::Invalid>(())
//! ```

mod addressed;
mod breaks;
mod content;
mod escape;
mod markdown;
mod names;
mod node;
mod once;
mod onebox;
mod parse;
mod plain;
mod source;
mod split;

pub use addressed::{Addressed, addressed};
pub use content::Content;
pub use escape::{escape, mention, name_without_ping, without_pings};
pub use markdown::Markdown;
pub use names::pings;
pub use node::{Element, Image, Link, Node, Tag};
pub use once::Once;
pub use onebox::{Onebox, OneboxKind};
pub use split::{MAX_LINE, Split, split, split_within};

#[cfg(test)]
mod tests;
