//! The program `sechat`: Stack Exchange chat from the command line, and a simulated server to try bots against.

mod commands;
mod exit;
mod interrupt;
mod output;
mod plain;
mod secret;
mod session;
mod tape;
mod target;
mod time;
mod values;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    Bookmark, Delete, Demo, Edit, History, Login, Move, Pin, Record, Replay, Search, Send, Serve, ShowRoom, ShowUser,
    Star, Stars, Tail, Transcript, Upload, Users, Whoami,
};
use exit::{Code, EXIT_CODES, Failure};

const EXAMPLES: &str = "\
Examples:
  sechat                                  See everything work, on this machine alone
  sechat serve                            A chat server to try bots against
  sechat login                            Log in to chat.stackexchange.com, once
  sechat send 1 'Hello, Sandbox!'         Post a message in room 1
  sechat tail 1                           Watch room 1; no account needed
  sechat search rust --room 1             Find messages of room 1
  sechat help tail                        All about one command
";

/// Stack Exchange chat from the command line
///
/// Without a command, `sechat` runs the demo: a simulated chat server and two bots that talk on it. `serve` gives you
/// that server to try your own bots against. All other commands use the real servers unless `--server` names another one.
#[derive(Debug, Parser)]
#[command(name = "sechat", version, max_term_width = 100, after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(Demo),
    Serve(Serve),
    Login(Login),
    Whoami(Whoami),
    Send(Send),
    Edit(Edit),
    Delete(Delete),
    Star(Star),
    Pin(Pin),
    Move(Move),
    Bookmark(Bookmark),
    Upload(Upload),
    Tail(Tail),
    Room(ShowRoom),
    Users(Users),
    User(ShowUser),
    History(History),
    Transcript(Transcript),
    Stars(Stars),
    Search(Search),
    Record(Record),
    Replay(Replay),
}

fn main() -> ExitCode {
    let command = Program::parse().command.unwrap_or_else(|| Command::Demo(Demo::default()));
    exit::report(command.run())
}

/// A command to be recorded or replayed: one that talks to a server, and does that by itself.
fn parse(words: &[String]) -> Result<Command, Failure> {
    let program = Program::try_parse_from(["sechat"].into_iter().chain(words.iter().map(String::as_str)));
    match program.unwrap_or_else(|error| error.exit()).command {
        None | Some(Command::Demo(_) | Command::Serve(_) | Command::Record(_) | Command::Replay(_)) => {
            Err(Failure::new(Code::Usage, "only commands that talk to a server can be recorded"))
        }
        Some(command) => match command.needs_here() {
            Some(what) => {
                Err(Failure::new(Code::Usage, format!("{what} is not in a recording, and cannot be replayed")))
            }
            None => Ok(command),
        },
    }
}

impl Command {
    /// What the command would read or write of this machine, where a replay must not.
    fn needs_here(&self) -> Option<&'static str> {
        match self {
            Self::Send(send) if send.reads_input() => Some("standard input"),
            Self::Edit(edit) if edit.reads_input() => Some("standard input"),
            Self::Transcript(transcript) if transcript.is_resumed() => Some("the file of --resume"),
            _ => None,
        }
    }

    fn run(self) -> Result<(), Failure> {
        match self {
            Self::Demo(demo) => demo.run(),
            Self::Serve(serve) => serve.run(),
            Self::Login(login) => login.run(),
            Self::Whoami(whoami) => whoami.run(),
            Self::Send(send) => send.run(),
            Self::Edit(edit) => edit.run(),
            Self::Delete(delete) => delete.run(),
            Self::Star(star) => star.run(),
            Self::Pin(pin) => pin.run(),
            Self::Move(plan) => plan.run(),
            Self::Bookmark(bookmark) => bookmark.run(),
            Self::Upload(upload) => upload.run(),
            Self::Tail(tail) => tail.run(),
            Self::Room(room) => room.run(),
            Self::Users(users) => users.run(),
            Self::User(user) => user.run(),
            Self::History(history) => history.run(),
            Self::Transcript(transcript) => transcript.run(),
            Self::Stars(stars) => stars.run(),
            Self::Search(search) => search.run(),
            Self::Record(record) => record.run(),
            Self::Replay(replay) => replay.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        super::Program::command().debug_assert();
    }
}
