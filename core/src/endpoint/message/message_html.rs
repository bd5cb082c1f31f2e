//! The rendered content of a message.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId, RoomId};

/// `GET CHAT/message/M`: a message as HTML, the same as the `content` of its events (protocol notes, 5.1).
///
/// Needs no account in public rooms. A message that is deleted or never was is a
/// [`Refusal::BadId`](crate::Refusal::BadId).
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct MessageHtml {
    /// The message.
    pub message: MessageId,
}

/// `GET CHAT/messages/R/M`: all of a message whose events show only its beginning (protocol notes, 5.1 and 7.2).
///
/// Refusals are those of [`MessageHtml`].
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct FullMessage {
    /// The room that the message is in.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
}

impl Endpoint for MessageHtml {
    type Output = String;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/message/{}", self.message)), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        content(Answer::of("the content of a message", response))
    }
}

impl Endpoint for FullMessage {
    type Output = String;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/messages/{}/{}", self.room, self.message)), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        content(Answer::of("the whole content of a message", response))
    }
}

/// Some markup, and not a page: no message brings a head of its own.
fn content(answer: Answer<'_>) -> Result<String, Error> {
    let body = answer.success()?;
    let html = String::from_utf8_lossy(body);
    let start = html.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        answer.page()?;
        return Err(answer.changed("the content of one message, without a page around it"));
    }
    Ok(html.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    #[test]
    fn reads_markup_but_no_page() {
        let call = MessageHtml { message: MessageId(5) };
        let session = Session { server: &Server::StackExchange, fkey: "" };
        assert_eq!(call.request(session).uri(), "https://chat.stackexchange.com/message/5");
        let full = FullMessage { room: RoomId(1), message: MessageId(5) };
        assert_eq!(full.request(session).uri(), "https://chat.stackexchange.com/messages/1/5");
        for body in ["<div class='full'>a <br> b</div>", "<b>x</b>", "plain", ""] {
            assert_eq!(call.parse(&answer(200, &[], body)).as_deref(), Ok(body));
            assert_eq!(full.parse(&answer(200, &[], body)).as_deref(), Ok(body));
        }
        for body in ["<!DOCTYPE html><p>", "\n<HTML><title>Log in</title>"] {
            assert!(matches!(call.parse(&answer(200, &[], body)), Err(Error::Changed { .. })));
        }
        let gone = Err(Error::Refused { status: 404, reason: Refusal::BadId });
        assert_eq!(call.parse(&answer(404, &[], "<title>Page not found</title>")), gone);
        let redirected = full.parse(&answer(302, &[("location", "/login")], ""));
        assert_eq!(redirected, Err(Error::Refused { status: 302, reason: Refusal::Redirected("/login".into()) }));
    }
}
