//! Files that hold one thing: a session, or how far a bot has come.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use sechat_core::{Credentials, Error, Server};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// A file that is known to be replaceable.
pub(crate) struct Slot {
    path: PathBuf,
    fresh: NamedTempFile,
}

/// The session in a file; `None` if there is no such file, or nothing in it.
pub(crate) fn session(path: &Path) -> Result<Option<Credentials>, Error> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    let read = str::from_utf8(&bytes).map_err(|_| "not text".to_owned());
    let read = read.and_then(|text| Credentials::from_json(text).map_err(|error| error.to_string()));
    let advice = "use another file, or remove this one";
    read.map(Some).map_err(|reason| {
        Error::store(path.display(), format_args!("holds something else than a session ({reason}): {advice}"))
    })
}

/// What is in a file; `None` if there is no such file, or nothing in it.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes)).filter(|bytes| !bytes.is_empty())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::store(path.display(), error)),
    }
}

impl Slot {
    /// Makes the new file beside the old one, for its owner's eyes only. It is gone again unless it is written.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        // A link is kept, and what it points at replaced.
        let path = match fs::canonicalize(path) {
            Ok(path) => path,
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(Error::store(path.display(), error)),
        };
        match NamedTempFile::new_in(directory(&path)) {
            Ok(fresh) => Ok(Self { path, fresh }),
            Err(error) => Err(Error::store(path.display(), error)),
        }
    }

    /// The session in the old file, if it may be replaced by one for `server`.
    pub(crate) fn stored(&self, server: &Server) -> Result<Option<Credentials>, Error> {
        match session(&self.path)? {
            Some(session) if session.server() != server => {
                Err(self.error(format_args!("holds a session for {}: use another file for {server}", session.server())))
            }
            stored => Ok(stored),
        }
    }

    pub(crate) fn write(self, json: &str) -> Result<(), Error> {
        let Self { path, fresh } = self;
        persist(fresh, &path, json).map_err(|error| Error::store(path.display(), error))
    }

    fn error(&self, reason: impl fmt::Display) -> Error {
        Error::store(self.path.display(), reason)
    }
}

fn persist(mut fresh: NamedTempFile, path: &Path, json: &str) -> io::Result<()> {
    fresh.write_all(json.as_bytes())?;
    fresh.write_all(b"\n")?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|failed| failed.error)?;
    // The new name outlives a power cut only once the directory is on the disk as well. Where a directory cannot be
    // opened there is nothing to be done, and the file is in its place all the same.
    if let Ok(directory) = fs::File::open(directory(path)) {
        let _ = directory.sync_all();
    }
    Ok(())
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
