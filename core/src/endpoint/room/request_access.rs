//! Asking for access.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::HTML;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId};

/// `POST CHAT/rooms/requestaccess`: asks the owners of a gallery or a private room for access (protocol notes, 4.14).
///
/// The owners get an event of type 16. A page's form sends this, and what comes back is not recorded: any redirect but
/// the ones to an error or a login, and any text but a page, are taken for a success.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct RequestAccess {
    /// The room.
    pub room: RoomId,
}

impl Endpoint for RequestAccess {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().number("roomId", self.room.0);
        form.post(session.chat("/rooms/requestaccess"), session.room(self.room), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to a request for access", response);
        match answer.redirect() {
            Some(path) if path == "/" || path.starts_with("/rooms") => Ok(()),
            _ => answer.text("a redirect").map(|_| ()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn asks() {
        let call = RequestAccess { room: RoomId(7) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/requestaccess");
        assert_eq!(&request.body()[..], b"fkey=k&roomId=7");
        let parse = |status, headers: &[_], body| call.parse(&answer(status, headers, body));
        for path in ["/", "/rooms/7/x", "/rooms/info/7"] {
            assert_eq!(parse(302, &[("location", path)], ""), Ok(()));
        }
        assert_eq!(parse(200, &[], "\"ok\""), Ok(()));
        let refused = |reason| Err(Error::Refused { status: 302, reason });
        let login = parse(302, &[("location", "/users/login")], "");
        assert_eq!(login, refused(Refusal::Redirected("/users/login".into())));
        assert_eq!(parse(302, &[("location", "/error?aspxerrorpath=x")], ""), refused(Refusal::BadId));
        assert!(matches!(parse(200, &[], "<!doctype html><title>Log In"), Err(Error::Changed { .. })));
    }
}
