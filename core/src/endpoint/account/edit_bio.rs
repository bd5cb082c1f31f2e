//! The text about oneself.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, UserId};

/// `POST CHAT/users/usermessage/MYID`: gives one's profile another text (protocol notes, 4.13).
///
/// The server cuts it after 200 characters. No length is refused here, for nobody knows what it takes for a character:
/// the output says what it kept.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct EditBio {
    /// The account itself.
    pub user: UserId,
    /// The whole new text; empty for none.
    pub bio: String,
}

impl Endpoint for EditBio {
    /// The text as the server keeps it, which the page shows in place of the old one.
    type Output = String;
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/users/usermessage/{}", self.user));
        let profile = session.chat(format!("/users/{}", self.user));
        session.form().field("message", &self.bio).post(url, profile, TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        let answer = Answer::of("the answer to a new bio", response);
        Ok(answer.text("the new bio")?.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn says_what_was_kept() {
        let call = EditBio { user: UserId(101), bio: "I & my bot".into() };
        let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/users/usermessage/101");
        assert_eq!(&request.body()[..], b"fkey=k&message=I+%26+my+bot");
        for kept in ["I & my b", "\"quoted\"", "", "<3"] {
            assert_eq!(call.parse(&answer(200, &[], kept)).as_deref(), Ok(kept));
        }
        let login = call.parse(&answer(200, &[], "<!DOCTYPE html><title>Log In</title>"));
        assert!(matches!(login, Err(Error::Changed { .. })));
        let other = call.parse(&answer(302, &[("location", "/error?aspxerrorpath=x")], ""));
        assert_eq!(other, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
    }
}
