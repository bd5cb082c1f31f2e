//! An edit of one's own message.

use bytes::Bytes;
use http::{Request, Response};

use super::text::Text;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::engine::ReplyStyle;
use crate::{Error, MessageId};

/// `POST CHAT/messages/M`: gives a message a new text (protocol notes, 4.4). Possible for about two minutes.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct EditMessage {
    /// The message.
    pub message: MessageId,
    /// The whole new source text; limits as for [`NewMessage`](super::NewMessage).
    pub text: String,
    /// The message that it replies to: an edit without it turns a reply into a message of its own.
    pub parent: Option<MessageId>,
    /// How the reply is written.
    pub style: ReplyStyle,
}

impl Endpoint for EditMessage {
    type Output = ();
    const NATURE: Nature = Nature::Write;

    fn check(&self) -> Result<(), Error> {
        Text::new(&self.text, self.parent, self.style).check()
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = Text::new(&self.text, self.parent, self.style).write(session.form());
        form.post(session.chat(format!("/messages/{}", self.message)), session.chat("/"), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to an edit", response).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Invalid, Refusal, Server};

    fn call(text: &str) -> EditMessage {
        let (message, parent) = (MessageId(5), Some(MessageId(4)));
        EditMessage { message, text: text.into(), parent, style: ReplyStyle::ParentField }
    }

    #[test]
    fn resends_the_parent() {
        let request = call("new").request(Session { server: &Server::StackOverflow, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/messages/5");
        assert_eq!(request.headers()["referer"], "https://chat.stackoverflow.com/");
        assert_eq!(&request.body()[..], b"fkey=k&text=new&parentId=4");
        assert_eq!(call(" ").check(), Err(Invalid::EmptyMessage.into()));
    }

    #[test]
    fn reads_the_answers() {
        let parse = |status, headers: &[_], body| call("new").parse(&answer(status, headers, body));
        assert_eq!(parse(200, &[], "\"ok\""), Ok(()));
        for (body, reason) in [
            ("\"It is too late to edit this message\"", Refusal::TooLate),
            ("\"It is too late to edit this message.\"", Refusal::TooLate),
            ("\"You can only edit your own messages\"", Refusal::NotYours),
            ("\"This message has already been deleted and cannot be edited\"", Refusal::AlreadyDeleted),
            ("\"The message has been deleted and cannot be edited\"", Refusal::AlreadyDeleted),
            ("You cannot write or edit messages in this room", Refusal::NoSuchRoomOrNoPermission),
        ] {
            assert_eq!(parse(200, &[], body), Err(Error::Refused { status: 200, reason }), "{body}");
        }
        let unknown = parse(302, &[("location", "/error?aspxerrorpath=/messages/5")], "");
        assert_eq!(unknown, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
        assert!(matches!(parse(409, &[], "again in 5 seconds"), Err(Error::RateLimited { .. })));
    }
}
