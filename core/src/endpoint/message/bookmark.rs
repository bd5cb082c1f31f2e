//! Bookmarked conversations.

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;
use url::Url;

use crate::endpoint::answer::Answer;
use crate::endpoint::request::JSON;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Page, selectors as at};
use crate::{Error, Invalid, MessageId, RoomId};

const LOOKED_FOR: &str = "{\"ok\":true,\"message\":…}";

/// `POST CHAT/conversation/new`: bookmarks a conversation, and gives its slug (protocol notes, 4.9).
///
/// Wants 100 reputation. The page of the conversation is `CHAT/rooms/R/conversation/SLUG`.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct Bookmark {
    /// The room.
    pub room: RoomId,
    /// One end of the conversation. Which end comes first does not matter.
    pub first: MessageId,
    /// The other end: another message.
    pub last: MessageId,
    /// What it is called.
    pub title: String,
}

#[derive(Deserialize)]
struct Made {
    #[serde(default)]
    ok: bool,
    #[serde(default)]
    message: String,
}

impl Endpoint for Bookmark {
    /// The slug, as the link in the server's answer has it.
    type Output = String;
    const NATURE: Nature = Nature::Once;

    fn check(&self) -> Result<(), Error> {
        if self.first == self.last {
            return Err(Invalid::OneMessage.into());
        }
        if self.title.trim().is_empty() {
            return Err(Invalid::Missing { what: "the title of a conversation" }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = session.form().number("roomId", self.room.0);
        let form = form.number("firstMessageId", self.first.0).number("lastMessageId", self.last.0);
        form.field("title", &self.title).post(session.chat("/conversation/new"), session.room(self.room), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<String, Error> {
        let answer = Answer::of("the answer to a bookmark", response);
        let Ok(made) = serde_json::from_slice::<Made>(answer.success()?) else {
            // The error is often plain text.
            let text = answer.text(LOOKED_FOR)?;
            let words = !text.trim().is_empty() && !text.starts_with(['{', '[']);
            return Err(if words { answer.refused() } else { answer.changed(LOOKED_FOR) });
        };
        if !made.ok && !made.message.is_empty() {
            return Err(answer.refused_with(&plain(&made.message)));
        }
        slug(&made.message).ok_or_else(|| answer.changed("a link to /rooms/R/conversation/SLUG"))
    }
}

/// `SLUG` of the first link to `/rooms/R/conversation/SLUG`, decoded.
fn slug(html: &str) -> Option<String> {
    let page = Page::new(html.as_bytes())?;
    let base = Url::parse("https://relative.invalid/").ok()?;
    page.whole().all(at::LINK).find_map(|link| {
        let target = base.join(&link.attribute("href")?).ok()?;
        let mut parts = target.path_segments()?.skip_while(|part| *part != "conversation").skip(1);
        let slug = parts.next().filter(|slug| !slug.is_empty())?;
        Some(decoded(slug))
    })
}

/// Percent escapes undone.
fn decoded(part: &str) -> String {
    let pair = format!("x={}", part.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// What a reader sees of a piece of HTML.
fn plain(html: &str) -> String {
    Page::new(html.as_bytes()).map(|page| page.excerpt()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    fn call() -> Bookmark {
        Bookmark { room: RoomId(7), first: MessageId(5), last: MessageId(9), title: "Two words".into() }
    }

    #[test]
    fn bookmarks() {
        let request = call().request(Session { server: &Server::StackExchange, fkey: "k" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/conversation/new");
        assert_eq!(&request.body()[..], b"fkey=k&roomId=7&firstMessageId=5&lastMessageId=9&title=Two+words");
        assert_eq!(Bookmark { last: MessageId(5), ..call() }.check(), Err(Invalid::OneMessage.into()));
        assert!(Bookmark { title: " ".into(), ..call() }.check().is_err());
    }

    #[test]
    fn the_slug_is_the_one_of_the_link() {
        let parse = |body| call().parse(&answer(200, &[], body));
        let made = r#"{"ok":true,"message":"Your \u003ca href=\"/rooms/7/conversation/two-words-2\"\u003ebookmark\u003c/a\u003e"}"#;
        assert_eq!(parse(made).as_deref(), Ok("two-words-2"));
        let whole =
            r#"{"ok":true,"message":"<a href='https://chat.stackexchange.com/rooms/7/r/conversation/a%20b?x#y'>"}"#;
        assert_eq!(parse(whole).as_deref(), Ok("a b"));
        let refused = |text: &str| Err(Error::Refused { status: 200, reason: Refusal::Other(text.into()) });
        assert_eq!(parse(r#"{"ok":false,"message":"<b>No</b> such message"}"#), refused("No such message"));
        assert_eq!(parse("A title is needed"), refused("A title is needed"));
        assert_eq!(parse("\"A title is needed\""), refused("A title is needed"));
        let poor = parse("You need 100 reputation to bookmark");
        assert!(matches!(poor, Err(Error::Refused { reason: Refusal::NotEnoughReputation(_), .. })));
        for body in ["", "{\"ok\":tr", "{\"ok\":true,\"message\":\"done\"}", "<!DOCTYPE html><title>Log In", "[]"] {
            assert!(matches!(parse(body), Err(Error::Changed { .. })), "{body}");
        }
    }
}
