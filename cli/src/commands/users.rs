//! `sechat users`.

use std::io;

use clap::Args;
use sechat_blocking::endpoint::{OpenRoom, PingableUsers};
use sechat_blocking::{RoomId, UserId};
use serde::Serialize;

use crate::exit::{EXIT_CODES, Failure};
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat users 1
  sechat users 1 --pingable --json | jq -r .name
";

/// List who is in a room now
///
/// With --pingable, who can be pinged there by name: roughly those who were there in the last two weeks. That needs a
/// session; a visitor gets an empty list. The rest needs no account for public rooms.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Users {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// Those who can be pinged
    #[arg(long)]
    pingable: bool,

    #[command(flatten)]
    reader: Reader,

    /// Print a line of JSON for each user: id, name, last_seen, last_post, and more without --pingable
    #[arg(long)]
    json: bool,
}

impl Users {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let room = self.room;
        let count = if self.pingable {
            let users = self.reader.read(|chat| Ok(chat.call(PingableUsers { room })?))?;
            users.iter().try_for_each(|user| self.show(user, user.id, &user.name))?;
            users.len()
        } else {
            let users = self.reader.read(|chat| Ok(chat.call(OpenRoom { room })?))?.users;
            users.iter().try_for_each(|user| self.show(user, user.id, &user.name))?;
            users.len()
        };
        if count == 0 {
            eprintln!("-- nobody{}", if self.pingable { ", or nobody that a visitor is told of" } else { "" });
        }
        Ok(())
    }

    fn show(&self, user: &impl Serialize, id: UserId, name: &str) -> io::Result<()> {
        if self.json { output::json(user) } else { output::line(format_args!("{id:>9} {}", plain::harmless(name))) }
    }
}
