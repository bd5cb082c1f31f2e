//! The file that a connection keeps its session in.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sechat_core::engine::Access;
use sechat_core::{Config, Credentials as Session, Error, Server};
use tracing::warn;
use zeroize::Zeroizing;

use crate::connection::Shared;
use crate::store::Slot;

/// It holds the session as it is, from the login on.
pub(crate) struct SessionFile {
    path: PathBuf,
    server: Server,
    /// Held while the file is written, and taken before the lock of the engine: what is newest is written last.
    kept: Mutex<Kept>,
}

struct Kept {
    session: Option<Session>,
    /// Why the session is not in the file.
    failure: Option<Error>,
}

impl SessionFile {
    /// Finds out whether the file may be replaced, and has the connection begin with the session in it, unless its access
    /// brings one along. `None` without an account: there is nothing to keep.
    pub(crate) fn open(path: &Path, config: &mut Config) -> Result<Option<Self>, Error> {
        if let Access::Anonymous = config.access {
            return Ok(None);
        }
        // The process may go elsewhere before the session changes.
        let path = std::path::absolute(path).map_err(|error| Error::store(path.display(), error))?;
        let session = Slot::open(&path)?.stored(&config.server)?;
        if let Access::Login { stored, .. } = &mut config.access
            && stored.is_none()
        {
            stored.clone_from(&session);
        }
        let kept = Mutex::new(Kept { session, failure: None });
        Ok(Some(Self { path, server: config.server.clone(), kept }))
    }

    /// Stores the session if it has changed. A failure is no reason to end: it is told to who closes the connection.
    pub(crate) fn follow(&self, shared: &Shared) {
        if let Err(error) = self.keep(shared, false) {
            warn!(%error, "the session is not stored");
        }
    }

    /// Stores the session if it has changed or could not be stored before.
    pub(crate) fn settle(&self, shared: &Shared) -> Result<(), Error> {
        self.keep(shared, true)
    }

    fn keep(&self, shared: &Shared, again: bool) -> Result<(), Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let current = shared.with(|state, _| state.engine.credentials()).filter(is_whole);
        let changed = current.is_some() && current != kept.session;
        if changed {
            kept.session = current;
        }
        if changed || again && kept.failure.is_some() {
            kept.failure = kept.session.as_ref().and_then(|session| self.write(session).err());
            return kept.failure.clone().map_or(Ok(()), Err);
        }
        Ok(())
    }

    /// Somebody may have put something else there since.
    fn write(&self, session: &Session) -> Result<(), Error> {
        let slot = Slot::open(&self.path)?;
        slot.stored(&self.server)?;
        slot.write(&Zeroizing::new(session.to_json()))
    }
}

/// Whether it is of use to anybody: in the midst of a login it lacks cookies, and could not be read again.
pub(crate) fn is_whole(session: &Session) -> bool {
    Session::from_json(&Zeroizing::new(session.to_json())).is_ok()
}
