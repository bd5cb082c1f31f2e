//! `sechat user`.

use clap::Args;
use sechat_blocking::UserId;
use sechat_blocking::endpoint::{Profile, RoomCard, UserProfile};

use crate::exit::{EXIT_CODES, Failure};
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat user 101
  sechat user 101 --json | jq '.owned[].name'
";

/// Tell what somebody's page says: name, about, reputation, rooms
///
/// No account is needed.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct ShowUser {
    /// The chat user id, as in the address …/users/101/ada
    #[arg(value_parser = values::user)]
    user: UserId,

    #[command(flatten)]
    reader: Reader,

    /// Print one line of JSON: name, moderator, about, reputation, facts, activity, owned, rooms and more
    #[arg(long)]
    json: bool,
}

impl ShowUser {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let user = self.user;
        let profile = self.reader.read(|chat| Ok(chat.call(UserProfile { user })?))?;
        if self.json {
            output::json(&profile)?;
        } else {
            output::line(plain::harmless(&lines(user, &profile).join("\n")))?;
        }
        Ok(())
    }
}

fn lines(user: UserId, profile: &Profile) -> Vec<String> {
    let diamond = if profile.moderator { " (moderator)" } else { "" };
    let mut lines = vec![format!("{user}: {}{diamond}", profile.name)];
    let told = profile.facts.iter().filter(|(_, value)| !value.is_empty());
    lines.extend(told.map(|(key, value)| format!("{key}: {value}")));
    for (key, rooms) in [("owns", &profile.owned), ("often in", &profile.rooms)] {
        if !rooms.is_empty() {
            lines.push(format!("{key}: {}", names(rooms)));
        }
    }
    lines
}

fn names(rooms: &[RoomCard]) -> String {
    rooms.iter().map(|room| format!("{} ({})", room.name, room.id)).collect::<Vec<_>>().join(", ")
}
