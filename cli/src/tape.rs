//! The recording that a command is written to or played from, if it is.

use std::cell::RefCell;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use sechat_blocking::{Blocking, ChatBuilder, Credentials, Mode as _, Secret, Server};
use sechat_fixtures::recording::Hidden;
use sechat_fixtures::{Recorder, Replay};
use serde_json::Value;
use tempfile::TempDir;

use crate::exit::{Code, Failure};
use crate::session::SessionFile;

/// What Ctrl-C is called in a recording.
const INTERRUPT: &str = "interrupt";

/// The secrets of a stored session.
const OF_SESSIONS: [(&str, Hidden); 3] =
    [("acct", Hidden::Acct), ("prov", Hidden::Prov), ("chat_cookie", Hidden::Cookie)];

thread_local! {
    /// Commands run on one thread.
    static TAPE: RefCell<Tape> = const { RefCell::new(Tape::None) };
}

pub(crate) enum Tape {
    None,
    Record(Box<Record>),
    Replay(Playing),
}

/// What is to be recorded, and what is known of it so far.
pub(crate) struct Record {
    path: PathBuf,
    words: Vec<String>,
    secrets: Vec<(Hidden, Secret)>,
    session: Option<Value>,
    recorder: Option<Recorder<Blocking>>,
}

/// What is played back. The session that was stored is in a folder that goes with it.
pub(crate) struct Playing {
    replay: Replay,
    folder: TempDir,
}

impl Record {
    pub(crate) fn new(path: &Path, words: &[String]) -> Self {
        let (mut words, mut emails) = without_emails(words);
        if let Ok(email) = env::var("SECHAT_EMAIL") {
            if emails.is_empty() && words.first().is_some_and(|word| word == "login") {
                // So that a replay has it.
                words.push(format!("--email={}", Hidden::Email.placeholder(1)));
            }
            emails.push(email);
        }
        let secrets = emails.into_iter().map(|email| (Hidden::Email, email.into())).collect();
        Self { path: path.to_owned(), words, secrets, session: None, recorder: None }
    }

    /// The recorder, made for the first connection: before that nothing is known to note.
    fn recorder(&mut self, server: &Server, runtime: Option<Blocking>) -> Result<Recorder<Blocking>, Failure> {
        if let Some(recorder) = &self.recorder {
            return Ok(recorder.clone());
        }
        let runtime = runtime.map_or_else(Blocking::runtime, Ok)?;
        let recorder = Recorder::create(runtime, &self.path).map_err(|error| unwritten(&self.path, &error))?;
        for (kind, secret) in &self.secrets {
            recorder.hide(*kind, secret.expose());
        }
        recorder.note("command", self.words.clone());
        recorder.note("server", server.to_string());
        if let Some(session) = self.session.take() {
            recorder.note("session", session);
        }
        self.recorder = Some(recorder.clone());
        Ok(recorder)
    }

    fn hide(&mut self, kind: Hidden, secret: &str) {
        match &self.recorder {
            Some(recorder) => recorder.hide(kind, secret),
            None => self.secrets.push((kind, secret.into())),
        }
    }
}

impl Playing {
    /// Lays out the session that the recorded command began with, and counts what the recorder knew at first.
    pub(crate) fn new(replay: Replay, words: &[String], session: Option<&Value>) -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let email = Hidden::Email.placeholder(1);
        if words.iter().any(|word| word.ends_with(&email)) {
            replay.hide(Hidden::Email, &email);
        }
        if let Some(session) = session {
            for (field, kind) in OF_SESSIONS {
                if let Some(placeholder) = session[field].as_str() {
                    replay.hide(kind, placeholder);
                }
            }
            fs::write(folder.path().join("session.json"), session.to_string())?;
        }
        Ok(Self { replay, folder })
    }
}

/// From now on commands run on this.
pub(crate) fn insert(tape: Tape) {
    TAPE.set(tape);
}

/// Ends a recording. Fails if it could not be written or nothing came to be recorded.
pub(crate) fn finish() -> Result<(), Failure> {
    let Tape::Record(record) = TAPE.replace(Tape::None) else { return Ok(()) };
    let path = &record.path;
    match &record.recorder {
        Some(recorder) => recorder.finish().map_err(|error| unwritten(path, &error)),
        None => Err(Failure::new(Code::Other, "nothing was recorded: the command made no connection")),
    }
}

