//! Search.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use super::message::ShownMessage;
use crate::endpoint::answer::Answer;
use crate::endpoint::page::{self, NamedUser, Stars};
use crate::endpoint::request::{HTML, get, with_query};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{Error, MessageId, PageTime, RoomId, UserId};

/// `GET CHAT/search`: messages that contain words, newest first (protocol notes, 5.4).
///
/// It is its own cursor: [`SearchPage::next`] gives the call for the next page, which can be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct SearchMessages {
    /// The words.
    pub query: String,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only by this user.
    pub user: Option<UserId>,
    /// The page, from 1.
    pub page: u32,
    /// Messages on a page, at most 100.
    pub page_size: u8,
}

/// A page of found messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchPage {
    /// What was found.
    pub messages: Vec<FoundMessage>,
    /// This page, from 1.
    pub page: u32,
    /// The last page that this one knows of.
    pub pages: u32,
    /// The call for the next page.
    pub next: Option<SearchMessages>,
}

/// A found message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FoundMessage {
    /// Its id.
    pub id: MessageId,
    /// The room that it is in.
    pub room: RoomId,
    /// Who wrote it.
    pub user: NamedUser,
    /// When; the minute can be told only as far as the server's clock is in the answer.
    pub time: Option<PageTime>,
    /// HTML.
    pub content: Option<String>,
    /// Whether the content is only the beginning.
    pub truncated: bool,
    /// The message it answers.
    pub parent: Option<MessageId>,
    /// Stars and pins.
    pub stars: Stars,
}

impl SearchMessages {
    /// The first page, of 50 messages.
    pub fn new(query: impl Into<String>) -> Self {
        Self { query: query.into(), room: None, user: None, page: 1, page_size: 50 }
    }
}

impl Endpoint for SearchMessages {
    type Output = SearchPage;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let query = [
            ("q", self.query.clone()),
            ("room", self.room.map(|room| room.to_string()).unwrap_or_default()),
            ("user", self.user.map(|user| user.to_string()).unwrap_or_default()),
            ("page", self.page.max(1).to_string()),
            ("pagesize", self.page_size.clamp(1, 100).to_string()),
            ("sort", "newest".to_owned()),
        ];
        get(with_query(session.chat("/search"), &query), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<SearchPage, Error> {
        let answer = Answer::of("the page of found messages", response);
        let (messages, page, pages) = answer.read(|page| found(page, answer.date()))?;
        let next = (page < pages).then(|| Self { page: page + 1, ..self.clone() });
        Ok(SearchPage { messages, page, pages, next })
    }
}

/// The messages of a page outside of rooms, and its place among the others.
pub(in crate::endpoint) fn found(page: Region<'_>, now: Option<u64>) -> Result<(Vec<FoundMessage>, u32, u32), Missing> {
    page.one(at::MAIN)?;
    if page.first(at::ONE_SUBJECT).is_some() || page.first(at::ROOM_CARD).is_some() {
        return Err(page.missing(at::MONOLOGUE.text()));
    }
    let mut messages = Vec::new();
    for (_, group) in page.split(at::MONOLOGUE) {
        let group = group.until(at::FOUND_END);
        let user = page::user(group.one(at::USER_NAME)?, group)?;
        let time = group.first(at::TIMESTAMP).and_then(Element::inner_text);
        let time = time.map(|text| PageTime::seen_from(now, &text));
        for (_, region) in group.split(at::MESSAGE) {
            let ShownMessage { id, room, content, truncated, parent, stars, .. } =
                ShownMessage::read_among_links(region)?;
            let (user, time) = (user.clone(), time.clone());
            messages.push(FoundMessage { id, room, user, time, content, truncated, parent, stars });
        }
    }
    // A message whose own mark was renamed still has its content.
    if [at::MESSAGE, at::CONTENT].map(|mark| page.all(mark).count()) != [messages.len(); 2] {
        return Err(page.missing("each message in a .monologue"));
    }
    let mut ids = std::collections::BTreeSet::new();
    if !messages.iter().all(|message| ids.insert(message.id)) {
        return Err(page.missing("each message once"));
    }
    let (number, last) = page::paging(page)?;
    Ok((messages, number, last))
}
