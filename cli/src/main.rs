//! The program `sechat`: Stack Exchange chat from the command line, and a simulated server to try bots against.

mod commands;
mod exit;
mod interrupt;
mod output;
mod plain;
mod secret;
mod session;
mod target;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{Demo, Login, Send, Serve, Tail};
use exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  sechat                                  See everything work, on this machine alone
  sechat serve                            A chat server to try bots against
  sechat login                            Log in to chat.stackexchange.com, once
  sechat send 1 'Hello, Sandbox!'         Post a message in room 1
  sechat tail 1                           Watch room 1; no account needed
  sechat help tail                        All about one command
";

/// Stack Exchange chat from the command line
///
/// Without a command, `sechat` runs the demo: a simulated chat server and two bots that talk on it. `serve` gives you
/// that server to try your own bots against. `login`, `send` and `tail` use the real servers unless `--server` names
/// another one.
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
    Send(Send),
    Tail(Tail),
}

fn main() -> ExitCode {
    let result = match Program::parse().command {
        None => Demo::default().run(),
        Some(Command::Demo(demo)) => demo.run(),
        Some(Command::Serve(serve)) => serve.run(),
        Some(Command::Login(login)) => login.run(),
        Some(Command::Send(send)) => send.run(),
        Some(Command::Tail(tail)) => tail.run(),
    };
    exit::report(result)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        super::Program::command().debug_assert();
    }
}
