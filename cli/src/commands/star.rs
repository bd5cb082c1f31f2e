//! `sechat star`.

use clap::Args;
use sechat_blocking::MessageId;
use sechat_blocking::endpoint::{MessageHistory, StarMessage};
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::output;
use crate::target::Target;

const EXAMPLES: &str = "\
Examples:
  sechat star 68000001
  sechat star 68000001 --off                      Take it back
";

/// Star a message, or take the star back
///
/// It is looked up first whether the message has your star: doing this twice does no harm. The server takes one star a
/// second, 20 a day, and none for messages of your own; after some time a star stays for good.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Star {
    /// The id of the message
    message: MessageId,

    /// Take your star back
    #[arg(long)]
    off: bool,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: message_id, starred, changed
    #[arg(long)]
    json: bool,
}

impl Star {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (message, wanted) = (self.message, !self.off);
        let changed = self.target.work(|chat| {
            let differs = chat.call(MessageHistory { message })?.stars.mine != wanted;
            if differs {
                chat.call(StarMessage { message })?;
            }
            Ok(differs)
        })?;
        if self.json {
            output::json(&json!({ "message_id": message, "starred": wanted, "changed": changed }))?;
        } else {
            let state = match (wanted, changed) {
                (true, true) => "starred",
                (true, false) => "starred already",
                (false, true) => "not starred any more",
                (false, false) => "not starred, as before",
            };
            output::line(format_args!("Message {message}: {state}"))?;
        }
        Ok(())
    }
}
