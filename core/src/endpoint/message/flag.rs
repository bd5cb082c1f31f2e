//! Flags.

use bytes::Bytes;
use http::{Request, Response};

use super::act::act;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::TEXT;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid, MessageId};

/// The most characters of the words to a moderator (protocol notes, 4.7).
const MAX_TEXT: usize = 400;

/// `POST CHAT/messages/M/flag`: flags a message as spam or offensive (protocol notes, 4.7).
///
/// A moderator's flag is binding: it deletes the message and suspends its author for 30 minutes. The server takes one a
/// second.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct FlagMessage {
    /// The message.
    pub message: MessageId,
}

/// `POST CHAT/messages/M/mod`: asks a moderator to look at a message (protocol notes, 4.7).
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct FlagForModerator {
    /// The message.
    pub message: MessageId,
    /// What is wrong with it: some text, at most 400 characters.
    pub text: String,
}

impl Endpoint for FlagMessage {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        act(session, self.message, "flag")
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to a flag", response).ok()
    }
}

impl Endpoint for FlagForModerator {
    type Output = ();
    const NATURE: Nature = Nature::Once;

    fn check(&self) -> Result<(), Error> {
        let what = "the text to a moderator";
        if self.text.trim().is_empty() {
            return Err(Invalid::Missing { what }.into());
        }
        let length = self.text.chars().count();
        if length > MAX_TEXT {
            return Err(Invalid::TooLong { what, length, max: MAX_TEXT }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/messages/{}/mod", self.message));
        session.form().field("info", &self.text).post(url, session.chat("/"), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        Answer::of("the answer to a flag for a moderator", response).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    fn words(text: &str) -> FlagForModerator {
        FlagForModerator { message: MessageId(5), text: text.into() }
    }

    #[test]
    fn flags() {
        let session = Session { server: &Server::StackExchange, fkey: "k" };
        let flag = FlagMessage { message: MessageId(5) };
        assert_eq!(flag.request(session).uri(), "https://chat.stackexchange.com/messages/5/flag");
        assert_eq!(&flag.request(session).body()[..], b"fkey=k");
        let request = words("a & b").request(session);
        assert_eq!(request.uri(), "https://chat.stackexchange.com/messages/5/mod");
        assert_eq!(&request.body()[..], b"fkey=k&info=a+%26+b");
        let fine = answer(200, &[], "\"ok\"");
        assert_eq!((flag.parse(&fine), words("x").parse(&fine)), (Ok(()), Ok(())));
        assert!(flag.parse(&answer(200, &[], "\"You have flagged this message already\"")).is_err());
        let wait = flag.parse(&answer(409, &[], "You can perform this action again in 1 second."));
        assert!(matches!(wait, Err(Error::RateLimited { .. })));
    }

    #[test]
    fn a_moderator_needs_few_words_but_some() {
        assert_eq!(words(&"\u{e9}".repeat(400)).check(), Ok(()));
        let long = words(&"x".repeat(401)).check().unwrap_err();
        assert_eq!(long.to_string(), "the text to a moderator may have 400 characters and this one has 401");
        assert_eq!(words(" \n").check().unwrap_err().to_string(), "the text to a moderator needs some text");
    }
}
