//! `sechat pin`.

use clap::Args;
use sechat_blocking::MessageId;
use sechat_blocking::endpoint::{MessageHistory, PinMessage};
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::output;
use crate::target::Target;

const EXAMPLES: &str = "\
Examples:
  sechat pin 68000001
  sechat pin 68000001 --off                      Take it back
";

/// Pin a message, or take the pin back
///
/// For owners of the room. It is looked up first whether the message has your pin: doing this twice does no harm. A pin
/// lasts 14 days, and brings your star, which stays when the pin goes.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Pin {
    /// The id of the message
    message: MessageId,

    /// Take your pin back
    #[arg(long)]
    off: bool,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: message_id, pinned, changed
    #[arg(long)]
    json: bool,
}

impl Pin {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (message, wanted) = (self.message, !self.off);
        let changed = self.target.work(|chat| {
            let me = chat.log_in()?.user_id();
            let pinned_by = chat.call(MessageHistory { message })?.pinned_by;
            let differs = pinned_by.iter().any(|user| user.id.is_some() && user.id == me) != wanted;
            if differs {
                chat.call(PinMessage { message })?;
            }
            Ok(differs)
        })?;
        if self.json {
            output::json(&json!({ "message_id": message, "pinned": wanted, "changed": changed }))?;
        } else {
            let state = match (wanted, changed) {
                (true, true) => "pinned",
                (true, false) => "pinned already",
                (false, true) => "not pinned any more",
                (false, false) => "not pinned, as before",
            };
            output::line(format_args!("Message {message}: {state}"))?;
        }
        Ok(())
    }
}
