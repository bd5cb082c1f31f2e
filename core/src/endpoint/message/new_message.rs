//! A new message.

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;

use super::text::Text;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::engine::ReplyStyle;
use crate::{Error, MessageId, RoomId};

/// `POST CHAT/chats/R/messages/new`: posts a message and gives its id (protocol notes, 4.1 to 4.3).
///
/// Fails with [`Error::Duplicate`] when the server drops it for being equal to the last one,
/// [`Error::RateLimited`] when it wants a wait, and [`Error::Refused`] when it will not have it at all.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct NewMessage {
    /// The room to post in; posting enters it.
    pub room: RoomId,
    /// The source text. One line may have 500 characters, the `:ID ` of [`ReplyStyle::Prefix`] counted in, for the
    /// server sees no difference; a text with a line break may be longer.
    pub text: String,
    /// The message to reply to.
    pub parent: Option<MessageId>,
    /// How the reply is written.
    pub style: ReplyStyle,
}

impl Endpoint for NewMessage {
    type Output = MessageId;
    const NATURE: Nature = Nature::Post;

    fn check(&self) -> Result<(), Error> {
        Text::new(&self.text, self.parent, self.style).check()
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = Text::new(&self.text, self.parent, self.style).write(session.form());
        let url = session.chat(format!("/chats/{}/messages/new", self.room));
        form.post(url, session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<MessageId, Error> {
        // `id` is asked for by name: an answer without it is a change, and only `null` is a duplicate.
        #[derive(Deserialize)]
        struct Body {
            #[serde(deserialize_with = "Option::deserialize")]
            id: Option<MessageId>,
        }
        let body: Body = Answer::of("the answer to a new message", response).json("{\"id\":…}")?;
        body.id.ok_or(Error::Duplicate)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    fn call(parent: Option<MessageId>, style: ReplyStyle) -> NewMessage {
        NewMessage { room: RoomId(1), text: "a & b\n\u{e9}".into(), parent, style }
    }

    #[test]
    fn writes_the_form() {
        let body = |parent, style| {
            let request = call(parent, style).request(Session { server: &Server::StackExchange, fkey: "k" });
            assert_eq!(request.uri(), "https://chat.stackexchange.com/chats/1/messages/new");
            assert_eq!(request.headers()["referer"], "https://chat.stackexchange.com/rooms/1");
            String::from_utf8(request.body().to_vec()).unwrap()
        };
        assert_eq!(body(None, ReplyStyle::Prefix), "fkey=k&text=a+%26+b%0A%C3%A9");
        let parent = Some(MessageId(7));
        assert_eq!(body(parent, ReplyStyle::ParentField), "fkey=k&text=a+%26+b%0A%C3%A9&parentId=7");
        assert_eq!(body(parent, ReplyStyle::Prefix), "fkey=k&text=%3A7+a+%26+b%0A%C3%A9");
    }

    #[test]
    fn reads_the_answers() {
        let parse = |status, body| call(None, ReplyStyle::Prefix).parse(&answer(status, &[], body));
        assert_eq!(parse(200, r#"{"id":52000051,"time":1700000006}"#), Ok(MessageId(52_000_051)));
        assert_eq!(parse(200, r#"{"id":null,"time":null}"#), Err(Error::Duplicate));
        let limited = Error::RateLimited { retry_after: Duration::from_secs(3) };
        assert_eq!(parse(409, "You can perform this action again in 3 seconds."), Err(limited));
        let refused = |status, reason| Err(Error::Refused { status, reason });
        assert_eq!(parse(404, "This room has been frozen"), refused(404, Refusal::RoomFrozen));
        assert_eq!(parse(200, "\"no\""), refused(200, Refusal::Other("no".into())));
        assert!(matches!(parse(200, r#"{"time":1}"#), Err(Error::Changed { .. })));
        assert!(matches!(parse(500, "Internal Server Error"), Err(Error::Server { status: 500, .. })));
    }
}
