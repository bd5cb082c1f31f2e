//! `sechat search`.

use clap::Args;
use sechat_blocking::endpoint::{FoundMessage, SearchMessages};
use sechat_blocking::{RoomId, UserId};

use crate::exit::{EXIT_CODES, Failure};
use crate::work::Reader;
use crate::{output, plain};

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
    #[arg(long)]
    room: Option<RoomId>,

    /// Only by this user
    #[arg(long, value_name = "ID")]
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
        let mut left = self.count;
        self.reader.read(|chat| {
            let mut next = Some(call);
            while let Some(call) = next.take().filter(|_| left > 0) {
                let page = chat.call(call)?;
                for message in &page.messages {
                    if left == 0 {
                        break;
                    }
                    left -= 1;
                    if self.json {
                        output::json(message)?;
                    } else {
                        output::line(line(message))?;
                    }
                }
                next = page.next;
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn line(message: &FoundMessage) -> String {
    let text = message.content.as_deref().map_or_else(|| "(removed)".to_owned(), plain::from_html);
    let time = message.time.as_ref().map_or("", |time| &time.text);
    plain::harmless(&format!("{time} #{} in {}, {}: {text}", message.id, message.room, message.user.name))
}
