//! The source text of a message.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{TEXT, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId};

/// `GET CHAT/message/M?plain=true`: the text as its author wrote it (protocol notes, 5.1).
///
/// Needs no account in public rooms. A message that is deleted or never was is a
/// [`Refusal::BadId`](crate::Refusal::BadId).
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct MessageSource {
    /// The message.
    pub message: MessageId,
}

impl Endpoint for MessageSource {
    type Output = String;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/message/{}?plain=true", self.message)), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        // Any text may be a message's, markup and JSON too: nothing but the status tells.
        let body = Answer::of("the source of a message", response).success()?;
        Ok(String::from_utf8_lossy(body).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn reads_any_text() {
        let call = MessageSource { message: MessageId(5) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/message/5?plain=true");
        for body in ["**hi**", "<b>&amp;</b>", "\"ok\"", ""] {
            assert_eq!(call.parse(&answer(200, &[], body)).as_deref(), Ok(body));
        }
        let gone = Err(Error::Refused { status: 404, reason: Refusal::BadId });
        assert_eq!(call.parse(&answer(404, &[], "<title>Page not found</title>")), gone);
        assert_eq!(call.parse(&answer(404, &[], "")), gone);
    }
}
