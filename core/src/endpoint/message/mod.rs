//! Messages: posted, changed, marked, moved, read.

mod acknowledge;
mod act;
mod bookmark;
mod delete_bookmark;
mod delete_message;
mod delete_messages;
mod edit_message;
mod flag;
mod message_source;
mod move_messages;
mod move_plan;
mod new_message;
mod pin;
mod purge_history;
mod star;
mod text;

pub use acknowledge::Acknowledge;
pub use bookmark::Bookmark;
pub use delete_bookmark::DeleteBookmark;
pub use delete_message::DeleteMessage;
pub use delete_messages::DeleteMessages;
pub use edit_message::EditMessage;
pub use flag::{FlagForModerator, FlagMessage};
pub use message_source::MessageSource;
pub use move_messages::MoveMessages;
pub(super) use move_messages::ids;
pub use move_plan::{MovePlan, NotMoved};
pub use new_message::NewMessage;
pub use pin::{PinMessage, UnpinMessage};
pub use purge_history::PurgeHistory;
pub use star::{ClearStars, StarMessage};
