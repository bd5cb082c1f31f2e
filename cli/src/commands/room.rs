//! `sechat room`.

use clap::Args;
use sechat_blocking::RoomId;
use sechat_blocking::endpoint::{InfoUsers, RoomDetails, RoomInfo, UserCard};

use crate::exit::{EXIT_CODES, Failure};
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat room 1
  sechat room 17 --server chat.stackoverflow.com --json | jq '.owners[].user.name'
";

/// Tell what a room says about itself: name, topic, tags, owners, how busy it is
///
/// No account is needed for public rooms.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct ShowRoom {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    #[command(flatten)]
    reader: Reader,

    /// Print one line of JSON: id, name, description, tags, facts, activity, owners, users and more
    #[arg(long)]
    json: bool,
}

impl ShowRoom {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let call = RoomInfo { room: self.room, users: InfoUsers::Current };
        let details = self.reader.read(|chat| Ok(chat.call(call)?))?;
        if self.json {
            output::json(&details)?;
        } else {
            output::line(plain::harmless(&lines(&details).join("\n")))?;
        }
        Ok(())
    }
}

fn lines(room: &RoomDetails) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", room.id, room.name)];
    if !room.description.is_empty() {
        lines.push(plain::from_html(&room.description));
    }
    let mut row = |key: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{key}: {value}"));
        }
    };
    row("tags", room.tags.join(", "));
    row("site", room.site.clone().unwrap_or_default());
    row("owners", names(&room.owners));
    row("present", names(&room.users));
    row("messages", room.messages.map(|count| count.to_string()).unwrap_or_default());
    for (key, value) in &room.facts {
        row(key, value.clone());
    }
    lines
}

fn names(cards: &[UserCard]) -> String {
    cards.iter().map(|card| card.user.name.as_str()).collect::<Vec<_>>().join(", ")
}
