//! What can be read about a room and its messages.

use sechat_core::endpoint::{
    AccessList, ChatUser, FullMessage, InfoUsers, MessageHistory, MessageHtml, MessageRecord, MessageSource, Notes,
    NotesTab, OpenRoom, PingableUser, PingableUsers, RoomAccess, RoomCursor, RoomDetails, RoomInfo, RoomNotes,
    RoomStars, RoomThumbs, RoomView, SearchMessages, StarredMessage, StarredMessages, Thumbs, Transcript, UserCard,
    UserInfo,
};
use sechat_core::{Day, MessageId, UserId};

use super::Room;
use crate::read_back::{Onward, ReadBack};
use crate::runtime::Mode;

/// All of these fail with [`Error::Refused`](crate::Error::Refused) for a room or message that is gone or not for this
/// account, and with [`Error::Changed`](crate::Error::Changed) when the server answers something unheard of. What is
/// public needs no account.
impl<M: Mode> Room<M> {
    /// The room's page about itself: numbers, owners, and the users who are in it.
    pub fn info(&self) -> M::Reply<RoomDetails> {
        self.call(RoomInfo { room: self.id, users: InfoUsers::Current })
    }

    /// Name, description and tags: less than [`info`](Self::info), and lighter.
    pub fn thumbs(&self) -> M::Reply<Thumbs> {
        self.call(RoomThumbs { room: self.id })
    }

    /// The page that a browser shows when it enters: who is in the room, whether it is frozen, whether one may write.
    /// [`Presence::enter`](crate::Presence::enter) begins with it.
    pub fn view(&self) -> M::Reply<RoomView> {
        self.call(OpenRoom { room: self.id })
    }

    /// Bookmarked conversations, the schedule, or feeds, as a reader sees them.
    pub fn notes(&self, tab: NotesTab) -> M::Reply<Notes> {
        self.call(RoomNotes { room: self.id, tab })
    }

    /// Who is in the room now.
    pub fn current_users(&self) -> M::Reply<Vec<UserCard>> {
        let page = self.submit(RoomInfo { room: self.id, users: InfoUsers::Current });
        M::hand_over(page.map(|page| page.users))
    }

    /// Who is often in the room.
    pub fn frequent_users(&self) -> M::Reply<Vec<UserCard>> {
        let page = self.submit(RoomInfo { room: self.id, users: InfoUsers::Frequent });
        M::hand_over(page.map(|page| page.users))
    }

    /// Who can be pinged by name here. Nobody, for those without an account.
    pub fn pingable(&self) -> M::Reply<Vec<PingableUser>> {
        self.call(PingableUsers { room: self.id })
    }

    /// These users as seen from this room: whether they own it, when they last posted. Ids that nobody has are left out.
    pub fn users(&self, users: impl IntoIterator<Item = impl Into<UserId>>) -> M::Reply<Vec<ChatUser>> {
        self.call(UserInfo { users: users.into_iter().map(Into::into).collect(), room: self.id })
    }

    /// Who may do what here by name.
    pub fn access(&self) -> M::Reply<AccessList> {
        self.call(RoomAccess { room: self.id })
    }

    /// The starred messages that the room's page shows, pins first: at most `count`, or all with 0.
    pub fn stars(&self, count: u32) -> M::Reply<Vec<StarredMessage>> {
        self.call(StarredMessages { room: self.id, count })
    }

    /// All starred messages of the room, the newest first, read as far as is asked for.
    pub fn all_stars(&self) -> ReadBack<M, RoomStars> {
        self.chat.read_back(RoomStars { room: self.id, page: 1 })
    }

    /// The text of a message as its author wrote it.
    pub fn message_source(&self, message: impl Into<MessageId>) -> M::Reply<String> {
        self.call(MessageSource { message: message.into() })
    }

    /// A message as HTML, cut where events cut it.
    pub fn message_html(&self, message: impl Into<MessageId>) -> M::Reply<String> {
        self.call(MessageHtml { message: message.into() })
    }

    /// A message of this room as HTML, all of it however long.
    pub fn full_message(&self, message: impl Into<MessageId>) -> M::Reply<String> {
        self.call(FullMessage { room: self.id, message: message.into() })
    }

    /// A message with what it said before, its stars, and who pinned it.
    pub fn message_history(&self, message: impl Into<MessageId>) -> M::Reply<MessageRecord> {
        self.call(MessageHistory { message: message.into() })
    }

    /// The latest messages of the room as they are now, the newest first, read as far back as is asked for.
    pub fn messages(&self) -> ReadBack<M, RoomCursor> {
        self.chat.read_back(RoomCursor::latest(self.id))
    }

    /// The messages before this one, the newest first, read as far back as is asked for.
    pub fn messages_before(&self, message: impl Into<MessageId>) -> ReadBack<M, RoomCursor> {
        self.chat.read_back(RoomCursor::before(self.id, message.into()))
    }

    /// The pages of the room's transcript, the last first: days, or parts of busy ones.
    ///
    /// To begin elsewhere, give [`Chat::read_back`](crate::Chat::read_back) a [`Transcript`] of your own.
    pub fn transcript(&self) -> ReadBack<M, Transcript> {
        self.chat.read_back(Transcript::Latest(self.id))
    }

    /// The pages of the room's transcript from a day on, the first first.
    pub fn transcript_from(&self, day: Day) -> ReadBack<M, Onward> {
        self.chat.read_back(Onward(Transcript::Day(self.id, day)))
    }

    /// The page of the transcript that a message is on, and those after it. It is the transcript of the room that the
    /// message is in.
    pub fn transcript_at(&self, message: impl Into<MessageId>) -> ReadBack<M, Onward> {
        self.chat.read_back(Onward(Transcript::Around(message.into())))
    }

    /// Messages of the room that contain these words, the newest first.
    ///
    /// To search more or less, give [`Chat::read_back`](crate::Chat::read_back) a [`SearchMessages`] of your own.
    pub fn search(&self, query: impl Into<String>) -> ReadBack<M, SearchMessages> {
        self.chat.read_back(SearchMessages { room: Some(self.id), ..SearchMessages::new(query) })
    }
}
