//! Mentions and replies marked as read.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId};

/// `POST CHAT/messages/ack`: marks mentions and replies as read (protocol notes, 4.10). The answer says nothing.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct Acknowledge {
    /// Message ids, not event ids.
    pub messages: Vec<MessageId>,
}

impl Endpoint for Acknowledge {
    type Output = ();
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let ids: Vec<_> = self.messages.iter().map(MessageId::to_string).collect();
        session.form().field("id", &ids.join(",")).post(session.chat("/messages/ack"), session.chat("/"), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to an acknowledgement", response).success().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn acknowledges_messages() {
        let call = Acknowledge { messages: vec![MessageId(5), MessageId(6)] };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/messages/ack");
        assert_eq!(&request.body()[..], b"fkey=k&id=5%2C6");
        for body in ["", "\"ok\"", "anything"] {
            assert_eq!(call.parse(&answer(200, &[], body)), Ok(()));
        }
        assert!(call.parse(&answer(302, &[("location", "/login")], "")).is_err());
    }
}
