//! A user in a few words.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::chat_user::avatar;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{JSON, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, UserId};

/// `GET CHAT/users/thumbs/U`: a user with the rooms they are in (protocol notes, 5.12). Nobody is a refusal with status
/// 404.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct UserThumbs {
    /// The user.
    pub user: UserId,
}

/// A user in a few words. What is not always sent is optional.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThumbsUser {
    /// The chat user id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// Where the avatar is, in the server's own way: [`ThumbsUser::avatar`] makes an address of it.
    #[serde(default)]
    pub email_hash: Option<String>,
    /// The reputation.
    #[serde(default)]
    pub reputation: Option<i64>,
    /// Whether they have a diamond.
    #[serde(default)]
    pub is_moderator: Option<bool>,
    /// Whether they have an account on the parent site.
    #[serde(default)]
    pub is_registered: Option<bool>,
    /// What they say of themselves.
    #[serde(default)]
    pub user_message: Option<String>,
    /// When they were last seen; whether that is a time or a number of seconds since is not known.
    #[serde(default)]
    pub last_seen: Option<i64>,
    /// When they last posted; likewise.
    #[serde(default)]
    pub last_post: Option<i64>,
    /// The parent site's host.
    #[serde(default)]
    pub host: Option<String>,
    /// Their profile on the parent site.
    #[serde(default, rename = "profileUrl")]
    pub profile_url: Option<String>,
    /// The rooms that they are in.
    #[serde(default)]
    pub rooms: Option<Vec<ThumbsRoom>>,
    /// Other fields, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A room that a user is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThumbsRoom {
    /// The room.
    pub id: RoomId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Other fields, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ThumbsUser {
    /// The address of the avatar.
    pub fn avatar(&self) -> Option<String> {
        self.email_hash.as_deref().and_then(avatar)
    }
}

impl Endpoint for UserThumbs {
    type Output = ThumbsUser;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/users/thumbs/{}", self.user)), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<ThumbsUser, Error> {
        let answer = Answer::of("the thumbs of a user", response);
        let user: ThumbsUser = answer.json("{\"id\":…,\"name\":…}")?;
        if user.id == self.user { Ok(user) } else { Err(answer.changed("the user that was asked for")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn reads_the_thumbs() {
        let call = UserThumbs { user: UserId(5) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/users/thumbs/5");
        let body = r#"{"id":5,"name":"Ada","email_hash":"00ff","reputation":7,"is_moderator":false,"is_registered":true,
            "user_message":"hi","last_seen":12,"last_post":null,"profileUrl":"//site/users/5","rooms":[{"id":1,"name":"R",
            "activity":3}],"may_pairoff":true}"#;
        let user = call.parse(&answer(200, &[], body)).unwrap();
        assert_eq!(
            (user.user_message.as_deref(), user.last_seen, user.is_registered),
            (Some("hi"), Some(12), Some(true))
        );
        let rooms = user.rooms.unwrap();
        assert_eq!((rooms[0].id, rooms[0].extra["activity"].as_u64()), (RoomId(1), Some(3)));
        assert_eq!(user.extra["may_pairoff"], true);
        for body in ["{\"id\":6,\"name\":\"x\"}", "{\"id\":5,\"na", "{}", "<p>log in"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
    }
}
