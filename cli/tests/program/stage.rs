//! A simulated server, a home folder, and the program to run there.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use sechat_blocking::{RoomId, UserId};
use sechat_fixtures::{Listener, ListenerOptions, Setup};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const ADA: UserId = UserId(102);
pub(crate) const ROOM: RoomId = RoomId(1);
pub(crate) const EMAIL: &str = "bot@example.com";
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct Stage {
    pub(crate) listener: Listener,
    pub(crate) home: TempDir,
}

/// What a run left behind.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(ListenerOptions::new(Setup::default()))
    }

    pub(crate) fn with(options: ListenerOptions) -> Self {
        Self { listener: Listener::start_with(options).unwrap(), home: TempDir::new().unwrap() }
    }

    pub(crate) fn logged_in() -> Self {
        let stage = Self::new();
        stage.login(PASSWORD, &[]).expect(0);
        stage
    }

    /// The program with an environment of its own: nothing of the developer's is read or written.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.env("HOME", self.home.path()).env("XDG_STATE_HOME", self.home.path().join("state"));
        command.env("SECHAT_SERVER", self.listener.url());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.command(arguments).output().unwrap().into()
    }

    pub(crate) fn login(&self, password: &str, more: &[&str]) -> Done {
        let mut command = self.command(&["login", "--email", EMAIL]);
        command.args(more).env("SECHAT_PASSWORD", password).output().unwrap().into()
    }

    pub(crate) fn say(&self, text: &str) -> u64 {
        self.listener.with_server(|server, now| server.say(now, ADA, ROOM, text)).0
    }
}

impl Done {
    /// Fails with all that was printed if the exit code is another.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// The one line of JSON that was printed.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }

    /// That neither output holds a text.
    pub(crate) fn hides(self, secret: &str) -> Self {
        assert!(!self.out.contains(secret) && !self.err.contains(secret), "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A run that goes on while the test does something; ended with the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the output ended with {line:?}");
        line
    }

    pub(crate) fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Waits until a line of standard error begins like this.
    pub(crate) fn until_told(&mut self, start: &str) {
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            assert!(self.err.read_line(&mut line).unwrap() > 0, "standard error ended without {start:?}");
        }
    }

    /// Waits for the end, and gives what was not read yet.
    pub(crate) fn end(mut self) -> Done {
        drop(self.child.stdin.take());
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.err.read_to_string(&mut err).unwrap();
        Done { code: self.child.wait().unwrap().code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sechat"));
    command.args(arguments).stdin(Stdio::null());
    for variable in ["SERVER", "SESSION", "CA", "EMAIL", "PASSWORD", "ACCT", "PROV"] {
        command.env_remove(format!("SECHAT_{variable}"));
    }
    command
}
