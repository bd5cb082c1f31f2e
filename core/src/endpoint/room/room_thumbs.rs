//! A room in a few words.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{JSON, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::shown_text;
use crate::{Error, RoomId};

/// `GET CHAT/rooms/thumbs/R`: name, description and tags of a room (protocol notes, 5.9).
///
/// Needs no account in public rooms. A room that is not there or not for you is a refusal with status 404.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct RoomThumbs {
    /// The room.
    pub room: RoomId,
}

/// What `/rooms/thumbs` says, and what the server answers when a room is made a favourite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thumbs {
    /// The room.
    pub id: RoomId,
    /// Its name as the server sends it: whether it is escaped for HTML is not known.
    #[serde(default)]
    pub name: String,
    /// What it is about: HTML.
    #[serde(default)]
    pub description: String,
    /// Whether it is one's favourite; `false` for visitors.
    #[serde(default, rename = "isFavorite")]
    pub is_favorite: bool,
    /// How busy it is, as HTML, where the server says.
    #[serde(default)]
    pub usage: Option<String>,
    /// Links to its tags: HTML. [`Thumbs::tag_names`] has them as words.
    #[serde(default)]
    pub tags: String,
    /// Other fields, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Thumbs {
    /// The tags of the room.
    pub fn tag_names(&self) -> Vec<String> {
        self.tags.split("</a>").map(shown_text).filter(|tag| !tag.is_empty()).collect()
    }

    /// The description as a reader sees it.
    pub fn description_text(&self) -> String {
        shown_text(&self.description)
    }
}

impl Endpoint for RoomThumbs {
    type Output = Thumbs;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/rooms/thumbs/{}", self.room)), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Thumbs, Error> {
        let answer = Answer::of("the thumbs of a room", response);
        let thumbs: Thumbs = answer.json("{\"id\":…,\"name\":…}")?;
        if thumbs.id == self.room { Ok(thumbs) } else { Err(answer.changed("the room that was asked for")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn reads_the_thumbs() {
        let call = RoomThumbs { room: RoomId(9) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/thumbs/9");
        let body = r#"{"id":9,"name":"Tea","description":"\u003ca href=\"x\"\u003eRules\u003c/a\u003e \u0026amp; more",
            "isFavorite":true,"usage":null,"tags":"\u003ca class=\"tag\"\u003egreen\u003c/a\u003e \u003ca\u003ec++\u003c/a\u003e","new":1}"#;
        let thumbs = call.parse(&answer(200, &[], body)).unwrap();
        assert_eq!((thumbs.name.as_str(), thumbs.is_favorite, thumbs.usage.clone()), ("Tea", true, None));
        assert_eq!(
            (thumbs.description_text().as_str(), thumbs.tag_names()),
            ("Rules & more", vec!["green".into(), "c++".into()])
        );
        assert_eq!(thumbs.extra["new"], 1);
        let text = "The room does not exist, or you do not have permission";
        let refused = Error::Refused { status: 404, reason: Refusal::NoSuchRoomOrNoPermission };
        assert_eq!(call.parse(&answer(404, &[], text)).unwrap_err(), refused);
        for body in ["{\"id\":8,\"name\":\"x\"}", "{\"id\":9,\"na", "{}", "[]", "<p>log in"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
    }
}
