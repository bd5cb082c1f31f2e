//! Leaving a room.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::session::Home;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, RoomId};

/// `POST CHAT/chats/leave/R`: leaves a room (protocol notes, 4.11). Leaving a room twice does no harm.
///
/// A page without one's own session is [`Error::Changed`]: it may say that the session has ended, though some have seen
/// one after leaving. The engine looks at the session, and takes the page for a yes if that is good.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct LeaveRoom {
    /// The room.
    pub room: RoomId,
}

impl Endpoint for LeaveRoom {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/chats/leave/{}", self.room));
        session.form().field("quiet", "true").post(url, session.room(self.room), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        left(Answer::of("the answer to leaving a room", response))
    }
}

/// An empty answer is what `quiet` asks for. Without it the server leads back to the front page once one has left, and
/// some clients have got that page (protocol notes, 4.11). No other page says that one has left: it may be a refusal.
pub(super) fn left(answer: Answer<'_>) -> Result<(), Error> {
    if answer.redirect().as_deref() == Some("/") {
        return Ok(());
    }
    answer.success()?;
    if !answer.is_html() || Home::read(answer).is_ok_and(|home| home.me.is_some()) {
        return Ok(());
    }
    answer.page()?;
    Err(answer.changed("nothing, or a page of one's own session"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn leaves_quietly() {
        let call = LeaveRoom { room: RoomId(7) };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/chats/leave/7");
        assert_eq!(&request.body()[..], b"fkey=k&quiet=true");
        assert_eq!(call.parse(&answer(200, &[], "")), Ok(()));
        let front_page = r#"<html><p class="topbar-menu-links"><a href="/users/5/ada">Ada</a></p></html>"#;
        assert_eq!(call.parse(&answer(200, &[], front_page)), Ok(()));
        assert_eq!(call.parse(&answer(302, &[("location", "/")], "")), Ok(()));
        let bad = call.parse(&answer(302, &[("location", "/error?aspxerrorpath=x")], ""));
        assert_eq!(bad, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
        for page in [
            "<!DOCTYPE html><title>Oops! Something Bad Happened!</title>",
            r#"<p class="topbar-menu-links"><a href="https://stackexchange.com/users/login">log in</a></p>"#,
            "<p>An unexpected page",
        ] {
            assert!(matches!(call.parse(&answer(200, &[], page)), Err(Error::Changed { .. })), "{page}");
        }
        let challenge = call.parse(&answer(200, &[], "<title>Just a moment...</title>"));
        assert!(matches!(challenge, Err(Error::Server { status: 200, .. })));
    }
}
