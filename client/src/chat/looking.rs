//! What can be read about a server, images for its messages, and new rooms.

use sechat_core::endpoint::{
    ChatUserOf, FoundUser, ListRooms, PairOff, Profile, SaveRoom, SearchMessages, ThumbsUser, UploadImage, UserProfile,
    UserSearch, UserThumbs,
};
use sechat_core::{RoomId, UserId};
use url::Url;

use super::Chat;
use crate::read_back::{Cursor, ReadBack};
use crate::reply::Reply;
use crate::runtime::Mode;

impl<M: Mode> Chat<M> {
    /// Puts an image on the network's image host, and gives its address: a message of nothing else shows the image.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for no image, and [`Error::Refused`](crate::Error::Refused) with the
    /// server's words: below 20 reputation, or for what is no image or too large.
    pub fn upload_image(&self, image: UploadImage) -> M::Reply<Url> {
        self.call(image)
    }

    /// Makes a room, or changes one, and gives its id; [`room`](Self::room) or [`join`](Self::join) go on from there.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for no name, [`Error::Refused`](crate::Error::Refused) with the
    /// server's words, as for too little reputation; [`Error::Uncertain`](crate::Error::Uncertain) when the answer was
    /// lost.
    pub fn save_room(&self, room: SaveRoom) -> M::Reply<RoomId> {
        self.call(room)
    }

    /// Makes a room for two, and gives its id.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) with the server's words, and
    /// [`Error::Uncertain`](crate::Error::Uncertain) when the answer was lost.
    pub fn pair_off(&self, user: impl Into<UserId>, name: impl Into<String>) -> M::Reply<RoomId> {
        self.call(PairOff { user: user.into(), name: name.into() })
    }

    /// Who an account of the network is in this chat. The id of the account is in the address of its profile on
    /// stackexchange.com.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) for an account without a chat user.
    pub fn user_of_account(&self, account: u64) -> M::Reply<UserId> {
        self.call(ChatUserOf { account })
    }

    /// Somebody's page.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadId`](crate::Refusal::BadId) for nobody.
    pub fn user(&self, user: impl Into<UserId>) -> M::Reply<Profile> {
        self.call(UserProfile { user: user.into() })
    }

    /// These users with the rooms they are in, in this order: one request for each, one after the other.
    /// [`Room::users`](crate::Room::users) tells less, with one request for all.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`](crate::Error::Refused) if nobody has one of the ids.
    pub fn users(&self, users: impl IntoIterator<Item = impl Into<UserId>>) -> M::Reply<Vec<ThumbsUser>> {
        let mut calls = users.into_iter().map(|user| UserThumbs { user: user.into() }).collect::<Vec<_>>().into_iter();
        let (chat, mut under_way) = (self.clone(), calls.next().map(|first| self.submit(first)));
        M::hand_over(Reply::new(async move {
            let mut users = Vec::new();
            while let Some(reply) = under_way {
                users.push(reply.await?);
                under_way = calls.next().map(|call| chat.submit(call));
            }
            Ok(users)
        }))
    }

    /// At most `limit` users, up to 100, whose names have words that begin like these.
    pub fn user_search(&self, query: impl Into<String>, limit: u8) -> M::Reply<Vec<FoundUser>> {
        self.call(UserSearch { query: query.into(), limit })
    }

    /// The rooms of the server, or those that the call asks for, read as far as is asked for.
    pub fn rooms(&self, which: ListRooms) -> ReadBack<M, ListRooms> {
        self.read_back(which)
    }

    /// Messages of all rooms that contain these words, the newest first.
    pub fn search(&self, query: impl Into<String>) -> ReadBack<M, SearchMessages> {
        self.read_back(SearchMessages::new(query))
    }

    /// Reads on from a cursor, fresh or stored: see [`ReadBack`].
    pub fn read_back<C: Cursor>(&self, from: C) -> ReadBack<M, C> {
        ReadBack::new(self.clone(), from)
    }
}
