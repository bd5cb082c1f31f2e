//! The messages of a room.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::event::RoomSnapshot;
use crate::{Error, EventId, MessageId, RoomId};

/// The most messages that one answer holds.
const MAX_COUNT: u16 = 500;

/// `POST CHAT/chats/R/events`: the last messages of a room, and the event id to go on from (protocol notes, 2.1).
///
/// Needs no account in public rooms.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct RoomEvents {
    /// The room.
    pub room: RoomId,
    /// How many messages at most; the server gives up to 500, and 0 asks for the event id alone.
    pub count: u16,
    /// Only messages before this one.
    pub before: Option<MessageId>,
    /// Only this message and later ones.
    pub after: Option<MessageId>,
    /// Only what happened after this event.
    pub since: Option<EventId>,
}

impl RoomEvents {
    /// The last `count` messages of a room.
    pub fn latest(room: RoomId, count: u16) -> Self {
        Self { room, count, before: None, after: None, since: None }
    }
}

impl Endpoint for RoomEvents {
    type Output = RoomSnapshot;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let mut form = session
            .form()
            .field("mode", "Messages")
            .number("msgCount", self.count.min(MAX_COUNT).into())
            .number("since", self.since.map_or(0, |event| event.0));
        for (name, bound) in [("before", self.before), ("after", self.after)] {
            if let Some(message) = bound {
                form = form.number(name, message.0);
            }
        }
        form.post(session.chat(format!("/chats/{}/events", self.room)), session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<RoomSnapshot, Error> {
        let answer = Answer::of("the list of a room's messages", response);
        RoomSnapshot::parse(answer.success()?).map_err(|_| answer.not_json("{\"events\":[…]}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn asks_for_what_it_is_told() {
        let body = |call: RoomEvents| {
            let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
            assert_eq!(request.uri(), "https://chat.stackexchange.com/chats/1/events");
            String::from_utf8(request.body().to_vec()).unwrap()
        };
        let latest = RoomEvents::latest(RoomId(1), 600);
        assert_eq!(body(latest), "fkey=k&mode=Messages&msgCount=500&since=0");
        let (before, after, since) = (Some(MessageId(9)), Some(MessageId(8)), Some(EventId(7)));
        let all = RoomEvents { count: 1, before, after, since, ..latest };
        assert_eq!(body(all), "fkey=k&mode=Messages&msgCount=1&since=7&before=9&after=8");
    }

    #[test]
    fn reads_the_answers() {
        let parse = |status, body| RoomEvents::latest(RoomId(1), 0).parse(&answer(status, &[], body));
        assert_eq!(
            parse(200, r#"{"events":[],"time":82000001,"sync":1,"ms":4}"#).unwrap().time,
            Some(EventId(82_000_001))
        );
        assert_eq!(parse(404, "").unwrap_err(), Error::Refused { status: 404, reason: Refusal::BadId });
        for body in ["", "{\"events\":[", "{}", "<p>log in"] {
            assert!(matches!(parse(200, body), Err(Error::Changed { .. })), "{body}");
        }
        assert!(matches!(parse(200, "<title>Just a moment...</title>"), Err(Error::Server { status: 200, .. })));
    }
}
