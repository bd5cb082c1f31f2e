//! What is new in several rooms.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::event::Frame;
use crate::{Error, EventId, RoomId};

/// `POST CHAT/events`: what has happened in any number of rooms (protocol notes, 2.3).
///
/// Needs no account for public rooms.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct PollEvents {
    /// The rooms, each with the last event that is already known of it.
    pub rooms: Vec<(RoomId, EventId)>,
}

impl Endpoint for PollEvents {
    type Output = Frame;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form();
        let form = self.rooms.iter().fold(form, |form, (room, last)| form.number(&format!("r{room}"), last.0));
        form.post(session.chat("/events"), session.chat("/"), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Frame, Error> {
        let answer = Answer::of("the answer to a poll", response);
        Frame::parse(answer.success()?).map_err(|_| answer.not_json("{\"r1\":{…}}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn polls_several_rooms_at_once() {
        let call = PollEvents { rooms: vec![(RoomId(40), EventId(81_000_011)), (RoomId(1), EventId(5))] };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/events");
        assert_eq!(&request.body()[..], b"fkey=k&r40=81000011&r1=5");
        let anonymous = call.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(&anonymous.body()[..], b"r40=81000011&r1=5");

        let body = r#"{"r40":{"e":[{"event_type":3}],"t":81000014,"d":3},"r1":{},"sync":1700000004}"#;
        let frame = call.parse(&answer(200, &[], body)).unwrap();
        assert_eq!(frame.sync, Some(1_700_000_004));
        let [(first, quiet), (second, news)] = &frame.rooms[..] else { panic!() };
        assert_eq!((first, second), (&RoomId(1), &RoomId(40)));
        assert!(quiet.events.is_empty());
        assert_eq!((news.events.len(), news.t, news.d), (1, Some(EventId(81_000_014)), Some(3)));
        for body in ["", "[]", "{\"r1\":{", "<p>log in", "null"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
        assert!(matches!(call.parse(&answer(502, &[], "<p>")), Err(Error::Server { status: 502, .. })));
    }
}
