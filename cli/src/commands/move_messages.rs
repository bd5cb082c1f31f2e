//! `sechat move`.

use std::thread;
use std::time::Duration;

use clap::Args;
use sechat_blocking::endpoint::MovePlan;
use sechat_blocking::{MessageId, RoomId};
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::output;
use crate::target::Target;

/// Between two calls (protocol notes, 4.8).
const PAUSE: Duration = Duration::from_secs(5);

const EXAMPLES: &str = "\
Examples:
  sechat move 1 2 68000001 68000002
  sechat search spam --room 1 --json | jq .id | xargs sechat move 1 2
";

/// Move messages to another room
///
/// For owners of the room that they are in. Both rooms are told by the server. A message whose author is gone makes the
/// server refuse all that are moved with it.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Move {
    /// The number of the room that they are in
    room: RoomId,

    /// The number of the room that they go to
    to: RoomId,

    /// The ids of the messages
    #[arg(required = true, value_name = "MESSAGE")]
    messages: Vec<MessageId>,

    #[command(flatten)]
    target: Target,

    /// Print a line of JSON for each call, of up to 2048 messages: room_id, to, asked, moved
    #[arg(long)]
    json: bool,
}

impl Move {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let plan = MovePlan::new(self.room, self.to, self.messages.iter().copied(), []);
        self.target.work(|chat| {
            for (n, call) in plan.calls.into_iter().enumerate() {
                if n > 0 {
                    thread::sleep(PAUSE);
                }
                let (room, to, asked) = (call.room, call.to, call.messages.len());
                let moved = chat.call(call)?;
                if self.json {
                    output::json(&json!({ "room_id": room, "to": to, "asked": asked, "moved": moved }))?;
                } else {
                    output::line(format_args!("Moved {moved} of {asked} messages from room {room} to room {to}"))?;
                }
            }
            Ok(())
        })
    }
}
