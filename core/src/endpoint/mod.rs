//! Endpoints as values: each builds its request and reads its answer, without IO and without state.

mod account;
#[cfg(test)]
mod addresses;
mod answer;
mod message;
mod page;
mod reading;
mod refusal;
mod request;
mod room;
mod session;
pub mod unverified;
mod upload;
mod user;

pub use account::{EditBio, FavoriteRoom, IgnoreList, IgnoreUser, UnignoreUser};
pub use message::{
    Acknowledge, Bookmark, ClearStars, DeleteBookmark, DeleteMessage, DeleteMessages, EditMessage, FlagForModerator,
    FlagMessage, FullMessage, MessageHistory, MessageHtml, MessageRecord, MessageRevision, MessageSource, MoveMessages,
    MovePlan, NewMessage, NotMoved, PinMessage, PurgeHistory, RevisionKind, StarMessage, UnpinMessage,
};
pub use page::{Activity, NamedUser, Stars};
pub use reading::{
    FoundMessage, RoomCursor, SearchMessages, SearchPage, StarredMessage, StarredMessages, Transcript,
    TranscriptMessage, TranscriptPage,
};
pub use room::{
    AccessList, DefaultAccess, InfoUsers, InviteUser, KickMute, LeaveAllRooms, LeaveRoom, ListRooms, Notes, NotesTab,
    OpenRoom, OtherRoom, PairOff, PingableUser, PingableUsers, PollEvents, RequestAccess, RoomAccess, RoomCard,
    RoomDetails, RoomEvents, RoomInfo, RoomList, RoomNotes, RoomSort, RoomStars, RoomTab, RoomThumbs, RoomView,
    SaveRoom, SetUserAccess, SocketAddress, StarsPage, Thumbs, TimeoutRoom, UserAccess, UserCard,
};
pub use session::{
    ChatHome, FavoriteRooms, Home, LoginPage, LoginPageAnswer, Logout, LogoutPage, Me, RoomPage, SubmitLogin,
    ValidateLogin,
};
pub use upload::UploadImage;
pub use user::{
    ChatUser, ChatUserOf, FoundUser, Profile, ThumbsRoom, ThumbsUser, Unread, UnreadCounts, UserInfo, UserProfile,
    UserSearch, UserThumbs,
};

use bytes::Bytes;
use http::{Request, Response};

use crate::{Error, Server};

/// What an endpoint may use of the account while it builds a request.
///
/// Cookies are not among it: the engine adds those, by host.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Session<'a> {
    /// The chat server.
    pub server: &'a Server,
    /// The chat fkey; empty before one is known.
    pub fkey: &'a str,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("server", self.server).finish_non_exhaustive()
    }
}

/// How the engine may treat a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nature {
    /// Changes nothing, or nothing that matters twice: sent at once, repeated after a fault.
    Read,
    /// Keeps its place among the writes, though the throttle is not for it; may be repeated: leaving a room.
    Ordered,
    /// Goes through the account's throttle, in the order asked for, and may be repeated: an edit, a deletion.
    Write,
    /// As `Write`, but a repetition would show: never sent again once it may have left.
    Post,
    /// As `Ordered`, but a repetition would show: never sent again once it may have left. A star, which a second call
    /// would take back, or a new room.
    Once,
}

impl Nature {
    /// Whether the account's throttle is for it.
    pub(crate) fn is_paced(self) -> bool {
        matches!(self, Self::Write | Self::Post)
    }

    /// Whether it may be sent again after it may have been carried out.
    pub(crate) fn is_repeatable(self) -> bool {
        !matches!(self, Self::Post | Self::Once)
    }
}

/// One kind of request to the chat server.
pub trait Endpoint: Send + 'static {
    /// What a successful answer says.
    type Output: Send + 'static;

    /// How the engine may treat the request.
    const NATURE: Nature;

    /// Refuses what the server would refuse anyway. Called before anything is sent.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Builds the request.
    fn request(&self, session: Session<'_>) -> Request<Bytes>;

    /// Reads the answer.
    fn parse(&self, response: &Response<Bytes>) -> Result<Self::Output, Error>;

    /// The output that a refusal stands for when an earlier attempt, whose answer was lost, may have been carried out:
    /// what is deleted already was deleted by that one.
    fn settled_by(&self, _refusal: &Error) -> Option<Self::Output> {
        None
    }
}
