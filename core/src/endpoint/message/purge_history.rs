//! The history of a message, done away with.

use bytes::Bytes;
use http::{Request, Response};

use super::act::act;
use crate::endpoint::answer::Answer;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId};

/// `POST CHAT/messages/M/purge-history`: makes the earlier texts of a message unreadable (protocol notes, 4.18).
///
/// For moderators. Success is a redirect to the page of the history.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct PurgeHistory {
    /// The message.
    pub message: MessageId,
}

impl Endpoint for PurgeHistory {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        act(session, self.message, "purge-history")
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to purging a history", response);
        let history = format!("/messages/{}/history", self.message);
        if answer.redirect().is_some_and(|path| path == history) { Ok(()) } else { answer.ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn success_leads_to_the_history() {
        let call = PurgeHistory { message: MessageId(5) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/messages/5/purge-history");
        assert_eq!(&request.body()[..], b"fkey=k");
        let to = |path| call.parse(&answer(302, &[("location", path)], ""));
        assert_eq!(to("/messages/5/history"), Ok(()));
        assert_eq!(to("https://chat.stackexchange.com/messages/5/history?x=y"), Ok(()));
        let refused = |status, reason| Err(Error::Refused { status, reason });
        assert_eq!(to("/messages/6/history"), refused(302, Refusal::Redirected("/messages/6/history".into())));
        assert_eq!(to("/error?aspxerrorpath=x"), refused(302, Refusal::BadId));
        assert_eq!(call.parse(&answer(404, &[], "<p>Page Not Found")), refused(404, Refusal::BadId));
    }
}
