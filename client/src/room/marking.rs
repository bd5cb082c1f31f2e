//! Stars, pins, favourites, and conversations that are kept.

use sechat_core::MessageId;
use sechat_core::endpoint::{
    Bookmark, ClearStars, DeleteBookmark, FavoriteRoom, MessageHistory, PinMessage, StarMessage, UnpinMessage,
};

use super::Room;
use crate::reply::Reply;
use crate::runtime::Mode;

impl<M: Mode> Room<M> {
    /// Stars a message, or takes one's star back: a toggle. [`set_starred`](Self::set_starred) is none.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) for one's own messages, below 20 reputation, and after 20 stars on a
    /// day (UTC); [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn star(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(StarMessage { message: message.into() })
    }

    /// Pins a message, or takes one's pin back: a toggle. [`set_pinned`](Self::set_pinned) is none.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotRoomOwner`](crate::Refusal::NotRoomOwner) without the rights;
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn pin(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(PinMessage { message: message.into() })
    }

    /// Makes sure that a message is not pinned.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotRoomOwner`](crate::Refusal::NotRoomOwner) without the rights.
    pub fn unpin(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(UnpinMessage { message: message.into() })
    }

    /// Takes away everybody's stars on a message, and with them its place among the starred ones.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotRoomOwner`](crate::Refusal::NotRoomOwner) without the rights.
    pub fn clear_stars(&self, message: impl Into<MessageId>) -> M::Reply<()> {
        self.call(ClearStars { message: message.into() })
    }

    /// Makes sure that a message has one's star, or has it not. Gives whether that took a change.
    ///
    /// It looks at the history of the message first and toggles the star if it must. Do not star the same message from
    /// elsewhere meanwhile: a star that comes in between is taken back. A star that is too old to be taken back stays,
    /// which the server does not tell (protocol notes, 4.6).
    ///
    /// The second step is made by the reply: await it, for one that is spawned or stored and not polled does not get
    /// there. A reply that is dropped between the two steps has changed nothing.
    ///
    /// # Errors
    ///
    /// Those of [`star`](Self::star), and [`Refusal::BadId`](crate::Refusal::BadId) for a message that is deleted.
    pub fn set_starred(&self, message: impl Into<MessageId>, starred: bool) -> M::Reply<bool> {
        let message = message.into();
        M::hand_over(self.mark(message, starred, |stars| stars.mine, move |room| room.submit(StarMessage { message })))
    }

    /// Makes sure that a message is pinned, by whomever, or is not. Gives whether that took a change.
    ///
    /// It looks at the history of the message first, with two steps as [`set_starred`](Self::set_starred). Pinning gives the message one's star as well.
    ///
    /// # Errors
    ///
    /// Those of [`pin`](Self::pin), and [`Refusal::BadId`](crate::Refusal::BadId) for a message that is deleted.
    pub fn set_pinned(&self, message: impl Into<MessageId>, pinned: bool) -> M::Reply<bool> {
        let message = message.into();
        let change = move |room: &Self| {
            if pinned { room.submit(PinMessage { message }) } else { room.submit(UnpinMessage { message }) }
        };
        M::hand_over(self.mark(message, pinned, |stars| stars.pinned, change))
    }

    /// Bookmarks the conversation between two messages, in any order, and gives its slug.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for one and the same message or an empty title,
    /// [`Refusal::NotEnoughReputation`](crate::Refusal::NotEnoughReputation) below 100 reputation, and
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn bookmark(
        &self,
        first: impl Into<MessageId>,
        last: impl Into<MessageId>,
        title: impl Into<String>,
    ) -> M::Reply<String> {
        self.call(Bookmark { room: self.id, first: first.into(), last: last.into(), title: title.into() })
    }

    /// Deletes a bookmark of one's own by its slug. The messages stay.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) if there is none with that slug, or it is somebody else's.
    pub fn delete_bookmark(&self, slug: impl Into<String>) -> M::Reply<()> {
        self.call(DeleteBookmark { room: self.id, slug: slug.into() })
    }

    /// Makes the room one of the account's favourites, or no favourite any more: a toggle. Gives what it is now.
    /// [`thumbs`](Self::thumbs) tells what it was before.
    ///
    /// # Errors
    ///
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn favorite(&self) -> M::Reply<bool> {
        self.call(FavoriteRoom { room: self.id })
    }

    /// Two calls, one after the other. They are no verb of the engine: it knows single requests and does not branch on
    /// what one says, and nothing but the waiting of the caller connects these two.
    fn mark(
        &self,
        message: MessageId,
        wanted: bool,
        marked: impl FnOnce(sechat_core::endpoint::Stars) -> bool + Send + 'static,
        change: impl FnOnce(&Self) -> Reply<()> + Send + 'static,
    ) -> Reply<bool> {
        let (room, record) = (self.clone(), self.submit(MessageHistory { message }));
        Reply::new(async move {
            let changes = marked(record.await?.stars) != wanted;
            if changes {
                change(&room).await?;
            }
            Ok(changes)
        })
    }
}
