//! `sechat delete`.

use clap::Args;
use sechat_blocking::MessageId;
use sechat_blocking::endpoint::DeleteMessage;
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, values};

const EXAMPLES: &str = "\
Examples:
  sechat delete 68000001
  sechat delete 68000001 68000002 --json
";

/// Delete messages of your own
///
/// The server deletes messages for about two minutes after they were posted. Several go one after the other, up to the
/// first that is refused; each is told when it is done.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Delete {
    /// The ids of the messages
    #[arg(required = true, value_name = "MESSAGE", value_parser = values::message)]
    messages: Vec<MessageId>,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON for each: message_id
    #[arg(long)]
    json: bool,
}

impl Delete {
    pub(crate) fn run(self) -> Result<(), Failure> {
        self.target.work(|chat| {
            for &message in &self.messages {
                chat.call(DeleteMessage { message })?;
                if self.json {
                    output::json(&json!({ "message_id": message }))?;
                } else {
                    output::line(format_args!("Deleted message {message}"))?;
                }
            }
            Ok(())
        })
    }
}
