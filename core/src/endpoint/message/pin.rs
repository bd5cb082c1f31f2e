//! Pins: what owners keep on the list of starred messages for 14 days.

use bytes::Bytes;
use http::{Request, Response};

use super::act::act;
use crate::endpoint::answer::Answer;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId};

/// `POST CHAT/messages/M/owner-star`: pins a message, or takes one's pin back (protocol notes, 4.6).
///
/// A toggle, for owners of the room: [`Refusal::NotRoomOwner`](crate::Refusal::NotRoomOwner) for everybody else. It
/// gives the message one's star as well, even when the message is one's own, and that star stays when the pin goes. The
/// server takes one a second. To unpin whatever the state, use [`UnpinMessage`].
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct PinMessage {
    /// The message.
    pub message: MessageId,
}

/// `POST CHAT/messages/M/unowner-star`: makes sure that a message is not pinned (protocol notes, 4.6).
///
/// For owners of the room. No toggle: a message without a pin stays so.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct UnpinMessage {
    /// The message.
    pub message: MessageId,
}

impl Endpoint for PinMessage {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        act(session, self.message, "owner-star")
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to a pin", response).ok()
    }
}

impl Endpoint for UnpinMessage {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        act(session, self.message, "unowner-star")
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to unpinning", response).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn pins_and_unpins() {
        let session = Session { server: &Server::StackExchange, fkey: "k" };
        let (pin, unpin) = (PinMessage { message: MessageId(5) }, UnpinMessage { message: MessageId(5) });
        assert_eq!(pin.request(session).uri(), "https://chat.stackexchange.com/messages/5/owner-star");
        assert_eq!(unpin.request(session).uri(), "https://chat.stackexchange.com/messages/5/unowner-star");
        assert_eq!(&pin.request(session).body()[..], b"fkey=k");
        let fine = answer(200, &[], "\"ok\"");
        assert_eq!((pin.parse(&fine), unpin.parse(&fine)), (Ok(()), Ok(())));
        let refused = answer(200, &[], "\"Only a room-owner can pin messages\"");
        let expected = Err(Error::Refused { status: 200, reason: Refusal::NotRoomOwner });
        assert_eq!((pin.parse(&refused), unpin.parse(&refused)), (expected.clone(), expected));
    }
}
