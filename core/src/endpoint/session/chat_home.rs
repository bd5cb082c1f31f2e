//! The front page of the chat server.

use bytes::Bytes;
use http::{Request, Response};

use super::home::Home;
use crate::Error;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};

/// `GET CHAT/`: whose session it is. With `acct` and `prov` alone, this page brings the chat cookie
/// (protocol notes, 1.2 and 1.3).
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct ChatHome;

impl Endpoint for ChatHome {
    type Output = Home;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat("/"), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Home, Error> {
        Home::read(Answer::of("the chat's front page", response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Server, UserId};

    #[test]
    fn reads_the_front_page() {
        let request = ChatHome.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(
            (request.method().as_str(), request.uri().to_string()),
            ("GET", "https://chat.stackexchange.com/".into())
        );
        assert!(request.body().is_empty());
        let body = r#"<span class="topbar-menu-links"><a href="/users/5/bot">Bot</a></span>"#;
        let home = ChatHome.parse(&answer(200, &[], body)).unwrap();
        assert_eq!(home.me.unwrap().id, UserId(5));
    }
}
