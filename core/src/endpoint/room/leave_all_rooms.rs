//! Leaving every room.

use bytes::Bytes;
use http::{Request, Response};

use super::leave_room::left;
use crate::Error;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};

/// `POST CHAT/chats/leave/all`: leaves every room that the account is in, other programs' rooms as well (protocol
/// notes, 4.11).
///
/// Rooms that the engine has joined it enters again, and what happens in them around the call may be missed: leave those
/// with [`Engine::leave`](crate::Engine::leave).
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct LeaveAllRooms;

impl Endpoint for LeaveAllRooms {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().field("quiet", "true");
        form.post(session.chat("/chats/leave/all"), session.chat("/"), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        left(Answer::of("the answer to leaving all rooms", response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn leaves_quietly() {
        let request = LeaveAllRooms.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/chats/leave/all");
        assert_eq!(&request.body()[..], b"fkey=k&quiet=true");
        assert_eq!(LeaveAllRooms.parse(&answer(200, &[], "")), Ok(()));
        assert_eq!(LeaveAllRooms.parse(&answer(302, &[("location", "/")], "")), Ok(()));
        let bad = LeaveAllRooms.parse(&answer(302, &[("location", "/error?aspxerrorpath=x")], ""));
        assert_eq!(bad, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
        let page = LeaveAllRooms.parse(&answer(200, &[], "<!DOCTYPE html><title>Log In</title>"));
        assert!(matches!(page, Err(Error::Changed { .. })));
    }
}
