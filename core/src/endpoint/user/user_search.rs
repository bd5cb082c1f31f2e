//! Users by their names.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use super::chat_user::avatar;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{JSON, get, with_query};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, UserId};

/// The most users that one answer holds.
const MAX_LIMIT: u8 = 100;

/// `GET CHAT/users/search`: users whose names have these words, or words that begin so (protocol notes, 5.13).
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct UserSearch {
    /// The words.
    pub query: String,
    /// How many at most, up to 100.
    pub limit: u8,
}

/// A user that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FoundUser {
    /// The chat user id.
    pub id: UserId,
    /// The name.
    #[serde(rename = "dn")]
    pub name: String,
    /// Where the avatar is, in the server's own way: [`FoundUser::avatar`] makes an address of it.
    #[serde(default)]
    pub hash: String,
}

impl FoundUser {
    /// The address of the avatar.
    pub fn avatar(&self) -> Option<String> {
        avatar(&self.hash)
    }
}

impl Endpoint for UserSearch {
    type Output = Vec<FoundUser>;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let query = [("q", self.query.clone()), ("limit", self.limit.min(MAX_LIMIT).to_string())];
        get(with_query(session.chat("/users/search"), &query), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Vec<FoundUser>, Error> {
        // One object a line, and not a list.
        let answer = Answer::of("the list of found users", response);
        let lines = answer.success()?.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let users: Result<_, _> = lines.map(serde_json::from_slice).collect();
        users.map_err(|_| answer.not_json("{\"id\":…,\"dn\":\"NAME\",\"hash\":…} on each line"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn reads_a_user_a_line() {
        let call = UserSearch { query: "a & b".into(), limit: 200 };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/users/search?q=a+%26+b&limit=100");
        let body = "{\"id\":5,\"dn\":\"Ada\",\"hash\":\"!https://x.example/a?b&amp;c\"}\r\n{\"id\":6,\"dn\":\"Adam\",\"hash\":\"00ff\"}\n";
        let users = call.parse(&answer(200, &[], body)).unwrap();
        assert_eq!(users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["Ada", "Adam"]);
        assert_eq!(users[0].avatar().as_deref(), Some("https://x.example/a?b&c"));
        assert_eq!(call.parse(&answer(200, &[], "")), Ok(Vec::new()));
        for body in ["[]", "{\"id\":5,\"dn\":\"Ada\",\"hash\":\"\"}\n{\"id\":6,\"d", "<p>Oops", "{\"id\":5}"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
    }
}
