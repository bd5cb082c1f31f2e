//! Messages: posted, changed, read.

mod acknowledge;
mod delete_message;
mod edit_message;
mod message_history;
mod message_html;
mod message_source;
mod new_message;
mod record;
mod text;

pub use acknowledge::Acknowledge;
pub use delete_message::DeleteMessage;
pub use edit_message::EditMessage;
pub use message_history::MessageHistory;
pub use message_html::{FullMessage, MessageHtml};
pub use message_source::MessageSource;
pub use new_message::NewMessage;
pub use record::{MessageRecord, MessageRevision, RevisionKind};
