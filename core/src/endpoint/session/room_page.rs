//! The page of a room.

use bytes::Bytes;
use http::{Request, Response};

use super::home::Home;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId};

/// `GET CHAT/rooms/R`: the fkey, and whose session it is (protocol notes, 1.3 and 1.5).
///
/// A server that puts the room's name into the address answers with a redirect: then use
/// [`FavoriteRooms`](super::FavoriteRooms), which has no other address.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct RoomPage {
    /// The room.
    pub room: RoomId,
}

impl Endpoint for RoomPage {
    type Output = Home;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.room(self.room), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Home, Error> {
        Home::read(Answer::of("the room's page", response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server, UserId};

    #[test]
    fn reads_the_page_of_a_room() {
        let call = RoomPage { room: RoomId(40) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/40");
        let body = r#"<div id="active-user" class="user-container user-777"></div><input name=fkey value=k>"#;
        assert_eq!(call.parse(&answer(200, &[], body)).unwrap().me.unwrap().id, UserId(777));
        let missing = call.parse(&answer(404, &[], "<title>Page not found</title>")).unwrap_err();
        assert_eq!(missing, Error::Refused { status: 404, reason: Refusal::BadId });
    }
}
