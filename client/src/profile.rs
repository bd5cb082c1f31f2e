//! The account itself.

use std::fmt;

use sechat_core::endpoint::{EditBio, IgnoreList, IgnoreUser, UnignoreUser, Unread, UnreadCounts, UserProfile};
use sechat_core::{Engine, Error, UserId};

use crate::chat::Chat;
use crate::runtime::Mode;

/// One's own profile on a chat server.
#[must_use = "opening it changes nothing"]
pub struct Profile<M: Mode> {
    chat: Chat<M>,
    user: UserId,
}

impl<M: Mode> Profile<M> {
    /// The profile of the account, logging in if that is needed.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoggedIn`] without an account, and whatever a login fails with.
    pub fn open(chat: &Chat<M>) -> M::Reply<Self> {
        let chat = chat.clone();
        let session = chat.connection().call("log_in", Engine::log_in);
        M::hand_over(session.then(move |session| {
            let user = session?.user_id().or_else(|| chat.me().map(|me| me.id));
            user.map(|user| Self { chat, user }).ok_or(Error::NotLoggedIn)
        }))
    }

    /// Replaces the text about oneself, and gives what the server kept of it: 200 characters at most.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the server's reason.
    pub fn edit_bio(&self, bio: impl Into<String>) -> M::Reply<String> {
        self.chat.call(EditBio { user: self.user, bio: bio.into() })
    }

    /// The page that others see.
    pub fn page(&self) -> M::Reply<sechat_core::endpoint::Profile> {
        self.chat.call(UserProfile { user: self.user })
    }

    /// How much is new in the inbox.
    pub fn unread(&self) -> M::Reply<Unread> {
        self.chat.call(UnreadCounts)
    }

    /// Whom the account ignores. That is for browsers: their messages come as everybody's do.
    pub fn ignored(&self) -> M::Reply<Vec<UserId>> {
        self.chat.call(IgnoreList)
    }

    /// Ignores somebody. Ignoring an ignored user changes nothing.
    pub fn ignore(&self, user: impl Into<UserId>) -> M::Reply<()> {
        self.chat.call(IgnoreUser { user: user.into() })
    }

    /// Ignores somebody no more.
    pub fn unignore(&self, user: impl Into<UserId>) -> M::Reply<()> {
        self.chat.call(UnignoreUser { user: user.into() })
    }

    /// The chat user id.
    pub fn user_id(&self) -> UserId {
        self.user
    }
}

impl<M: Mode> Clone for Profile<M> {
    fn clone(&self) -> Self {
        Self { chat: self.chat.clone(), user: self.user }
    }
}

impl<M: Mode> fmt::Debug for Profile<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("user", &self.user).finish_non_exhaustive()
    }
}
