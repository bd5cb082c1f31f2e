//! Reading back: transcripts, starred messages, search, paging through what was said.

mod message;
mod transcript;
mod transcript_page;

pub(super) use message::ShownMessage;
pub use transcript::Transcript;
pub use transcript_page::{TranscriptMessage, TranscriptPage};
