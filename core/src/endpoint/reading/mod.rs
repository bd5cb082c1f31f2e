//! Reading back: transcripts, starred messages, search, paging through what was said.

mod message;
mod message_pages;
mod search_messages;
mod starred_messages;
mod transcript;
mod transcript_page;

pub(super) use message::ShownMessage;
pub use message_pages::RoomCursor;
pub(super) use search_messages::found;
pub use search_messages::{FoundMessage, SearchMessages, SearchPage};
pub use starred_messages::{StarredMessage, StarredMessages};
pub use transcript::Transcript;
pub use transcript_page::{TranscriptMessage, TranscriptPage};
