//! Stars.

use bytes::Bytes;
use http::{Request, Response};

use super::act::act;
use crate::endpoint::answer::Answer;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId};

/// `POST CHAT/messages/M/star`: stars a message, or takes one's star back (protocol notes, 4.6).
///
/// A toggle: nothing in the answer says which of both it was, the event of type 6 does. The server takes one a second,
/// 20 new ones a day (UTC), none on one's own messages, and wants 20 reputation. After a time that nobody knows a star
/// stays for good; then the call succeeds and changes nothing.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct StarMessage {
    /// The message.
    pub message: MessageId,
}

/// `POST CHAT/messages/M/unstar`: takes away everybody's stars (protocol notes, 4.6).
///
/// For owners of the room: [`Refusal::NotRoomOwner`](crate::Refusal::NotRoomOwner) for everybody else. One's own star
/// alone is [`StarMessage`]'s. Whether pins go as well is not known.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct ClearStars {
    /// The message.
    pub message: MessageId,
}

impl Endpoint for StarMessage {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        act(session, self.message, "star")
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to a star", response).ok()
    }
}

impl Endpoint for ClearStars {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        act(session, self.message, "unstar")
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to clearing stars", response).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn stars_and_clears() {
        let session = Session { server: &Server::StackOverflow, fkey: "k" };
        let message = MessageId(5);
        let request = StarMessage { message }.request(session);
        assert_eq!((request.method().as_str(), &request.body()[..]), ("POST", &b"fkey=k"[..]));
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/messages/5/star");
        assert_eq!(ClearStars { message }.request(session).uri(), "https://chat.stackoverflow.com/messages/5/unstar");
    }

    #[test]
    fn reads_the_answers() {
        let parse = |status, headers: &[_], body| {
            let response = answer(status, headers, body);
            let read = StarMessage { message: MessageId(5) }.parse(&response);
            assert_eq!(ClearStars { message: MessageId(5) }.parse(&response).is_ok(), read.is_ok());
            read
        };
        let refused = |status, reason| Err(Error::Refused { status, reason });
        assert_eq!(parse(200, &[], "\"ok\""), Ok(()));
        let own = "\"You cannot star your own messages\"";
        assert_eq!(parse(200, &[], own), refused(200, Refusal::Other("You cannot star your own messages".into())));
        assert_eq!(parse(200, &[], "\"Only a room-owner can pin messages\""), refused(200, Refusal::NotRoomOwner));
        let wait = parse(409, &[], "You can perform this action again in 1 second.");
        assert_eq!(wait, Err(Error::RateLimited { retry_after: Duration::from_secs(1) }));
        assert_eq!(parse(302, &[("location", "/error?aspxerrorpath=x")], ""), refused(302, Refusal::BadId));
        assert!(matches!(parse(500, &[], "<p>Oops"), Err(Error::Server { status: 500, .. })));
    }
}
