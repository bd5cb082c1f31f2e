//! The deletion of one's own message.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId, Refusal};

/// `POST CHAT/messages/M/delete`: deletes a message (protocol notes, 4.5). Possible for about two minutes.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct DeleteMessage {
    /// The message.
    pub message: MessageId,
}

impl Endpoint for DeleteMessage {
    type Output = ();
    const NATURE: Nature = Nature::Write;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        session.form().post(session.chat(format!("/messages/{}/delete", self.message)), session.chat("/"), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to a deletion", response).ok()
    }

    fn settled_by(&self, refusal: &Error) -> Option<()> {
        matches!(refusal, Error::Refused { reason: Refusal::AlreadyDeleted, .. }).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn deletes() {
        let call = DeleteMessage { message: MessageId(5) };
        let request = call.request(Session { server: &Server::StackOverflow, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/messages/5/delete");
        assert_eq!(&request.body()[..], b"fkey=k");
        assert_eq!(call.parse(&answer(200, &[], "\"ok\"")), Ok(()));
        for (body, reason) in [
            ("\"This message has already been deleted.\"", Refusal::AlreadyDeleted),
            ("\"It is too late to delete this message\"", Refusal::TooLate),
            ("\"You can only delete your own messages\"", Refusal::NotYours),
        ] {
            assert_eq!(call.parse(&answer(200, &[], body)), Err(Error::Refused { status: 200, reason }), "{body}");
        }
        let unknown = call.parse(&answer(302, &[("location", "/error?aspxerrorpath=x")], ""));
        assert_eq!(unknown, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
    }
}
