//! A bookmark deleted.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid, Refusal, RoomId};

/// `POST CHAT/conversation/delete/R/SLUG`: deletes a bookmark of one's own (protocol notes, 4.9). The messages stay.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct DeleteBookmark {
    /// The room.
    pub room: RoomId,
    /// As [`Bookmark`](super::Bookmark) gave it.
    pub slug: String,
}

impl Endpoint for DeleteBookmark {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn check(&self) -> Result<(), Error> {
        if self.slug.is_empty() {
            return Err(Invalid::Missing { what: "the slug of a conversation" }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let mut url = session.server.chat();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(["conversation", "delete", &self.room.to_string(), &self.slug]);
        }
        session.form().post(session.chat(url.path().to_owned()), session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to deleting a bookmark", response).ok()
    }

    fn settled_by(&self, refusal: &Error) -> Option<()> {
        matches!(refusal, Error::Refused { reason: Refusal::BadId, .. }).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn deletes_whatever_the_slug_is() {
        let call = DeleteBookmark { room: RoomId(7), slug: "a/b ?c".into() };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/conversation/delete/7/a%2Fb%20%3Fc");
        assert_eq!(&request.body()[..], b"fkey=k");
        assert_eq!(call.parse(&answer(200, &[], "\"ok\"")), Ok(()));
        let gone = call.parse(&answer(404, &[], "<p>Page Not Found")).unwrap_err();
        assert_eq!(gone, Error::Refused { status: 404, reason: Refusal::BadId });
        assert_eq!(call.settled_by(&gone), Some(()));
    }
}
