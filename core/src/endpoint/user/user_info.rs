//! Users by their ids.

use bytes::Bytes;
use http::{Request, Response};

use serde::Deserialize;

use super::chat_user::ChatUser;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{Form, JSON};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, UserId};

/// `POST CHAT/user/info`: several users as seen from a room (protocol notes, 5.11).
///
/// Needs no account. Ids that nobody has are left out of the answer.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct UserInfo {
    /// The users.
    pub users: Vec<UserId>,
    /// The room that ownership and times are about.
    pub room: RoomId,
}

impl Endpoint for UserInfo {
    type Output = Vec<ChatUser>;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let ids: Vec<_> = self.users.iter().map(UserId::to_string).collect();
        let form = Form::new().field("ids", &ids.join(",")).number("roomId", self.room.0);
        form.post(session.chat("/user/info"), session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Vec<ChatUser>, Error> {
        #[derive(Deserialize)]
        struct Body {
            users: Vec<ChatUser>,
        }
        let body: Body = Answer::of("the list of users", response).json("{\"users\":[{\"id\":…,\"name\":…}]}")?;
        Ok(body.users)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn reads_what_is_there() {
        let call = UserInfo { users: vec![UserId(5), UserId(-2)], room: RoomId(1) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/user/info");
        assert_eq!(&request.body()[..], b"ids=5%2C-2&roomId=1");
        let body = r#"{"users":[{"id":5,"name":"Ada","email_hash":"!/img/a.png?s=1\u0026amp;g=1","reputation":7,
            "is_moderator":true,"is_owner":null,"last_post":1700000001,"last_seen":null,"new":[1]},
            {"id":-2,"name":"Feeds","email_hash":"00ff"}]}"#;
        let users = call.parse(&answer(200, &[], body)).unwrap();
        let [ada, feeds] = &users[..] else { panic!() };
        assert_eq!(
            (ada.id, ada.name.as_str(), ada.reputation, ada.is_moderator),
            (UserId(5), "Ada", Some(7), Some(true))
        );
        assert_eq!((ada.is_owner, ada.last_post, ada.last_seen), (None, Some(1_700_000_001), None));
        assert_eq!(ada.avatar().as_deref(), Some("/img/a.png?s=1&g=1"));
        assert_eq!(feeds.avatar().as_deref(), Some("https://www.gravatar.com/avatar/00ff?s=128&d=identicon&r=PG"));
        assert_eq!(ada.extra["new"][0], 1);
        for body in ["{}", "[]", "{\"users\":[{\"name\":\"x\"}]}", "{\"users\":[", "<p>log in"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
    }
}
