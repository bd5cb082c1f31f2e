//! Where a room's events can be had.

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;
use url::Url;

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, Server};

/// `POST CHAT/ws-auth`: the address of a new WebSocket, to be used once (protocol notes, 2.4). Enters the room.
///
/// What is no JSON here, and a 404 or a redirect as well, is how a dead session shows.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SocketAddress {
    /// The room. In practice the socket carries all rooms that the session is in.
    pub room: RoomId,
    /// Whether `ws:` will do; only a server that is itself without TLS may answer so.
    plain: bool,
}

impl SocketAddress {
    /// Asks for the socket of a room on this server.
    pub fn new(room: RoomId, server: &Server) -> Self {
        Self { room, plain: server.chat().scheme() == "http" }
    }
}

impl Endpoint for SocketAddress {
    type Output = Url;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        session.form().number("roomid", self.room.0).post(session.chat("/ws-auth"), session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Url, Error> {
        #[derive(Deserialize)]
        struct Body {
            url: String,
        }
        let answer = Answer::of("the answer of ws-auth", response);
        let body: Body = answer.json("{\"url\":\"wss://…\"}")?;
        let url = Url::parse(&body.url).ok().filter(Url::has_host);
        match url {
            Some(url) if url.scheme() == "wss" || url.scheme() == "ws" && self.plain => Ok(url),
            Some(_) => Err(answer.changed("a wss: address")),
            None => Err(answer.changed("the address of a socket")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refusal;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn asks_for_the_room() {
        let server = Server::StackExchange;
        let request = SocketAddress::new(RoomId(1), &server).request(Session { server: &server, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/ws-auth");
        assert_eq!(request.headers()["referer"], "https://chat.stackexchange.com/rooms/1");
        assert_eq!(&request.body()[..], b"fkey=k&roomid=1");
    }

    #[test]
    fn takes_no_downgrade() {
        let wss = r#"{"url":"wss://chat.sockets.stackexchange.com/events/1/00112233445566778899aabbccddeeff"}"#;
        let ws = r#"{"url":"ws://127.0.0.1:9/events/1/00112233445566778899aabbccddeeff"}"#;
        let local = Server::custom("http://127.0.0.1:9", "http://127.0.0.1:9").unwrap();
        let parse = |server, body| SocketAddress::new(RoomId(1), server).parse(&answer(200, &[], body));
        assert_eq!(parse(&Server::StackOverflow, wss).unwrap().host_str(), Some("chat.sockets.stackexchange.com"));
        assert_eq!(parse(&local, ws).unwrap().scheme(), "ws");
        assert!(parse(&local, wss).is_ok());
        let Err(Error::Changed { looked_for, excerpt, .. }) = parse(&Server::StackOverflow, ws) else { panic!() };
        assert_eq!((looked_for, excerpt.contains("00112233")), ("a wss: address", false));
        for body in
            ["{}", "null", r#"{"url":null}"#, r#"{"url":"https://x.example"}"#, r#"{"url":"events/1"}"#, "<p>log in"]
        {
            assert!(matches!(parse(&Server::StackOverflow, body), Err(Error::Changed { .. })), "{body}");
        }
    }

    #[test]
    fn a_dead_session_shows() {
        let call = SocketAddress::new(RoomId(1), &Server::StackExchange);
        let refused = |status, reason| Error::Refused { status, reason };
        let gone = call.parse(&answer(404, &[], "The room does not exist, or you do not have permission"));
        assert_eq!(gone.unwrap_err(), refused(404, Refusal::NoSuchRoomOrNoPermission));
        let moved = call.parse(&answer(302, &[("location", "/login?x")], "")).unwrap_err();
        assert_eq!(moved, refused(302, Refusal::Redirected("/login".into())));
    }
}
