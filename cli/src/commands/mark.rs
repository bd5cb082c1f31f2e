//! `sechat star` and `sechat pin`.

use clap::Args;
use sechat_blocking::endpoint::MessageHistory;
use sechat_blocking::{Error, MessageId, Room};
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, values};

const STAR_EXAMPLES: &str = "\
Examples:
  sechat star 68000001
  sechat star 68000001 --off                      Take it back
";

const PIN_EXAMPLES: &str = "\
Examples:
  sechat pin 68000001
  sechat pin 68000001 --off                      Take it back
";

/// Star a message, or take the star back
///
/// It is looked up first whether the message has your star: doing this twice does no harm. The server takes one star a
/// second, 20 a day, and none for messages of your own; after some time a star stays for good.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{STAR_EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Star {
    #[command(flatten)]
    mark: Mark,

    /// Print one line of JSON: message_id, starred, changed
    #[arg(long)]
    json: bool,
}

/// Pin a message, or take the pin back
///
/// For owners of the room. It is looked up first whether the message is pinned, by whomever: doing this twice does no
/// harm. A pin lasts 14 days, and brings your star, which stays when the pin goes.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{PIN_EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Pin {
    #[command(flatten)]
    mark: Mark,

    /// Print one line of JSON: message_id, pinned, changed
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Mark {
    /// The id of the message
    #[arg(value_parser = values::message)]
    message: MessageId,

    /// Take it back
    #[arg(long)]
    off: bool,

    #[command(flatten)]
    target: Target,
}

impl Star {
    pub(crate) fn run(self) -> Result<(), Failure> {
        self.mark.set("starred", self.json, Room::set_starred)
    }
}

impl Pin {
    pub(crate) fn run(self) -> Result<(), Failure> {
        self.mark.set("pinned", self.json, Room::set_pinned)
    }
}

impl Mark {
    fn set(
        &self,
        state: &str,
        json: bool,
        set: impl FnOnce(&Room, MessageId, bool) -> Result<bool, Error>,
    ) -> Result<(), Failure> {
        let (message, wanted) = (self.message, !self.off);
        let changed = self.target.work(|chat| {
            let room = chat.room(chat.call(MessageHistory { message })?.room);
            Ok(set(&room, message, wanted)?)
        })?;
        if json {
            return Ok(output::json(&json!({ "message_id": message, state: wanted, "changed": changed }))?);
        }
        let told = match (wanted, changed) {
            (true, true) => state.to_owned(),
            (true, false) => format!("{state} already"),
            (false, true) => format!("not {state} any more"),
            (false, false) => format!("not {state}, as before"),
        };
        Ok(output::line(format_args!("Message {message}: {told}"))?)
    }
}
