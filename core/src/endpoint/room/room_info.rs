//! What a room says about itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use super::user_card::{UserCard, user_cards};
use crate::endpoint::answer::Answer;
use crate::endpoint::page::{self, Activity};
use crate::endpoint::request::{HTML, get, with_query};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{Error, RoomId};

/// `GET CHAT/rooms/info/R?tab=general`: numbers, owners and users of a room (protocol notes, 5.6).
///
/// Needs no account in public rooms. A room that is gone or not for you is a refusal with status 404.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct RoomInfo {
    /// The room.
    pub room: RoomId,
    /// Whose cards the page shows.
    pub users: InfoUsers,
}

/// Whose cards the info page of a room shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InfoUsers {
    /// Those who are in it.
    #[default]
    Current,
    /// Those who are often in it.
    Frequent,
}

/// What a room says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomDetails {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// What it is about: HTML.
    pub description: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The site it belongs to, where the page says.
    pub site: Option<String>,
    /// Whether it is one's favourite.
    pub favorite: bool,
    /// Rows of the page such as `first message` (`2015-10-19`) and `last message` (`18 minutes ago`).
    pub facts: BTreeMap<String, String>,
    /// How busy it is.
    pub activity: Vec<Activity>,
    /// How many messages it has.
    pub messages: Option<u64>,
    /// How many users ever wrote in it.
    pub users_ever: Option<u64>,
    /// How much the other tabs hold, as the page writes it: `stars` is `2.1k`.
    pub tab_counts: BTreeMap<String, String>,
    /// The owners.
    pub owners: Vec<UserCard>,
    /// The users that were asked for.
    pub users: Vec<UserCard>,
}

impl Endpoint for RoomInfo {
    type Output = RoomDetails;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let users = match self.users {
            InfoUsers::Current => "current",
            InfoUsers::Frequent => "frequent",
        };
        let query = [("tab", "general".to_owned()), ("users", users.to_owned())];
        get(with_query(session.chat(format!("/rooms/info/{}", self.room)), &query), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<RoomDetails, Error> {
        let answer = Answer::of("the info page of a room", response);
        let details = answer.read(read)?;
        if details.id == self.room { Ok(details) } else { Err(answer.changed("the room that was asked for")) }
    }
}

fn read(page: Region<'_>) -> Result<RoomDetails, Missing> {
    let element = page.one(at::ROOM_CARD_XXL)?;
    let card = page.inside(element)?;
    let id = element.attribute("id").and_then(|id| id.strip_prefix("room-")?.parse().ok());
    let name = card.one(at::HEADING)?.inner_text().filter(|name| !name.is_empty());
    let tabs = page.one(at::TAB)?;
    let mut tab_counts = BTreeMap::new();
    for (link, tab) in page.inside(tabs)?.split(at::LINK) {
        if let Some(count) = tab.some(at::TAB_COUNT)?.and_then(Element::inner_text) {
            let text = link.inner_text().unwrap_or_default();
            tab_counts.insert(text.strip_prefix(&count).unwrap_or(&text).trim().to_owned(), count);
        }
    }
    let number = |mark| Ok(page.some(mark)?.map(|n| page::exact(n).or_else(|| page::count(&n.inner_text()?))));
    Ok(RoomDetails {
        id: id.ok_or_else(|| page.missing(".roomcard-xxl[id^=room-]"))?,
        name: name.ok_or_else(|| page.missing(".roomcard-xxl h1"))?,
        description: card.some(at::PARAGRAPH)?.and_then(Element::inner).unwrap_or_default().to_owned(),
        tags: page::tags(card)?,
        site: card.first(at::SITE_LOGO).and_then(|logo| logo.attribute("title")).map(Into::into),
        favorite: card.first(at::ROOM_FAVORITE).is_some(),
        facts: facts(card)?,
        activity: page::activity(card)?,
        messages: number(at::ROOM_MESSAGES)?.flatten(),
        users_ever: number(at::ROOM_USERS)?.flatten(),
        tab_counts,
        owners: user_cards(page.inside(page.one(at::OWNER_CARDS)?)?)?,
        users: user_cards(page.inside(page.one(at::USER_CARDS)?)?)?,
    })
}

/// Rows of a key and a value, which is the only other cell.
fn facts(card: Region<'_>) -> Result<BTreeMap<String, String>, Missing> {
    let table = card.inside(card.one(at::ROOM_STATS)?)?;
    let mut facts = BTreeMap::new();
    let keys: Vec<_> = table.split(at::ROOM_KEY).collect();
    if keys.len() * 2 != table.all(at::CELL).count() {
        return Err(table.missing(at::ROOM_KEY.text()));
    }
    for (key, row) in keys {
        let value = row.all(at::CELL).find(|cell| cell.start() != key.start()).ok_or_else(|| row.missing("td"))?;
        let (key, value) = (key.inner_text().unwrap_or_default(), value.inner_text().unwrap_or_default());
        if facts.insert(key, value).is_some() {
            return Err(table.missing("each .room-keycell once"));
        }
    }
    Ok(facts)
}
