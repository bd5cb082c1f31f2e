//! Rooms made and changed.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::page::room_of;
use crate::endpoint::request::HTML;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Element, selectors as at};
use crate::{Error, Invalid, Refusal, RoomId};

/// `POST CHAT/rooms/save`: makes a room, or changes one, and gives its id (protocol notes, 4.16).
///
/// Making a public room wants 100 reputation, a gallery 1000; private ones are for moderators. Changing is for owners,
/// and it sets everything: what is left empty is empty then. In the room a change shows as an event of type 5.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct SaveRoom {
    /// The room to change; `None` makes a new one.
    pub room: Option<RoomId>,
    /// The name; some text.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Its tags, without blanks. Nothing else sets them.
    pub tags: Vec<String>,
    /// The site that it belongs to, such as `stackoverflow.com`.
    pub host: String,
    /// What people may do who have no right of their own.
    pub access: DefaultAccess,
}

/// What people may do in a room who have no right of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DefaultAccess {
    /// Read and write: a public room.
    #[default]
    ReadWrite,
    /// Read: a gallery.
    ReadOnly,
    /// Ask for access: a private room.
    Request,
}

impl Endpoint for SaveRoom {
    /// The room that was made or changed.
    type Output = RoomId;
    const NATURE: Nature = Nature::Once;

    fn check(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            return Err(Invalid::Missing { what: "the name of a room" }.into());
        }
        Ok(())
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let access = match self.access {
            DefaultAccess::ReadWrite => "read-write",
            DefaultAccess::ReadOnly => "read-only",
            DefaultAccess::Request => "request",
        };
        let form = session.form().field("name", &self.name).field("description", &self.description);
        let form = form.field("tags", &self.tags.join(" ")).field("host", &self.host);
        // Without `noDupeCheck` the answer is a page of rooms like it.
        let form = form.field("defaultAccess", access).field("noDupeCheck", "true");
        let form = match self.room {
            Some(room) => form.number("roomId", room.0),
            None => form,
        };
        form.post(session.chat("/rooms/save"), session.chat("/"), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<RoomId, Error> {
        let answer = Answer::of("the answer to saving a room", response);
        if let Some(path) = answer.redirect() {
            let room = if path.starts_with("/rooms/info/") { room_of(&path) } else { None };
            return room.ok_or_else(|| answer.failure());
        }
        let page = answer.page()?;
        // The form again, with what is wrong.
        if page.whole().first(at::ROOM_FORM).is_none() {
            return Err(answer.changed("a redirect to /rooms/info/ID"));
        }
        let text = page.whole().first(at::FORM_ERROR).and_then(Element::inner_text).filter(|text| !text.is_empty());
        Err(match text {
            Some(text) => answer.refused_with(&text),
            None => Error::Refused { status: answer.status(), reason: Refusal::Other(page.excerpt()) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    fn call(room: Option<RoomId>) -> SaveRoom {
        let (name, description, host) = ("A & B".into(), "Talk".into(), "stackoverflow.com".into());
        SaveRoom { room, name, description, tags: vec!["c".into(), "d".into()], host, access: DefaultAccess::ReadOnly }
    }

    #[test]
    fn makes_and_changes() {
        let session = Session { server: &Server::StackOverflow, fkey: "k" };
        let request = call(None).request(session);
        assert_eq!(request.uri(), "https://chat.stackoverflow.com/rooms/save");
        let body = "fkey=k&name=A+%26+B&description=Talk&tags=c+d&host=stackoverflow.com&defaultAccess=read-only\
                    &noDupeCheck=true";
        assert_eq!(&request.body()[..], body.as_bytes());
        let change = SaveRoom { access: DefaultAccess::Request, ..call(Some(RoomId(7))) }.request(session);
        assert!(change.body().ends_with(b"&defaultAccess=request&noDupeCheck=true&roomId=7"));
        assert!(SaveRoom { name: " ".into(), ..call(None) }.check().is_err());
    }

    #[test]
    fn success_is_a_redirect_to_the_room() {
        let parse = |status, headers: &[_], body| call(None).parse(&answer(status, headers, body));
        let to = |path| parse(302, &[("location", path)], "");
        assert_eq!(to("/rooms/info/12"), Ok(RoomId(12)));
        assert_eq!(to("https://chat.stackoverflow.com/rooms/info/12/a-b?tab=general"), Ok(RoomId(12)));
        let refused = |status, reason| Err(Error::Refused { status, reason });
        assert_eq!(to("/error?aspxerrorpath=x"), refused(302, Refusal::BadId));
        assert_eq!(to("/rooms/12"), refused(302, Refusal::Redirected("/rooms/12".into())));
        let form = r#"<form><div class="error">Name is taken</div><select name="defaultAccess"></select></form>"#;
        assert_eq!(parse(200, &[], form), refused(200, Refusal::Other("Name is taken".into())));
        let bare = r#"<form><p>Something</p><select name="defaultAccess"></select></form>"#;
        assert_eq!(parse(200, &[], bare), refused(200, Refusal::Other("Something".into())));
        assert!(matches!(parse(200, &[], "<title>Log In</title>"), Err(Error::Changed { .. })));
    }
}
