//! `sechat whoami`.

use clap::Args;
use serde_json::json;

use crate::exit::{EXIT_CODES, Failure};
use crate::target::Target;
use crate::{output, plain};

const EXAMPLES: &str = "\
Examples:
  sechat whoami
  sechat whoami --json | jq .user_id
  sechat whoami || sechat login                 Log in only if that is needed
";

/// Tell whose session is stored, and that it is still good
///
/// It asks the server. An expired session has the exit code 3.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Whoami {
    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: server, user_id, user_name
    #[arg(long)]
    json: bool,
}

impl Whoami {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let session = self.target.work(|chat| Ok(chat.log_in()?))?;
        let (server, name) = (session.server(), session.user_name().unwrap_or_default());
        if self.json {
            output::json(&json!({ "server": server, "user_id": session.user_id(), "user_name": name }))?;
        } else {
            let id = session.user_id().unwrap_or_default();
            output::line(format_args!("{} (user {id}) on {server}", plain::harmless(name)))?;
        }
        Ok(())
    }
}
