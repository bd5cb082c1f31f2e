//! People asked in.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::{Answer, unquoted};
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, UserId};

/// `POST CHAT/users/invite`: invites somebody to a room, which gets them an event of type 17 (protocol notes, 4.14).
///
/// Wants 20 reputation. A refusal is a text with HTTP 409.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct InviteUser {
    /// Whom.
    pub user: UserId,
    /// Where to.
    pub room: RoomId,
}

impl Endpoint for InviteUser {
    /// What the server says to the one who invites. The wording is not recorded: it is for people.
    type Output = String;
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().field("UserId", &self.user.to_string()).number("RoomId", self.room.0);
        form.post(session.chat("/users/invite"), session.chat(format!("/users/{}", self.user)), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        let text = Answer::of("the answer to an invitation", response).text("a text")?;
        Ok(unquoted(&text).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn invites() {
        let call = InviteUser { user: UserId(5), room: RoomId(7) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/users/invite");
        assert_eq!(&request.body()[..], b"fkey=k&UserId=5&RoomId=7");
        let parse = |status, body| call.parse(&answer(status, &[], body));
        assert_eq!(parse(200, "Ada has been invited.").as_deref(), Ok("Ada has been invited."));
        assert_eq!(parse(200, "\"ok\"").as_deref(), Ok("ok"));
        let refused = Error::Refused { status: 409, reason: Refusal::Other("Ada is in this room".into()) };
        assert_eq!(parse(409, "Ada is in this room"), Err(refused));
        let wait = Error::RateLimited { retry_after: Duration::from_secs(3) };
        assert_eq!(parse(409, "You can perform this action again in 3 seconds."), Err(wait));
        assert!(matches!(parse(200, "<html>Log In"), Err(Error::Changed { .. })));
    }
}
