//! `sechat edit`.

use clap::Args;
use sechat_blocking::endpoint::{EditMessage, MessageHistory, RoomEvents};
use sechat_blocking::{Chat, Error, EventKind, MessageId, ReplyStyle};
use serde_json::json;

use super::text::{is_input, text_or_input};
use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, values};

const EXAMPLES: &str = "\
Examples:
  sechat edit 68000001 'Hello, *Sandbox*!'
  fortune | sechat edit 68000001 -              From standard input
";

/// Give a message of your own another text
///
/// The server takes edits for about two minutes after the message was posted. A reply stays a reply: it is looked up
/// what the message answers.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Edit {
    /// The id of the message
    #[arg(value_parser = values::message)]
    message: MessageId,

    /// The whole new text, in the chat's Markdown; `-` reads it from standard input
    text: String,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: message_id
    #[arg(long)]
    json: bool,
}

impl Edit {
    pub(crate) fn reads_input(&self) -> bool {
        is_input(&self.text)
    }

    pub(crate) fn run(self) -> Result<(), Failure> {
        let (id, text) = (self.message, text_or_input(self.text)?);
        self.target.work(|chat| {
            let parent = parent(chat, id)?;
            Ok(chat.call(EditMessage { message: id, text, parent, style: ReplyStyle::default() })?)
        })?;
        if self.json {
            output::json(&json!({ "message_id": id }))?;
        } else {
            output::line(format_args!("Edited message {id}"))?;
        }
        Ok(())
    }
}

/// What a message answers. Its history tells the room, and the events of the room tell the rest.
fn parent(chat: &Chat, message: MessageId) -> Result<Option<MessageId>, Error> {
    let record = chat.call(MessageHistory { message })?;
    let mut events = RoomEvents::latest(record.room, 1);
    events.before = Some(MessageId(message.0.saturating_add(1)));
    let events = chat.call(events)?.events;
    let held = events.into_iter().find_map(|event| match event.kind {
        EventKind::MessagePosted(posted) if posted.id == message => Some(posted),
        _ => None,
    });
    Ok(held.and_then(|held| held.reply_to()).or(record.parent))
}
