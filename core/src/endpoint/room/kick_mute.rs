//! Kicks.

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, UserId};

/// `POST CHAT/rooms/kickmute/R`: puts somebody out of a room for a while (protocol notes, 4.15).
///
/// For owners of the room and moderators. Within 24 hours the first time lasts one minute, the second five, the third
/// thirty, and that one alerts the moderators. The room gets events of type 4 and 15.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct KickMute {
    /// The room.
    pub room: RoomId,
    /// Whom.
    pub user: UserId,
    /// Why, for the moderators.
    pub reason: Option<String>,
}

#[derive(Deserialize)]
struct Told {
    message: String,
}

impl Endpoint for KickMute {
    /// What the server says, such as `The user has been kicked and cannot return…`.
    type Output = String;
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().field("userID", &self.user.to_string());
        let form = match &self.reason {
            Some(reason) => form.field("reason", reason),
            None => form,
        };
        form.post(session.chat(format!("/rooms/kickmute/{}", self.room)), session.room(self.room), JSON)
    }

    /// Only the words tell a success.
    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        let answer = Answer::of("the answer to a kick", response);
        let Told { message } = answer.json("{\"message\":…}")?;
        if message.contains("has been kicked") { Ok(message) } else { Err(answer.refused_with(&message)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn kicks() {
        let call = KickMute { room: RoomId(7), user: UserId(5), reason: Some("spam".into()) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/kickmute/7");
        assert_eq!(&request.body()[..], b"fkey=k&userID=5&reason=spam");
        let silent = KickMute { reason: None, ..call.clone() };
        let request = silent.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(&request.body()[..], b"fkey=k&userID=5");

        let parse = |status, body| call.parse(&answer(status, &[], body));
        let told = r#"{"message":"The user has been kicked and cannot return for 1 minute."}"#;
        assert_eq!(parse(200, told).as_deref(), Ok("The user has been kicked and cannot return for 1 minute."));
        let refused = Error::Refused { status: 200, reason: Refusal::Other("They are not in this room".into()) };
        assert_eq!(parse(200, r#"{"message":"They are not in this room"}"#), Err(refused));
        assert!(matches!(parse(200, "{}"), Err(Error::Changed { .. })));
        assert!(matches!(parse(500, "Internal Server Error"), Err(Error::Server { status: 500, .. })));
    }
}
