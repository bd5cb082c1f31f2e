//! Endpoints that only a copy of the site's own script from about 2011 knows.
//!
//! They are built as that script built them and read as other endpoints of the same kind are; nobody has seen the server
//! answer them since. They may be gone, and may go from here without a new major version.
//!
//! What is not even known so well has no endpoint at all: room bans, guidelines, changes of feeds and schedules (protocol
//! notes, 4.15 and 4.17). Nor have flags to be taken back, answered or listed, which only two scripts for moderators do (4.7).

use bytes::Bytes;
use http::{Request, Response};

use super::answer::Answer;
use super::message::ids;
use super::request::TEXT;
use super::{Endpoint, Nature, Session};
use crate::{Error, MessageId, RoomId};

/// `POST CHAT/rooms/setfrozen/R`: freezes a room or thaws it (protocol notes, 4.15). For moderators.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct FreezeRoom {
    /// The room.
    pub room: RoomId,
    /// Whether nobody may post there from now on.
    pub frozen: bool,
}

/// `POST CHAT/rooms/setdeleted/R`: deletes a room or brings it back (protocol notes, 4.15). For moderators.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct DeleteRoom {
    /// The room.
    pub room: RoomId,
    /// Whether only moderators see it from now on.
    pub deleted: bool,
}

/// `POST CHAT/admin/movePostsToNew/R`: moves messages to a room that is made for them (protocol notes, 4.8).
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct MoveMessagesToNew {
    /// The room that they are in.
    pub room: RoomId,
    /// The messages; limits as for [`MoveMessages`](super::MoveMessages).
    pub messages: Vec<MessageId>,
    /// The name of the new room.
    pub title: String,
}

impl Endpoint for FreezeRoom {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/rooms/setfrozen/{}", self.room));
        session.form().field("freeze", &self.frozen.to_string()).post(url, session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to freezing a room", response).ok_or_empty()
    }
}

impl Endpoint for DeleteRoom {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/rooms/setdeleted/{}", self.room));
        session.form().field("delete", &self.deleted.to_string()).post(url, session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to deleting a room", response).ok_or_empty()
    }
}

impl Endpoint for MoveMessagesToNew {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/admin/movePostsToNew/{}", self.room));
        let form = session.form().field("ids", &ids(&self.messages)).field("newTitle", &self.title);
        form.post(url, session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to moving messages", response).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn built_as_the_old_script_did() {
        let session = Session { server: &Server::StackExchange, fkey: "k" };
        let room = RoomId(7);
        let sent = |request: Request<Bytes>| {
            (request.uri().path().to_owned(), String::from_utf8(request.body().to_vec()).unwrap())
        };
        let freeze = FreezeRoom { room, frozen: true };
        assert_eq!(sent(freeze.request(session)), ("/rooms/setfrozen/7".into(), "fkey=k&freeze=true".into()));
        let delete = DeleteRoom { room, deleted: false };
        assert_eq!(sent(delete.request(session)), ("/rooms/setdeleted/7".into(), "fkey=k&delete=false".into()));
        let split = MoveMessagesToNew { room, messages: vec![MessageId(1), MessageId(2)], title: "New one".into() };
        let body = "fkey=k&ids=1%2C2&newTitle=New+one";
        assert_eq!(sent(split.request(session)), ("/admin/movePostsToNew/7".into(), body.into()));
        for (body, fine) in [("\"ok\"", true), ("\"No\"", false), ("<html>Log In", false)] {
            let response = answer(200, &[], body);
            let read = (freeze.parse(&response), delete.parse(&response), split.parse(&response));
            assert_eq!((read.0.is_ok(), read.1.is_ok(), read.2.is_ok()), (fine, fine, fine), "{body}");
        }
    }
}
