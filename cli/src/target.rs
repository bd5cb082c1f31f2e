//! The server a command talks to.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use sechat_blocking::{Access, Blocking, Chat, Config, Network, Server};

use crate::exit::{Code, Failure};
use crate::session::SessionFile;
use crate::{tape, values};

/// Somebody waits at the terminal: give up within seconds. (A feed that was up once is kept up without end.)
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(3).unwrap();

#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The chat server
    ///
    /// One of chat.stackexchange.com, chat.stackoverflow.com and chat.meta.stackexchange.com, or the address of a
    /// simulated one, such as http://127.0.0.1:8080.
    #[arg(
        long,
        env = "SECHAT_SERVER",
        default_value = "chat.stackexchange.com",
        value_name = "SERVER",
        value_parser = values::server
    )]
    pub(crate) server: Server,

    /// The file of the session
    ///
    /// It is as good as the password while the session lasts. By default each server has one under
    /// $XDG_STATE_HOME/sechat, which is ~/.local/state/sechat unless set.
    #[arg(long, env = "SECHAT_SESSION", value_name = "FILE")]
    session: Option<PathBuf>,

    /// Trust the certificate authorities of this PEM file too, beside the system's
    ///
    /// For a simulated server with TLS: `sechat serve --tls` says where its file is.
    #[arg(long, env = "SECHAT_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl Target {
    /// A connection. Nothing is sent yet.
    pub(crate) fn connect(&self, access: Access) -> Result<Chat, Failure> {
        let mut config = Config::new(self.server.clone(), access);
        config.attempts = ATTEMPTS;
        let runtime = || self.ca.as_deref().map(trusting).transpose();
        Ok(tape::attach(Chat::builder(config), &self.server, runtime)?.connect()?)
    }

    /// A failure with the command that logs in here, where that is what it takes.
    pub(crate) fn advise(&self, failure: Failure) -> Failure {
        if failure.is_of_the_login() { failure.hint(format!("Log in first: {}", self.login())) } else { failure }
    }

    /// The command that logs in here.
    fn login(&self) -> String {
        let mut words = vec!["sechat login".to_owned()];
        if self.server != Server::StackExchange {
            words.push(format!("--server {}", shell_word(&self.server.to_string())));
        }
        for (option, file) in [("--session", &self.session), ("--ca", &self.ca)] {
            words.extend(file.as_ref().map(|file| format!("{option} {}", shell_word(&file.to_string_lossy()))));
        }
        words.join(" ")
    }

    pub(crate) fn session(&self) -> Result<SessionFile, Failure> {
        match (tape::session_file(), &self.session) {
            (Some(file), _) => Ok(file),
            (None, Some(path)) => Ok(SessionFile::at(path.clone())),
            (None, None) => SessionFile::usual(&self.server),
        }
    }
}

/// A word as a shell has to be given it.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn trusting(file: &Path) -> Result<Blocking, Failure> {
    let network = fs::read(file)
        .map_err(|error| error.to_string())
        .and_then(|pem| Network::new().add_root_certificate_pem(pem).map_err(|error| error.to_string()));
    let network = network.map_err(|why| {
        Failure::new(Code::Usage, format!("{}: {why}", file.display())).hint("--ca wants a file of PEM certificates.")
    })?;
    Blocking::with(network).map_err(|error| Failure::new(Code::Other, format!("cannot start a thread: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_logs_in_can_be_pasted() {
        let target = |server: &str, session: Option<&str>| Target {
            server: server.parse().unwrap(),
            session: session.map(PathBuf::from),
            ca: None,
        };
        assert_eq!(target("chat.stackexchange.com", None).login(), "sechat login");
        let known = target("chat.stackoverflow.com", None).login();
        assert_eq!(known, "sechat login --server https://chat.stackoverflow.com/");
        let odd = target("http://127.0.0.1:81 http://127.0.0.1:82", Some("it's here")).login();
        assert_eq!(odd, "sechat login --server 'http://127.0.0.1:81/ http://127.0.0.1:82/' --session 'it'\\''s here'");
    }
}
