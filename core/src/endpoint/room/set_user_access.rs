//! What somebody may do in a room.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId, UserId};

/// `POST CHAT/rooms/setuseraccess/R`: says what somebody may do in a room (protocol notes, 4.14).
///
/// For owners of the room and moderators. The room gets an event of type 15.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct SetUserAccess {
    /// The room.
    pub room: RoomId,
    /// Who.
    pub user: UserId,
    /// What they may do from now on.
    pub access: UserAccess,
}

/// What somebody may do in a room, whatever the room lets everybody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserAccess {
    /// What everybody may: the entry in the room's list goes.
    Default,
    /// Read.
    ReadOnly,
    /// Read and write.
    ReadWrite,
    /// Everything that owners may.
    Owner,
}

impl Endpoint for SetUserAccess {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let access = match self.access {
            UserAccess::Default => "remove",
            UserAccess::ReadOnly => "read-only",
            UserAccess::ReadWrite => "read-write",
            UserAccess::Owner => "owner",
        };
        let url = session.chat(format!("/rooms/setuseraccess/{}", self.room));
        let form = session.form().field("aclUserId", &self.user.to_string()).field("userAccess", access);
        form.post(url, session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to a change of access", response).ok_or_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    fn call(access: UserAccess) -> SetUserAccess {
        SetUserAccess { room: RoomId(7), user: UserId(5), access }
    }

    #[test]
    fn each_access_has_its_word() {
        for (access, word) in [
            (UserAccess::Default, "remove"),
            (UserAccess::ReadOnly, "read-only"),
            (UserAccess::ReadWrite, "read-write"),
            (UserAccess::Owner, "owner"),
        ] {
            let request = call(access).request(Session { server: &Server::StackExchange, fkey: "k" });
            assert_eq!(request.uri(), "https://chat.stackexchange.com/rooms/setuseraccess/7");
            assert_eq!(request.body(), &format!("fkey=k&aclUserId=5&userAccess={word}"));
        }
    }

    #[test]
    fn an_empty_answer_is_a_success_too() {
        let parse = |status, body| call(UserAccess::Owner).parse(&answer(status, &[], body));
        for fine in ["", "\"ok\"", "ok", "\r\n"] {
            assert_eq!(parse(200, fine), Ok(()));
        }
        assert_eq!(parse(200, "\"No\""), Err(Error::Refused { status: 200, reason: Refusal::Other("No".into()) }));
        assert_eq!(parse(404, ""), Err(Error::Refused { status: 404, reason: Refusal::BadId }));
        assert!(matches!(parse(200, "<p>Log In"), Err(Error::Changed { .. })));
    }
}
