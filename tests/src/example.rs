//! The examples of the crates, run as their users run them: as programs.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::{EMAIL, PASSWORD};

/// Longer than any example takes.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// An example that runs. It is ended with the test.
#[derive(Debug)]
pub struct Example {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

/// What a run left behind.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ended {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// What was not read of standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The command for an example of the package under test, with `home` as its folder and all that it is told by its
/// environment: the server, and the account that [`Setup`](sechat_fixtures::Setup) has by default.
///
/// `cargo test` builds examples, but `cargo test --test NAME` does not: then it is the one built last, or none.
pub fn example(name: &str, server: &str, home: &Path, arguments: &[&str]) -> Command {
    let program = program(name);
    assert!(program.exists(), "{} is missing: cargo build --examples", program.display());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(home).stdin(Stdio::null());
    command.env("SECHAT_SERVER", server).env("SECHAT_EMAIL", EMAIL).env("SECHAT_PASSWORD", PASSWORD);
    command
}

impl Example {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("an example starts");
        let out = lines(child.stdout.take().expect("it is piped"));
        let err = lines(child.stderr.take().expect("it is piped"));
        Self { child, out, err }
    }

    /// The next line of standard output.
    pub fn line(&mut self) -> String {
        match self.out.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(error) => panic!("no line on standard output ({error}); standard error: {}", self.told()),
        }
    }

    /// The next line of standard error.
    pub fn error_line(&mut self) -> String {
        match self.err.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(error) => panic!("no line on standard error ({error})"),
        }
    }

    /// Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()), "it has ended before Ctrl-C");
    }

    /// Kills it, which it cannot notice.
    pub fn kill(mut self) -> Ended {
        self.child.kill().expect("a child of this process");
        self.end()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let mut out = String::new();
        loop {
            match self.out.recv_timeout(PATIENCE) {
                Ok(line) => writeln!(out, "{line}").expect("strings take all"),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end; standard error: {}", self.told()),
            }
        }
        // Its standard output has ended, and so will it.
        let code = self.child.wait().expect("a child of this process").code();
        Ended { code, out, err: self.err.iter().collect::<Vec<_>>().join("\n") }
    }

    fn told(&self) -> String {
        self.err.try_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Ended {
    /// Fails with all that was printed if the exit code is another.
    #[expect(clippy::return_self_not_must_use, reason = "often the code is all that matters")]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tests are in `target/PROFILE/deps`, examples in `target/PROFILE/examples`.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}
