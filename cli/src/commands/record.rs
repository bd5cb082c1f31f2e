//! `sechat record`.

use std::path::PathBuf;

use clap::Args;

use crate::exit::{EXIT_CODES, Failure};
use crate::tape::{self, Tape};

const EXAMPLES: &str = "\
Examples:
  sechat record room.jsonl -- tail 1 --for 60
  sechat record login.jsonl -- login --email bot@example.com
  sechat record post.jsonl -- send 1 'Hello, Sandbox!'
Then, offline:
  sechat replay room.jsonl
";

/// Run another command, and write down what passes between it and the server
///
/// The file has a line of JSON for each request, answer and frame. Cookies, fkeys, passwords, e-mail addresses and tokens
/// are replaced before they are written; what people say is not. docs/recordings.md says more.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Record {
    /// The file to write
    file: PathBuf,

    /// The command, with its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    words: Vec<String>,
}

impl Record {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let command = crate::parse(&self.words)?;
        tape::insert(Tape::Record(Box::new(tape::Record::new(&self.file, &self.words))));
        let result = command.run();
        let written = tape::finish();
        result.and(written)
    }
}
