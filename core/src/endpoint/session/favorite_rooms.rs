//! The page that asks whether to rejoin one's favourite rooms: small, and it always has the fkey.

use bytes::Bytes;
use http::{Request, Response};

use super::home::Home;
use crate::Error;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};

/// `GET CHAT/chats/join/favorite`: the fkey, and whose session it is (protocol notes, 1.5). Joins nothing.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct FavoriteRooms;

impl Endpoint for FavoriteRooms {
    type Output = Home;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat("/chats/join/favorite"), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Home, Error> {
        Home::read(Answer::of("the page of favourite rooms", response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn reads_the_fkey() {
        let request = FavoriteRooms.request(Session { server: &Server::StackOverflow, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/chats/join/favorite");
        let body = r#"<form method="post" action=""><input id="fkey" name="fkey" type="hidden" value="abc" /></form>"#;
        let home = FavoriteRooms.parse(&answer(200, &[], body)).unwrap();
        assert_eq!(home.fkey.unwrap().expose(), "abc");
        assert!(home.me.is_none());
    }
}
