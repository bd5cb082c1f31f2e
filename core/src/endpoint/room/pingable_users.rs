//! Who can be pinged in a room.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{JSON, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, UserId};

/// `GET CHAT/rooms/pingable/R`: who can be pinged by name in a room, roughly those who were there in the last two
/// weeks (protocol notes, 5.10 and 7.4). Visitors get an empty list.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct PingableUsers {
    /// The room.
    pub room: RoomId,
}

/// Somebody who can be pinged. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PingableUser {
    /// The chat user id.
    pub id: UserId,
    /// The name, with its blanks: a ping leaves them out.
    pub name: String,
    /// When they were last seen in the room.
    pub last_seen: Option<u64>,
    /// When they last posted there.
    pub last_post: Option<u64>,
}

impl Endpoint for PingableUsers {
    type Output = Vec<PingableUser>;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/rooms/pingable/{}", self.room)), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Vec<PingableUser>, Error> {
        let answer = Answer::of("the list of pingable users", response);
        let rows: Vec<Vec<Value>> = answer.json("[[ID,\"NAME\",SEEN,POSTED],…]")?;
        rows.iter()
            .map(|row| user(row))
            .collect::<Option<_>>()
            .ok_or_else(|| answer.changed("[ID,\"NAME\",SEEN,POSTED]"))
    }
}

fn user(row: &[Value]) -> Option<PingableUser> {
    let time = |n: usize| row.get(n).and_then(Value::as_u64);
    let (id, name) = (UserId(row.first()?.as_i64()?), row.get(1)?.as_str()?.to_owned());
    Some(PingableUser { id, name, last_seen: time(2), last_post: time(3) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn reads_the_rows() {
        let call = PingableUsers { room: RoomId(1) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/pingable/1");
        let users =
            call.parse(&answer(200, &[], r#"[[5,"Ada L",1700000009,1700000001],[-2,"Feeds",null,null]]"#)).unwrap();
        let ada = PingableUser {
            id: UserId(5),
            name: "Ada L".into(),
            last_seen: Some(1_700_000_009),
            last_post: Some(1_700_000_001),
        };
        assert_eq!((users.len(), &users[0], users[1].last_seen), (2, &ada, None));
        assert_eq!(call.parse(&answer(200, &[], "[]")), Ok(Vec::new()));
        for body in ["[[5]]", "[[\"Ada\",5]]", "{}", "[[5,\"Ada\"", "<p>log in"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
    }
}
