//! A session that can be stored.

use crate::{Server, UserId};

/// The cookies of a session, and whose they are.
#[derive(Clone)]
#[non_exhaustive]
pub struct Credentials {
    /// The chat server they are for.
    pub server: Server,
    /// The chat user.
    pub user_id: UserId,
    /// The user's name.
    pub user_name: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("server", &self.server).finish_non_exhaustive()
    }
}
