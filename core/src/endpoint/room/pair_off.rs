//! A room for two.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::{Answer, unquoted};
use crate::endpoint::page::room_of;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid, RoomId, UserId};

/// `POST CHAT/rooms/pairoff`: makes a room for oneself and somebody else, who is invited (protocol notes, 4.14).
///
/// Both a script of the site and a form send this: the script reads the id of the new room, the form leads there.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct PairOff {
    /// With whom.
    pub user: UserId,
    /// The name of the room; some text. The page suggests `Room for A and B`.
    pub name: String,
}

impl Endpoint for PairOff {
    /// The new room.
    type Output = RoomId;
    const NATURE: Nature = Nature::Once;

    fn check(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            return Err(Invalid::Missing { what: "the name of a room" }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().field("withUserId", &self.user.to_string()).field("name", &self.name);
        form.post(session.chat("/rooms/pairoff"), session.chat(format!("/users/{}", self.user)), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<RoomId, Error> {
        let answer = Answer::of("the answer to pairing off", response);
        if let Some(path) = answer.redirect() {
            let room = if path.starts_with("/rooms/") { room_of(&path) } else { None };
            return room.ok_or_else(|| answer.failure());
        }
        let text = answer.text("the id of a room")?;
        match unquoted(&text).trim() {
            "" => Err(answer.changed("the id of a room")),
            id => id.parse().map_err(|_| answer.refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn pairs_off() {
        let call = PairOff { user: UserId(5), name: "Us two".into() };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/pairoff");
        assert_eq!(&request.body()[..], b"fkey=k&withUserId=5&name=Us+two");
        let parse = |status, headers: &[_], body| call.parse(&answer(status, headers, body));
        let to = |path| parse(302, &[("location", path)], "");
        assert_eq!(parse(200, &[], "123"), Ok(RoomId(123)));
        assert_eq!(parse(200, &[], "\"123\""), Ok(RoomId(123)));
        assert_eq!((to("/rooms/123/us-two"), to("/rooms/info/123")), (Ok(RoomId(123)), Ok(RoomId(123))));
        let refused = |status, reason| Err(Error::Refused { status, reason });
        assert_eq!(parse(200, &[], "No such user"), refused(200, Refusal::Other("No such user".into())));
        assert_eq!(parse(409, &[], "No such user"), refused(409, Refusal::Other("No such user".into())));
        assert_eq!(to("/error?aspxerrorpath=x"), refused(302, Refusal::BadId));
        for changed in ["", "<html>Log In"] {
            assert!(matches!(parse(200, &[], changed), Err(Error::Changed { .. })), "{changed}");
        }
        assert!(PairOff { name: String::new(), ..call.clone() }.check().is_err());
    }
}
