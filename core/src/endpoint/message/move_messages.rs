//! Messages moved to another room.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid, MessageId, RoomId};

/// The most messages that one call moves; with more the server fails (protocol notes, 4.8).
pub(super) const MOST: usize = 2048;

/// `POST CHAT/admin/movePosts/R`: moves messages to another room, and says how many it moved (protocol notes, 4.8).
///
/// For owners of the room that they are in; rights in the other one are not needed. Stars and pins travel along. Both
/// rooms get a message that says so, and events of type 19 and 20.
///
/// One message without an author makes the server refuse them all, and more than 2048 make it fail: [`MovePlan`](super::MovePlan) sorts
/// such ids out and splits the rest into calls. Leave 5 s between calls, and keep to 100 messages where people watch:
/// more break the pages that they have open.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct MoveMessages {
    /// The room that they are in, all of them.
    pub room: RoomId,
    /// The messages: 1 to 2048.
    pub messages: Vec<MessageId>,
    /// Where they go.
    pub to: RoomId,
}

impl Endpoint for MoveMessages {
    /// How many messages were moved: fewer than asked for when some were not in the room any more.
    type Output = u64;
    const NATURE: Nature = Nature::Once;

    fn check(&self) -> Result<(), Error> {
        let count = self.messages.len();
        if count == 0 || count > MOST {
            let (count, max) = (count as u64, MOST as u64);
            return Err(Invalid::Count { what: "messages to move", count, min: 1, max }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/admin/movePosts/{}", self.room));
        let form = session.form().field("ids", &ids(&self.messages)).number("to", self.to.0);
        form.post(url, session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<u64, Error> {
        Answer::of("the answer to moving messages", response).json("the number of messages moved")
    }
}

/// `1,2,3`.
pub(in crate::endpoint) fn ids(messages: &[MessageId]) -> String {
    messages.iter().map(MessageId::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    fn call(count: u64) -> MoveMessages {
        MoveMessages { room: RoomId(7), messages: (1..=count).map(MessageId).collect(), to: RoomId(8) }
    }

    #[test]
    fn moves_and_counts() {
        let request = call(3).request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/admin/movePosts/7");
        assert_eq!(request.headers()["referer"], "https://chat.stackexchange.com/rooms/7");
        assert_eq!(&request.body()[..], b"fkey=k&ids=1%2C2%2C3&to=8");
        let parse = |status, body| call(3).parse(&answer(status, &[], body));
        assert_eq!(parse(200, "3"), Ok(3));
        assert_eq!(parse(200, " 0 "), Ok(0));
        let refused = Err(Error::Refused { status: 200, reason: Refusal::Other("No".into()) });
        assert_eq!(parse(200, "\"No\""), refused);
        for changed in ["", "-1", "2.5", "{}", "<p>Log In"] {
            assert!(matches!(parse(200, changed), Err(Error::Changed { .. })), "{changed}");
        }
        assert!(matches!(parse(500, "Internal Server Error"), Err(Error::Server { status: 500, .. })));
    }

    #[test]
    fn more_than_the_server_takes_are_not_sent() {
        assert_eq!((call(1).check(), call(2048).check()), (Ok(()), Ok(())));
        let text = |call: MoveMessages| call.check().unwrap_err().to_string();
        assert_eq!(text(call(0)), "messages to move: between 1 and 2048, and there are 0");
        assert_eq!(text(call(2049)), "messages to move: between 1 and 2048, and there are 2049");
    }
}
