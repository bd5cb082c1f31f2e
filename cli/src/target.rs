//! The server a command talks to.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use sechat_blocking::{Access, Blocking, Chat, Config, Network, Server};

use crate::exit::{Code, Failure};
use crate::session::SessionFile;

/// Somebody waits at the terminal: give up within seconds. (A feed that was up once is kept up without end.)
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(3).unwrap();

#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The chat server
    ///
    /// One of chat.stackexchange.com, chat.stackoverflow.com and chat.meta.stackexchange.com, or the address of a
    /// simulated one, such as http://127.0.0.1:8080.
    #[arg(long, env = "SECHAT_SERVER", default_value = "chat.stackexchange.com", value_name = "SERVER")]
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
        let mut builder = Chat::builder(config);
        if let Some(file) = &self.ca {
            builder = builder.runtime(trusting(file)?);
        }
        Ok(builder.connect()?)
    }

    pub(crate) fn session(&self) -> Result<SessionFile, Failure> {
        match &self.session {
            Some(path) => Ok(SessionFile::at(path.clone())),
            None => SessionFile::usual(&self.server),
        }
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
