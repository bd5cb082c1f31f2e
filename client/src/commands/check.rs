//! Who may use a command.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sechat_core::{RoomId, UserId};

use super::invocation::Invocation;

/// Who may use a command, and where.
///
/// ```
/// use sechat_client::UserId;
/// use sechat_client::commands::Check;
///
/// let trusted = Check::owners().or(Check::users([UserId(7)]));
/// assert_eq!(trusted.to_string(), "room owners or some users");
/// ```
#[derive(Clone)]
#[must_use = "a check is for a command"]
pub struct Check {
    whom: String,
    passes: Arc<dyn Fn(&Invocation) -> bool + Send + Sync>,
}

impl Check {
    /// A check of your own, and for whom it is in words: "people with a hat".
    pub fn new(whom: impl Into<String>, passes: impl Fn(&Invocation) -> bool + Send + Sync + 'static) -> Self {
        Self { whom: whom.into(), passes: Arc::new(passes) }
    }

    /// Owners of the room, and moderators, as far as [`Commands::roles`](super::Commands::roles) knows them.
    pub fn owners() -> Self {
        Self::new("room owners", |invocation| invocation.roles.owner || invocation.roles.moderator)
    }

    /// Moderators, as far as [`Commands::roles`](super::Commands::roles) knows them.
    pub fn moderators() -> Self {
        Self::new("moderators", |invocation| invocation.roles.moderator)
    }

    /// These users.
    pub fn users(users: impl IntoIterator<Item = UserId>) -> Self {
        let users: BTreeSet<_> = users.into_iter().collect();
        Self::new("some users", move |invocation| users.contains(&invocation.user))
    }

    /// Everybody in these rooms.
    pub fn rooms(rooms: impl IntoIterator<Item = RoomId>) -> Self {
        let rooms: BTreeSet<_> = rooms.into_iter().collect();
        Self::new("some rooms", move |invocation| rooms.contains(&invocation.room))
    }

    /// Whoever passes one of the two.
    pub fn or(self, other: Self) -> Self {
        let whom = format!("{self} or {other}");
        Self::new(whom, move |invocation| self.passes(invocation) || other.passes(invocation))
    }

    /// Whether the one who asks may have it.
    pub fn passes(&self, invocation: &Invocation) -> bool {
        (self.passes)(invocation)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whom)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.whom).finish()
    }
}
