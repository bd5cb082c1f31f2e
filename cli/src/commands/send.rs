//! `sechat send`.

use clap::Args;
use sechat_blocking::{MessageId, RoomId};
use serde_json::json;

use super::text::{is_input, text_or_input};
use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, values};

const EXAMPLES: &str = "\
Examples:
  sechat send 1 'Hello, **Sandbox**!'
  sechat send 1 'Well met.' --reply-to 68000001
  sechat send 1 -- '--- a text that starts with a dash'
  git log -3 --oneline | sechat send 1 -                    From standard input
  id=$(sechat send 1 'Hello' --json | jq .message_id)       The id of what was posted
";

/// Post a message
///
/// It needs a session: run `sechat login` once. When the server asks to wait because the account posts too fast, this
/// waits. A message is never sent twice: if its answer is lost and the room does not show it, the exit code is 6.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Send {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// The text, in the chat's Markdown; `-` reads it from standard input
    ///
    /// One line may have 500 characters; a text of several lines may be longer, but is shown without formatting.
    text: String,

    /// The id of the message to answer
    #[arg(long, value_name = "ID", value_parser = values::message)]
    reply_to: Option<MessageId>,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: room_id, message_id, url
    #[arg(long)]
    json: bool,
}

impl Send {
    pub(crate) fn reads_input(&self) -> bool {
        is_input(&self.text)
    }

    pub(crate) fn run(self) -> Result<(), Failure> {
        let (room, to) = (self.room, self.reply_to);
        let text = text_or_input(self.text)?;
        let id = self.target.work(|chat| {
            let room = chat.room(room);
            Ok(match to {
                Some(to) => room.reply(to, text),
                None => room.send(text),
            }?)
        })?;
        let url = format!("{}transcript/message/{id}#{id}", self.target.server.chat());
        if self.json {
            output::json(&json!({ "room_id": room, "message_id": id, "url": url }))?;
        } else {
            output::line(format_args!("Posted message {id}: {url}"))?;
        }
        Ok(())
    }
}
