//! What owners do in their room, and asking people in.

use std::time::Duration;

use sechat_core::UserId;
use sechat_core::endpoint::{InviteUser, KickMute, SetUserAccess, TimeoutRoom, UserAccess};

use super::Room;
use crate::runtime::Mode;

impl<M: Mode> Room<M> {
    /// Invites somebody to this room, and gives what the server says to that: words for people.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) below 20 reputation, or with the server's reason;
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn invite(&self, user: impl Into<UserId>) -> M::Reply<String> {
        self.chat.call(InviteUser { user: user.into(), room: self.id })
    }

    /// Puts somebody out of the room: for one minute, then five, then thirty within 24 hours. Gives the server's words.
    ///
    /// The third time alerts the moderators, who read the reason.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) for everybody but owners and moderators, and for users who cannot be
    /// kicked; [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn kick_mute(&self, user: impl Into<UserId>, reason: Option<String>) -> M::Reply<String> {
        self.chat.call(KickMute { room: self.id, user: user.into(), reason })
    }

    /// Lets nobody post in the room for at least 5 seconds, in whole seconds. The server may say yes and do nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for less time or no reason;
    /// [`Error::Refused`](crate::Error::Refused) for everybody but owners and moderators, where the server says so.
    pub fn timeout(&self, duration: Duration, reason: impl Into<String>) -> M::Reply<()> {
        self.chat.call(TimeoutRoom { room: self.id, duration, reason: reason.into() })
    }

    /// Says what somebody may do in the room.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) for everybody but owners and moderators.
    pub fn set_access(&self, user: impl Into<UserId>, access: UserAccess) -> M::Reply<()> {
        self.chat.call(SetUserAccess { room: self.id, user: user.into(), access })
    }
}
