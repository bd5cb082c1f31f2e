//! `sechat move`.

use clap::Args;
use sechat_blocking::endpoint::NotMoved;
use sechat_blocking::{MessageId, RoomId};
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, values};

const EXAMPLES: &str = "\
Examples:
  sechat move 1 2 68000001 68000002
  sechat search spam --room 1 --json | jq .id | xargs sechat move 1 2
";

/// Move messages to another room
///
/// For owners of the room that they are in. Both rooms are told by the server. The room is read back to leave out what
/// cannot be moved, such as a message whose author is gone. More than 2048 go in several calls, 5 seconds apart.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Move {
    /// The number of the room that they are in
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// The number of the room that they go to
    #[arg(value_parser = values::room)]
    to: RoomId,

    /// The ids of the messages
    #[arg(required = true, value_name = "MESSAGE", value_parser = values::message)]
    messages: Vec<MessageId>,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: room_id, to, asked, moved, refused
    #[arg(long)]
    json: bool,
}

impl Move {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Self { room, to, messages, target, json } = self;
        let asked = messages.len();
        let done = target.work(|chat| Ok(chat.room(room).move_messages(messages, to)?))?;
        if json {
            let refused: Vec<MessageId> = done.refused.iter().map(|(message, _)| *message).collect();
            let moved = done.moved;
            output::json(&json!({ "room_id": room, "to": to, "asked": asked, "moved": moved, "refused": refused }))?;
            return Ok(());
        }
        for (message, why) in done.refused {
            let why = match why {
                NotMoved::NoAuthor => "its author is gone".to_owned(),
                NotMoved::OtherRoom { room, .. } => format!("it is in room {room}"),
                _ => "there is no such message".to_owned(),
            };
            eprintln!("-- message {message} stays: {why}");
        }
        output::line(format_args!("Moved {} of {asked} messages from room {room} to room {to}", done.moved))?;
        Ok(())
    }
}
