//! What a bot stores to go on after a restart without a hole.

use std::collections::BTreeMap;
use std::path::Path;

use sechat_core::engine::{Position, Post};
use sechat_core::{Error, Invalid, RoomId, Server};
use serde::{Deserialize, Serialize};

use crate::store::{self, Slot};

/// How far the bot has come in each of its rooms, and the posts that a shutdown with [`Pending::Keep`](crate::Pending::Keep)
/// has kept: small, without secrets, to be stored and handed to [`Chat::resume`](crate::Chat::resume) by the next process.
/// The texts of kept posts are in it as they are.
///
/// It can be stored with [`save`](Self::save), or with `serde` wherever the bot keeps its data.
///
/// ```
/// use sechat_client::SavedState;
///
/// let stored = r#"{"version":1,"server":"https://chat.stackexchange.com/","rooms":{"1":{"after":90,"message":70}}}"#;
/// let state: SavedState = serde_json::from_str(stored)?;
/// assert_eq!(serde_json::to_string(&state)?, stored);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedState {
    version: Version,
    server: String,
    rooms: BTreeMap<RoomId, Position>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    posts: Vec<Post>,
}

/// When an event counts as read, so that a process that goes on from a [`SavedState`] does not get it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Delivery {
    /// Once the bot has dealt with it: when it asks for the next one, or says [`Events::done`](crate::Events::done). An
    /// event that was being dealt with when the process ended is delivered again.
    #[default]
    AtLeastOnce,
    /// As soon as the bot has been given it. An event that was being dealt with when the process ended is not delivered
    /// again.
    AtMostOnce,
}

/// The shape of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl SavedState {
    /// Reads a stored state; `None` if there is no such file, or it is empty.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the file cannot be read, or holds something else.
    pub fn load(path: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        let path = path.as_ref();
        let Some(bytes) = store::read(path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|reason| {
            let advice = "use another file, or remove it to begin with what happens next";
            Error::store(path.display(), format_args!("holds no state of this library ({reason}): {advice}"))
        })
    }

    /// Stores it in a file that only its owner can read, replaced in one step. This blocks for the few milliseconds that
    /// takes.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the file cannot be written, or holds something else than a state: it is left as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        Self::load(path)?;
        let json = serde_json::to_string(self).map_err(|error| Error::store(path.display(), error))?;
        Slot::open(path)?.write(&json)
    }

    /// The rooms that it is about.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.rooms.keys().copied().collect()
    }

    /// The posts that were kept, in their order.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// Takes the kept posts out, to [post](crate::Chat::post) them. Store the state without them before that: a process that
    /// ends in between has posted fewer of them than it might, and one that stores it after would post them again.
    ///
    /// ```no_run
    /// # use sechat_client::{AsyncMode, Chat, Error, Mode, Reply, SavedState, MessageId};
    /// # async fn go_on<M: AsyncMode + Mode<Reply<MessageId> = Reply<MessageId>>>(chat: &Chat<M>) -> Result<(), Error> {
    /// if let Some(mut state) = SavedState::load("state.json")? {
    ///     let posts = state.take_posts();
    ///     state.save("state.json")?;
    ///     chat.resume(state)?;
    ///     let replies: Vec<_> = posts.into_iter().map(|post| chat.post(post)).collect();
    ///     for reply in replies {
    ///         reply.await?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "they are in no other place"]
    pub fn take_posts(&mut self) -> Vec<Post> {
        std::mem::take(&mut self.posts)
    }

    pub(crate) fn new(server: &Server, rooms: BTreeMap<RoomId, Position>, posts: Vec<Post>) -> Self {
        Self { version: Version, server: server.to_string(), rooms, posts }
    }

    /// The positions and posts, if they are this server's.
    pub(crate) fn parts(self, server: &Server) -> Result<(BTreeMap<RoomId, Position>, Vec<Post>), Error> {
        let here = server.to_string();
        if self.server == here {
            return Ok((self.rooms, self.posts));
        }
        Err(Invalid::State(format!("it is for {}, and the chat server is {here}", self.server)).into())
    }
}

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == 1 { Ok(Self) } else { Err(format!("version {version} is not known here")) }
    }
}

impl From<Version> for u32 {
    fn from(Version: Version) -> Self {
        1
    }
}
