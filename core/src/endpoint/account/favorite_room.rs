//! Favourite rooms.

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId};

/// `POST CHAT/rooms/favorite`: makes a room a favourite, or no favourite any more (protocol notes, 4.13).
///
/// A toggle. The output is the new state: whether the room is a favourite now.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct FavoriteRoom {
    /// The room.
    pub room: RoomId,
}

/// The part of the room's thumbs object (protocol notes, 5.9) that the call changes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    is_favorite: bool,
}

impl Endpoint for FavoriteRoom {
    /// Whether the room is a favourite now.
    type Output = bool;
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().number("roomId", self.room.0);
        form.post(session.chat("/rooms/favorite"), session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<bool, Error> {
        let state: State = Answer::of("the answer to a favourite", response).json("isFavorite")?;
        Ok(state.is_favorite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn toggles() {
        let call = FavoriteRoom { room: RoomId(17) };
        let request = call.request(Session { server: &Server::StackOverflow, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/rooms/favorite");
        assert_eq!(&request.body()[..], b"fkey=k&roomId=17");
        let parse = |status, body| call.parse(&answer(status, &[], body));
        assert_eq!(parse(200, r#"{"id":17,"name":"JavaScript","isFavorite":true,"usage":null,"tags":""}"#), Ok(true));
        assert_eq!(parse(200, r#"{"isFavorite":false}"#), Ok(false));
        assert!(matches!(parse(200, "{}"), Err(Error::Changed { .. })));
        let text = "The room does not exist, or you do not have permission";
        let refused = Error::Refused { status: 404, reason: Refusal::NoSuchRoomOrNoPermission };
        assert_eq!(parse(404, text), Err(refused));
    }
}
