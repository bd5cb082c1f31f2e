//! The other tabs of a room's info page.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use super::user_card::{UserCard, user_cards};
use crate::endpoint::answer::Answer;
use crate::endpoint::reading::{FoundMessage, found};
use crate::endpoint::request::{HTML, get, with_query};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Missing, Region, selectors as at};
use crate::{Error, RoomId};

/// `GET CHAT/rooms/info/R?tab=access`: who may do what in a room (protocol notes, 5.6).
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct RoomAccess {
    /// The room.
    pub room: RoomId,
}

/// Who may do what in a room by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccessList {
    /// Owners.
    pub owners: Vec<UserCard>,
    /// Users who may write.
    pub writers: Vec<UserCard>,
    /// Users who may read only.
    pub readers: Vec<UserCard>,
}

/// `GET CHAT/rooms/info/R?tab=stars`: the starred messages of a room, newest first, page by page (protocol notes,
/// 5.5). No recording of this tab exists: its messages are taken to look as those found by search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct RoomStars {
    /// The room.
    pub room: RoomId,
    /// The page, from 1.
    pub page: u32,
}

/// A page of starred messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StarsPage {
    /// The messages.
    pub messages: Vec<FoundMessage>,
    /// The call for the next page, which can be stored.
    pub next: Option<RoomStars>,
}

/// `GET CHAT/rooms/info/R?tab=…`: the conversations, schedule or feeds of a room (protocol notes, 5.6).
///
/// No recording of these tabs exists, so they are given as what a reader sees, with the links in it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct RoomNotes {
    /// The room.
    pub room: RoomId,
    /// The tab.
    pub tab: NotesTab,
}

/// The tabs of [`RoomNotes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NotesTab {
    /// Conversations that were bookmarked; their links end in `/conversation/SLUG`.
    Conversations,
    /// Events to come.
    Schedule,
    /// Feeds that are posted to the room.
    Feeds,
}

/// A tab as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notes {
    /// Its text, on one line, the names of the tabs included.
    pub text: String,
    /// Addresses as the page has them, and the texts of the links, from the tab's own part of the page.
    pub links: Vec<(String, String)>,
}

impl Endpoint for RoomAccess {
    type Output = AccessList;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        tab(session, self.room, "access", 1)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<AccessList, Error> {
        Answer::of("the access tab of a room", response).read(|page| {
            let section = |mark| user_cards(page.inside(page.one(mark)?)?);
            Ok(AccessList {
                owners: section(at::ACCESS_OWNERS)?,
                writers: section(at::ACCESS_WRITERS)?,
                readers: section(at::ACCESS_READERS)?,
            })
        })
    }
}

impl Endpoint for RoomStars {
    type Output = StarsPage;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        tab(session, self.room, "stars", self.page)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<StarsPage, Error> {
        let answer = Answer::of("the stars tab of a room", response);
        let (messages, page, pages) = answer.read(|page| found(page, answer.date()))?;
        Ok(StarsPage { messages, next: (page < pages).then(|| Self { page: page + 1, ..*self }) })
    }
}

impl Endpoint for RoomNotes {
    type Output = Notes;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let name = match self.tab {
            NotesTab::Conversations => "conversations",
            NotesTab::Schedule => "schedule",
            NotesTab::Feeds => "feeds",
        };
        tab(session, self.room, name, 1)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Notes, Error> {
        Answer::of("a tab of a room's info page", response).read(notes)
    }
}

fn notes(page: Region<'_>) -> Result<Notes, Missing> {
    let main = page.one(at::MAIN)?;
    let inside = page.inside(main)?;
    let tabs = inside.inside(inside.one(at::TAB)?)?;
    let links = inside.all(at::LINK).filter(|link| !tabs.has(*link));
    let links = links.map(|link| Some((link.attribute("href")?.into_owned(), link.inner_text()?)));
    Ok(Notes {
        text: main.inner_text().unwrap_or_default(),
        links: links.collect::<Option<_>>().ok_or_else(|| page.missing("the end of a link"))?,
    })
}

fn tab(session: Session<'_>, room: RoomId, name: &str, page: u32) -> Request<Bytes> {
    let page = if page > 1 { page.to_string() } else { String::new() };
    let query = [("tab", name.to_owned()), ("page", page)];
    get(with_query(session.chat(format!("/rooms/info/{room}")), &query), HTML)
}
