//! `sechat search`.

use clap::Args;
use sechat_blocking::endpoint::{FoundMessage, SearchMessages};
use sechat_blocking::{RoomId, UserId};

use crate::exit::{EXIT_CODES, Failure};
use crate::time::date_and_clock;
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat search rust sandbox --room 1
  sechat search fix --user 101 --count 500 --json | jq -r .content
";

/// Find messages that contain words, newest first
///
/// No account is needed for public rooms. It goes from page to page until --count messages are there.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Search {
    /// The words
    #[arg(required = true)]
    words: Vec<String>,

    /// Only in this room
    #[arg(long, value_parser = values::room)]
    room: Option<RoomId>,

    /// Only by this user
    #[arg(long, value_name = "ID", value_parser = values::user)]
    user: Option<UserId>,

    /// End after this many messages
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,

    #[command(flatten)]
    reader: Reader,

    /// Print a line of JSON for each message: id, room, user, time, content, truncated, parent, stars
    #[arg(long)]
    json: bool,
}

impl Search {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut call = SearchMessages::new(self.words.join(" "));
        (call.room, call.user) = (self.room, self.user);
        let most = usize::try_from(self.count).unwrap_or(usize::MAX);
        let found = self.reader.read(|chat| {
            let mut count = 0;
            for message in chat.read_back(call).take(most) {
                let message = message?;
                count += 1;
                if self.json {
                    output::json(&message)?;
                } else {
                    output::line(line(&message))?;
                }
            }
            Ok(count)
        })?;
        if found == 0 {
            eprintln!("-- nothing found");
        }
        Ok(())
    }
}

fn line(message: &FoundMessage) -> String {
    let text = message.content.as_deref().map_or_else(|| "(removed)".to_owned(), plain::from_html);
    let time = message.time.as_ref().map(date_and_clock).unwrap_or_default();
    plain::harmless(&format!("{time} #{} in {}, {}: {text}", message.id, message.room, message.user.name))
}
