//! The file of a session: where it is, and that a good one is never lost.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use sechat_blocking::{Chat, Credentials, Error, Server};
use tempfile::NamedTempFile;

use crate::exit::{Code, Failure};
use crate::tape;

#[derive(Debug)]
pub(crate) struct SessionFile(PathBuf);

impl SessionFile {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where the session for a server is unless the user says otherwise.
    pub(crate) fn usual(server: &Server) -> Result<Self, Failure> {
        let places = etcetera::choose_base_strategy()
            .map_err(|error| Failure::new(Code::Other, error.to_string()).hint("Name a file with --session."))?;
        let state = places.state_dir().unwrap_or_else(|| places.data_dir());
        Ok(Self(state.join("sechat").join(file_name(server))))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The stored session for this server, if there is one.
    pub(crate) fn read(&self, server: &Server) -> Result<Option<Credentials>, Failure> {
        let refuse = |what: String| {
            let message = format!("{} holds {what}", self.0.display());
            Err(Failure::new(Code::Usage, message).hint("Name another file with --session, or remove this one."))
        };
        match Credentials::read(&self.0) {
            Ok(Some(session)) if session.server() != server => {
                refuse(format!("a session for {}, not for {server}", session.server()))
            }
            Err(Error::Store { .. }) if fs::read(&self.0).is_ok() => refuse("something else than a session".to_owned()),
            read => {
                let session = read?;
                session.iter().for_each(tape::note_session);
                Ok(session)
            }
        }
    }

    /// The session for commands that cannot do without.
    pub(crate) fn require(&self, server: &Server) -> Result<Credentials, Failure> {
        self.read(server)?.ok_or_else(|| {
            Failure::new(Code::Login, format!("not logged in to {server} (no session in {})", self.0.display()))
        })
    }

    /// Finds out whether a session can be stored, before a login is spent on it.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        let folder = match self.0.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        make_private(folder)
            .and_then(|()| NamedTempFile::new_in(folder))
            .map(drop)
            .map_err(|error| Error::store(folder.display(), error).into())
    }

    /// Stores the session if it has changed in use. Its old form still works: a failure is told and no more.
    pub(crate) fn renew(&self, before: &Credentials, chat: &Chat) {
        if let Some(session) = chat.credentials()
            && session != *before
            && let Err(error) = session.save(&self.0)
        {
            eprintln!("sechat: the renewed session could not be stored: {error}");
        }
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The host for the known servers; the whole address for others, so that no two share a file.
fn file_name(server: &Server) -> String {
    let address = server.to_string();
    let known = !matches!(server, Server::Custom(_));
    let name = if known { address.trim_start_matches("https://") } else { &address };
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|part| !part.is_empty());
    format!("{}.json", parts.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_has_a_file_of_its_own() {
        assert_eq!(file_name(&Server::StackOverflow), "chat.stackoverflow.com.json");
        let custom = |chat, login| file_name(&Server::custom(chat, login).unwrap());
        let plain = "http://127.0.0.1:8080";
        assert_eq!(custom(plain, plain), "http-127.0.0.1-8080.json");
        assert_eq!(custom("https://[::1]:1", "https://localhost"), "https-1-1-https-localhost.json");
    }
}
