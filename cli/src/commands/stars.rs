//! `sechat stars`.

use clap::Args;
use sechat_blocking::RoomId;
use sechat_blocking::endpoint::{StarredMessage, StarredMessages};

use crate::exit::{EXIT_CODES, Failure};
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat stars 1
  sechat stars 1 --count 0 --json | jq 'select(.stars.pinned)'
";

/// List the starred messages of a room, pins first
///
/// No account is needed for public rooms.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Stars {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// How many at most; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 20)]
    count: u32,

    #[command(flatten)]
    reader: Reader,

    /// Print a line of JSON for each message: id, user, content, time, stars
    #[arg(long)]
    json: bool,
}

impl Stars {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let call = StarredMessages { room: self.room, count: self.count };
        let messages = self.reader.read(|chat| Ok(chat.call(call)?))?;
        if messages.is_empty() {
            eprintln!("-- no starred messages");
        }
        for message in messages {
            if self.json {
                output::json(&message)?;
            } else {
                output::line(line(&message))?;
            }
        }
        Ok(())
    }
}

fn line(message: &StarredMessage) -> String {
    let who = message.user.as_ref().map_or("somebody", |user| &user.name);
    let pin = if message.stars.pinned { ", pinned" } else { "" };
    let text = plain::from_html(&message.content);
    plain::harmless(&format!("#{} {who} ({}{pin}): {text}", message.id, plain::count(message.stars.count, "star")))
}
