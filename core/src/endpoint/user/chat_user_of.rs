//! The chat user of a network account.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::page::number_after;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, UserId};

/// `GET CHAT/accounts/A`: who an account of the network is in chat, told by a redirect (protocol notes, 1.7).
///
/// Needs no account. An account without a chat user is a refusal.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct ChatUserOf {
    /// The id of the account, as in the address of its profile on stackexchange.com.
    pub account: u64,
}

impl Endpoint for ChatUserOf {
    type Output = UserId;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/accounts/{}", self.account)), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<UserId, Error> {
        let answer = Answer::of("the redirect to a user", response);
        if let Some(path) = answer.redirect() {
            let user = path.starts_with("/users/").then(|| number_after(&path, "/users/")).flatten();
            return user.ok_or_else(|| answer.failure());
        }
        answer.success()?;
        Err(answer.changed("a redirect to /users/ID"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn follows_no_redirect() {
        let call = ChatUserOf { account: 77 };
        let request = call.request(Session { server: &Server::StackOverflow, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/accounts/77");
        for path in ["/users/5", "/users/5/ada", "https://chat.stackoverflow.com/users/5?tab=general"] {
            assert_eq!(call.parse(&answer(302, &[("location", path)], "")), Ok(UserId(5)));
        }
        let refused = |status, reason| Err(Error::Refused { status, reason });
        assert_eq!(call.parse(&answer(404, &[], "<p>")), refused(404, Refusal::BadId));
        assert_eq!(call.parse(&answer(302, &[("location", "/error?x")], "")), refused(302, Refusal::BadId));
        let login = call.parse(&answer(302, &[("location", "/users/login")], ""));
        assert_eq!(login, refused(302, Refusal::Redirected("/users/login".into())));
        assert!(matches!(call.parse(&answer(200, &[], "<p>")), Err(Error::Changed { .. })));
    }
}
