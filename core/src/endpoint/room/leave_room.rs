//! Leaving a room.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId};

/// `POST CHAT/chats/leave/R`: leaves a room (protocol notes, 4.11). Leaving a room twice does no harm.
///
/// A page is [`Error::Changed`]: it may say that the session has ended, though some have seen one after leaving. The
/// engine looks at the session, and takes the page for a yes if that is good.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct LeaveRoom {
    /// The room.
    pub room: RoomId,
}

impl Endpoint for LeaveRoom {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(&format!("/chats/leave/{}", self.room));
        session.form().field("quiet", "true").post(&url, &session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to leaving a room", response);
        // Without `quiet` the server leads back to the front page once one has left; some clients rely on that.
        if answer.redirect().as_deref() == Some("/") {
            Ok(())
        } else {
            answer.text("an answer without a page").map(|_| ())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn leaves_quietly() {
        let call = LeaveRoom { room: RoomId(7) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/chats/leave/7");
        assert_eq!(&request.body()[..], b"fkey=k&quiet=true");
        assert_eq!(call.parse(&answer(200, &[], "")), Ok(()));
        assert_eq!(call.parse(&answer(200, &[], "bye")), Ok(()));
        let page = call.parse(&answer(200, &[], "<!DOCTYPE html><html><title>Log In</title></html>"));
        assert!(matches!(page, Err(Error::Changed { .. })), "{page:?}");
        assert_eq!(call.parse(&answer(302, &[("location", "/")], "")), Ok(()));
        let bad = call.parse(&answer(302, &[("location", "/error?aspxerrorpath=x")], ""));
        assert_eq!(bad, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
    }
}
