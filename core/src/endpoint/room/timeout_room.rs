//! A pause for everybody in a room.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid, RoomId};

/// The shortest pause, in seconds.
const SHORTEST: u64 = 5;

/// `POST CHAT/rooms/timeout/R`: lets nobody post in a room for a while (protocol notes, 4.15).
///
/// For owners of the room and moderators. The server is said to give the same answer in any case, so success does not
/// prove that there is a pause: [`RoomEvents`](super::RoomEvents) shows it as `timeout`.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct TimeoutRoom {
    /// The room.
    pub room: RoomId,
    /// How long, at least 5 s. Parts of a second do not count.
    pub duration: Duration,
    /// Why; some text.
    pub reason: String,
}

impl Endpoint for TimeoutRoom {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn check(&self) -> Result<(), Error> {
        let count = self.duration.as_secs();
        if count < SHORTEST {
            return Err(Invalid::Count { what: "seconds of a pause", count, min: SHORTEST, max: u64::MAX }.into());
        }
        if self.reason.trim().is_empty() {
            return Err(Invalid::Missing { what: "the reason of a pause" }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().number("duration", self.duration.as_secs()).field("reason", &self.reason);
        form.post(session.chat(format!("/rooms/timeout/{}", self.room)), session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to a pause", response);
        let text = answer.text("Timeout applied")?;
        match text.trim().trim_matches('"') {
            "Timeout applied" => Ok(()),
            start if "Timeout applied".starts_with(start) => Err(answer.changed("Timeout applied")),
            _ => Err(answer.refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    fn call(seconds: u64, reason: &str) -> TimeoutRoom {
        TimeoutRoom { room: RoomId(7), duration: Duration::from_secs(seconds), reason: reason.into() }
    }

    #[test]
    fn stops_a_room() {
        let request = call(90, "cool down").request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/timeout/7");
        assert_eq!(&request.body()[..], b"fkey=k&duration=90&reason=cool+down");
        assert_eq!(call(5, "x").check(), Ok(()));
        assert!(call(4, "x").check().unwrap_err().to_string().starts_with("seconds of a pause: between 5 and "));
        assert_eq!(call(5, " ").check(), Err(Invalid::Missing { what: "the reason of a pause" }.into()));
        let parse = |body| call(5, "x").parse(&answer(200, &[], body));
        assert_eq!(parse("Timeout applied"), Ok(()));
        assert_eq!(parse("No"), Err(Error::Refused { status: 200, reason: Refusal::Other("No".into()) }));
        for changed in ["", "Time", "<html>Log In"] {
            assert!(matches!(parse(changed), Err(Error::Changed { .. })), "{changed}");
        }
    }
}