/// Gives a connection what it runs on; `runtime` makes what it has without a tape, if that is not the usual.
pub(crate) fn attach(
    builder: ChatBuilder,
    server: &Server,
    runtime: impl FnOnce() -> Result<Option<Blocking>, Failure>,
) -> Result<ChatBuilder, Failure> {
    TAPE.with_borrow_mut(|tape| match tape {
        Tape::None => Ok(match runtime()? {
            Some(runtime) => builder.runtime(runtime),
            None => builder,
        }),
        Tape::Record(record) => Ok(builder.runtime(record.recorder(server, runtime()?)?)),
        Tape::Replay(playing) => Ok(builder.runtime(playing.replay.clone())),
    })
}

/// The file of the session in a replay.
pub(crate) fn session_file() -> Option<SessionFile> {
    TAPE.with_borrow(|tape| match tape {
        Tape::Replay(playing) => Some(SessionFile::at(playing.folder.path().join("session.json"))),
        _ => None,
    })
}

/// A stored session is about to be used.
pub(crate) fn note_session(session: &Credentials) {
    TAPE.with_borrow_mut(|tape| {
        let Tape::Record(record) = tape else { return };
        let Ok(mut json) = serde_json::from_str::<Value>(&session.to_json()) else { return };
        for (field, kind) in OF_SESSIONS {
            if let Some(secret) = json[field].as_str() {
                record.hide(kind, secret);
                json[field] = kind.placeholder(1).into();
            }
        }
        record.session = Some(json);
    });
}

/// Something that is typed or comes from the environment: `ask` is not called in a replay. That has something else in its
/// place, which gets the same placeholder, since both are hidden at the same time.
pub(crate) fn typed(kind: Hidden, ask: impl FnOnce() -> Result<String, Failure>) -> Result<String, Failure> {
    let replay = TAPE.with_borrow(|tape| match tape {
        Tape::Replay(playing) => Some(playing.replay.clone()),
        _ => None,
    });
    if let Some(replay) = replay {
        let typed = match kind {
            Hidden::Email => "typed@replay.invalid".to_owned(),
            kind => format!("typed{kind:?}0123456789"),
        };
        replay.hide(kind, &typed);
        return Ok(typed);
    }
    let typed = ask()?;
    TAPE.with_borrow_mut(|tape| {
        if let Tape::Record(record) = tape {
            if kind != Hidden::Email && record.secrets.iter().any(|(_, known)| known.expose() == typed) {
                let why = "a replay cannot tell what was typed from the stored session: they are the same";
                return Err(Failure::new(Code::Usage, why).hint("Name another file with --session."));
            }
            record.hide(kind, &typed);
        }
        Ok(typed)
    })
}

/// The address that an option gave: a replay has its placeholder.
pub(crate) fn given(kind: Hidden, given: Option<&str>) -> Option<String> {
    given.filter(|given| *given == kind.placeholder(1)).map(str::to_owned)
}

/// What is to be done at Ctrl-C, with the recording told of it; `None` if a replay will do it when its time has come.
pub(crate) fn at_interrupt(end: impl FnOnce() + Send + 'static) -> Option<Box<dyn FnOnce() + Send>> {
    let end: Box<dyn FnOnce() + Send> = Box::new(end);
    TAPE.with_borrow(|tape| match tape {
        Tape::None => Some(end),
        Tape::Record(record) => {
            let recorder = record.recorder.clone();
            let marking = move || {
                if let Some(recorder) = recorder {
                    recorder.mark(INTERRUPT);
                }
                end();
            };
            Some(Box::new(marking) as Box<dyn FnOnce() + Send>)
        }
        Tape::Replay(playing) => {
            let mut end = Some(end);
            playing.replay.on_mark(INTERRUPT, move || {
                if let Some(end) = end.take() {
                    end();
                }
            });
            None
        }
    })
}

/// The words of a command, with a placeholder for what `--email` says, and that.
fn without_emails(words: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut hidden, mut emails) = (Vec::new(), Vec::new());
    let placeholder = Hidden::Email.placeholder(1);
    for word in words {
        if let Some(email) = word.strip_prefix("--email=") {
            emails.push(email.to_owned());
            hidden.push(format!("--email={placeholder}"));
        } else if hidden.last().is_some_and(|last| last == "--email") {
            emails.push(word.clone());
            hidden.push(placeholder.clone());
        } else {
            hidden.push(word.clone());
        }
    }
    (hidden, emails)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Code::Other, format!("{}: {error}", path.display()))
}
