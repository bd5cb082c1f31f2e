//! Many messages deleted at once.

use bytes::Bytes;
use http::{Request, Response};

use super::move_messages::ids;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid, MessageId, RoomId};

/// `POST CHAT/admin/deletePosts/R`: deletes messages of one room, whoever wrote them and however old they are (protocol
/// notes, 4.5).
///
/// For moderators. The answer to a success is not recorded: an empty body, `ok` and a number are taken for one.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct DeleteMessages {
    /// The room that they are in.
    pub room: RoomId,
    /// The messages; at least one.
    pub messages: Vec<MessageId>,
}

impl Endpoint for DeleteMessages {
    type Output = ();
    const NATURE: Nature = Nature::Write;

    fn check(&self) -> Result<(), Error> {
        if self.messages.is_empty() {
            return Err(Invalid::Count { what: "messages to delete", count: 0, min: 1, max: u64::MAX }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/admin/deletePosts/{}", self.room));
        session.form().field("id", &ids(&self.messages)).post(url, session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to deleting messages", response);
        if serde_json::from_slice::<u64>(answer.success()?).is_ok() { Ok(()) } else { answer.ok_or_empty() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn deletes_many() {
        let call = DeleteMessages { room: RoomId(7), messages: vec![MessageId(5), MessageId(6)] };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/admin/deletePosts/7");
        assert_eq!(&request.body()[..], b"fkey=k&id=5%2C6");
        for body in ["\"ok\"", "", "2"] {
            assert_eq!(call.parse(&answer(200, &[], body)), Ok(()), "{body}");
        }
        let text = "The room does not exist, or you do not have permission";
        let refused = Err(Error::Refused { status: 404, reason: Refusal::NoSuchRoomOrNoPermission });
        assert_eq!(call.parse(&answer(404, &[], text)), refused);
        assert!(call.parse(&answer(200, &[], "<html>Log In")).is_err());
        let none = DeleteMessages { messages: Vec::new(), ..call };
        assert!(none.check().is_err());
    }
}
