//! A user as the server's JSON has them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::UserId;

/// A user as seen from a room (protocol notes, 5.11). Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatUser {
    /// The chat user id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// Where the avatar is, in the server's own way: [`ChatUser::avatar`] makes an address of it.
    #[serde(default)]
    pub email_hash: Option<String>,
    /// The reputation.
    #[serde(default)]
    pub reputation: Option<i64>,
    /// Whether they have a diamond; `None` where the server does not say.
    #[serde(default)]
    pub is_moderator: Option<bool>,
    /// Whether they own the room that was asked about; the server says so only when it is true.
    #[serde(default)]
    pub is_owner: Option<bool>,
    /// When they last posted in the room.
    #[serde(default)]
    pub last_post: Option<u64>,
    /// When they were last seen in it.
    #[serde(default)]
    pub last_seen: Option<u64>,
    /// Other fields, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ChatUser {
    /// The address of the avatar.
    pub fn avatar(&self) -> Option<String> {
        self.email_hash.as_deref().and_then(avatar)
    }
}

/// `!ADDRESS`, which may be escaped for HTML, or the hash of a Gravatar (protocol notes, 5.11).
pub(super) fn avatar(email_hash: &str) -> Option<String> {
    match email_hash.strip_prefix('!') {
        Some(address) => Some(address.replace("&amp;", "&")),
        None if email_hash.is_empty() => None,
        None => Some(format!("https://www.gravatar.com/avatar/{email_hash}?s=128&d=identicon&r=PG")),
    }
}
