//! How far a transcript came, kept in a file.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use sechat_blocking::endpoint::Transcript as Call;
use sechat_blocking::{MessageId, RoomId};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::exit::{Code, Failure};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Place {
    room: RoomId,
    /// The last page that was printed: it may have become longer.
    pub(super) call: Call,
    /// The last message that was printed.
    pub(super) last: Option<MessageId>,
}

impl Place {
    pub(super) fn new(room: RoomId, call: Call, last: Option<MessageId>) -> Self {
        Self { room, call, last }
    }

    pub(super) fn read(file: &Path, room: RoomId) -> Result<Option<Self>, Failure> {
        let refuse = |what: String| {
            let message = format!("{} holds {what}", file.display());
            Failure::new(Code::Usage, message).hint("Name another file with --resume, or remove this one.")
        };
        let text = match fs::read(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| failed(file, &error))?,
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(place) if place.room == room => Ok(Some(place)),
            Ok(place) => Err(refuse(format!("a place in room {}", place.room))),
            Err(_) => Err(refuse("something else than a place in a transcript".to_owned())),
        }
    }

    /// Replaces the file as a whole, so that an interruption leaves the old place or the new one.
    pub(super) fn write(&self, file: &Path) -> Result<(), Failure> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            let mut fresh = NamedTempFile::new_in(folder)?;
            fresh.write_all(&serde_json::to_vec(self)?)?;
            fresh.persist(file)?;
            Ok(())
        };
        write().map_err(|error| failed(file, &error))
    }
}

fn failed(file: &Path, error: &io::Error) -> Failure {
    Failure::new(Code::Other, format!("{}: {error}", file.display()))
}
