//! Who may come in, who may stay, and what has to go.

use std::time::Duration;

use sechat_core::endpoint::{
    DeleteMessages, FlagForModerator, FlagMessage, InviteUser, KickMute, PurgeHistory, RequestAccess, SetUserAccess,
    TimeoutRoom, UserAccess,
};
use sechat_core::{MessageId, UserId};

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
        self.call(InviteUser { user: user.into(), room: self.id })
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
        self.call(KickMute { room: self.id, user: user.into(), reason })
    }

    /// Lets nobody post in the room for at least 5 seconds, in whole seconds. The server may say yes and do nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for less time or no reason;
    /// [`Error::Refused`](crate::Error::Refused) for everybody but owners and moderators, where the server says so.
    pub fn timeout(&self, duration: Duration, reason: impl Into<String>) -> M::Reply<()> {
        self.call(TimeoutRoom { room: self.id, duration, reason: reason.into() })
    }

    /// Says what somebody may do in the room.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) for everybody but owners and moderators.
    pub fn set_access(&self, user: impl Into<UserId>, access: UserAccess) -> M::Reply<()> {
        self.call(SetUserAccess { room: self.id, user: user.into(), access })
    }

    /// Asks the owners of a gallery or a private room for access. They are told; the answer comes from them.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) with the server's reason;
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn request_access(&self) -> M::Reply<()> {
        self.call(RequestAccess { room: self.id })
    }

    /// Flags a message as spam or offensive. That of a moderator is binding: it deletes the message and suspends its
    /// author.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) with the server's reason;
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn flag(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(FlagMessage { message: message.into() })
    }

    /// Asks a moderator to look at a message, and says why in at most 400 characters.
    ///
    /// # Errors
    ///
    /// Those of [`flag`](Self::flag), and [`Error::Invalid`](crate::Error::Invalid) for no words or too many.
    pub fn flag_for_moderator(&self, message: impl Into<MessageId>, text: impl Into<String>) -> M::Reply<()> {
        self.call(FlagForModerator { message: message.into(), text: text.into() })
    }

    /// Deletes messages of this room, whoever wrote them and however old they are. For moderators;
    /// [`delete`](Self::delete) is for one's own.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for no message, [`Error::Refused`](crate::Error::Refused) without the
    /// rights.
    pub fn delete_messages(&self, messages: impl IntoIterator<Item = impl Into<MessageId>>) -> M::Reply<()> {
        let messages = messages.into_iter().map(Into::into).collect();
        self.call(DeleteMessages { room: self.id, messages })
    }

    /// Makes what a message said before unreadable. For moderators.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) without the rights.
    pub fn purge_history(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(PurgeHistory { message: message.into() })
    }
}
