//! `sechat replay`.

use std::path::PathBuf;

use clap::Args;
use sechat_fixtures::{Recording, Replay as Replayed};
use serde_json::Value;

use crate::exit::{Code, EXIT_CODES, Failure};
use crate::tape::{self, Playing, Tape};

const EXAMPLES: &str = "\
Examples:
  sechat record room.jsonl -- tail 1 --for 60
  sechat replay room.jsonl                       The same lines again, at once
  sechat replay room.jsonl --by-route            Whatever the order of the requests
";

/// Run a recorded command again, without any network
///
/// It prints what the recorded command printed, without waiting. Every request has to be as it was recorded: where one is
/// not, both are shown, and the exit code is 1.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Replay {
    /// A file that `sechat record` has written
    file: PathBuf,

    /// Answer each request by its method and path alone, in the recorded order of those
    #[arg(long)]
    by_route: bool,
}

impl Replay {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let failure =
            |why: &dyn std::fmt::Display| Failure::new(Code::Other, format!("{}: {why}", self.file.display()));
        let recording = Recording::read(&self.file).map_err(|error| failure(&error))?;
        let words = words(&recording)
            .ok_or_else(|| failure(&"it does not say what command it is of").hint("`sechat record` notes that."))?;
        let command = crate::parse(&words)?;
        let replay = if self.by_route { Replayed::by_route(&recording) } else { Replayed::strict(&recording) };
        let _here = replay.enter();
        tape::insert(Tape::Replay(Playing::new(replay.clone(), &words, recording.note("session"))?));
        let result = command.run();
        tape::finish()?;
        replay.finish().map_err(|departure| failure(&departure))?;
        result
    }
}

/// The recorded command, and the server that it used.
fn words(recording: &Recording) -> Option<Vec<String>> {
    let words = recording.note("command")?.as_array()?;
    let mut words: Vec<String> = words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let names_server = |word: &String| word == "--server" || word.starts_with("--server=");
    if let Some(server) = recording.note("server").and_then(Value::as_str)
        && !words.is_empty()
        && !words.iter().any(names_server)
    {
        words.splice(1..1, ["--server".to_owned(), server.to_owned()]);
    }
    (!words.is_empty()).then_some(words)
}
