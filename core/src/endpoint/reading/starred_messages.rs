//! The starred messages of a room.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use crate::endpoint::answer::Answer;
use crate::endpoint::page::{self, NamedUser, Stars};
use crate::endpoint::request::{HTML, get, with_query};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{Error, MessageId, PageTime, RoomId};

/// `GET CHAT/chats/stars/R`: the starred messages of a room as its page lists them, pins first (protocol notes, 5.5).
///
/// Needs no account in public rooms.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct StarredMessages {
    /// The room.
    pub room: RoomId,
    /// How many at most; 0 asks for all.
    pub count: u32,
}

/// A message in the list of starred ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StarredMessage {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it; `None` where the list does not say.
    pub user: Option<NamedUser>,
    /// HTML, on one line and cut short when long.
    pub content: String,
    /// When it was posted; exact to the second.
    pub time: Option<PageTime>,
    /// Stars and pins.
    pub stars: Stars,
}

impl Endpoint for StarredMessages {
    type Output = Vec<StarredMessage>;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.chat(format!("/chats/stars/{}", self.room));
        get(with_query(url, &[("count", self.count.to_string())]), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Vec<StarredMessage>, Error> {
        let answer = Answer::of("the list of starred messages", response);
        let list: Vec<StarredMessage> = answer.read_list(|list| {
            if list.all(at::LIST_ITEM).count() != list.all(at::STAR_ITEM).count() {
                return Err(list.missing(at::STAR_ITEM.text()));
            }
            list.split(at::STAR_ITEM).map(|(item, region)| read(item, region)).collect()
        })?;
        let mut ids = std::collections::BTreeSet::new();
        if list.iter().all(|item| ids.insert(item.id)) { Ok(list) } else { Err(answer.changed("each message once")) }
    }
}

/// The star, the text, the time with its link, and the author, in this order.
fn read(item: Element<'_>, region: Region<'_>) -> Result<StarredMessage, Missing> {
    let region = region.inside(item)?;
    let id = item.attribute("id").and_then(|id| id.strip_prefix("summary_")?.parse().ok());
    let id: MessageId = id.ok_or_else(|| region.missing(at::STAR_ITEM.text()))?;
    let mark = region.one(at::STARS)?;
    let leads_here = |link: &Element<'_>| link.attribute("href").and_then(|href| page::message_of(&href)) == Some(id);
    let link = region.all(at::STAR_LINK).filter(leads_here).last();
    let link = link.ok_or_else(|| region.missing(at::STAR_LINK.text()))?;
    let content = mark.after().and_then(|after| item.slice(after, link.start()));
    let content = content.ok_or_else(|| region.missing("the text between .stars and the link to the message"))?;
    let content = content.trim_end_matches("&nbsp;").trim_end();
    let dash = ["&ndash;", "–", "-"].iter().find_map(|dash| content.strip_suffix(dash));
    let content = dash.unwrap_or(content);
    let user = region.all(at::USER_LINK).last();
    if user.is_some_and(|user| user.start() < link.start()) {
        return Err(region.missing("the author behind the link to the message"));
    }
    let time = region.some(at::RELATIVE_TIME)?;
    Ok(StarredMessage {
        id,
        user: user.and_then(page::linked_user),
        content: content.trim_end().to_owned(),
        time: time.map(|time| {
            PageTime::iso(&time.attribute("title").unwrap_or_default(), &time.inner_text().unwrap_or_default())
        }),
        stars: page::stars(Some(mark), region)?,
    })
}
