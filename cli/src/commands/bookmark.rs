//! `sechat bookmark`.

use clap::Args;
use sechat_blocking::endpoint::Bookmark as NewBookmark;
use sechat_blocking::{MessageId, RoomId};
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat bookmark 1 68000001 68000009 'How to play'
";

/// Bookmark a conversation, and print the address of its page
///
/// It wants 100 reputation.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Bookmark {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// The id of the message at one end
    #[arg(value_parser = values::message)]
    first: MessageId,

    /// The id of the message at the other end
    #[arg(value_parser = values::message)]
    last: MessageId,

    /// What it is called
    title: String,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: room_id, slug, url
    #[arg(long)]
    json: bool,
}

impl Bookmark {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Self { room, first, last, title, target, json } = self;
        let slug = target.work(|chat| Ok(chat.call(NewBookmark { room, first, last, title })?))?;
        let url = format!("{}rooms/{room}/conversation/{slug}", target.server.chat());
        if json {
            output::json(&json!({ "room_id": room, "slug": slug, "url": url }))?;
        } else {
            output::line(plain::harmless(&url))?;
        }
        Ok(())
    }
}
