//! Somebody's page.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use crate::endpoint::answer::Answer;
use crate::endpoint::page::{self, Activity};
use crate::endpoint::request::{HTML, get, with_query};
use crate::endpoint::room::{RoomCard, cards};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{Error, UserId};

/// `GET CHAT/users/U`: somebody's page, with the rooms they own and are often in (protocol notes, 5.14).
///
/// Needs no account. Nobody is a [`Refusal::BadId`](crate::Refusal::BadId). Whether the page is that of the user who was
/// asked for cannot be told from it: only the server's own links name the id.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct UserProfile {
    /// The user.
    pub user: UserId,
}

/// What somebody's page says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// The name.
    pub name: String,
    /// Whether they have a diamond.
    pub moderator: bool,
    /// Whether it is one's own page.
    pub mine: bool,
    /// What they say of themselves.
    pub about: String,
    /// The day they came to chat, as the page has it: `2018-07-31`.
    pub since: Option<String>,
    /// How long ago they last wrote, in the words of the page: `49m ago`.
    pub last_message: Option<String>,
    /// How long ago they were last seen, likewise.
    pub last_seen: Option<String>,
    /// Their profile on the parent site, without the scheme: `//stackoverflow.com/users/5/ada`.
    pub parent_profile: Option<String>,
    /// Their reputation there.
    pub reputation: Option<u64>,
    /// All rows of the page, these included: key and text.
    pub facts: BTreeMap<String, String>,
    /// The address of the avatar.
    pub avatar: Option<String>,
    /// How busy they are.
    pub activity: Vec<Activity>,
    /// How many messages they have.
    pub messages: Option<u64>,
    /// How many rooms they ever were in.
    pub rooms_ever: Option<u64>,
    /// The rooms that they own.
    pub owned: Vec<RoomCard>,
    /// The rooms that they are often in.
    pub rooms: Vec<RoomCard>,
}

impl Endpoint for UserProfile {
    type Output = Profile;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let query = [("tab", "general".to_owned()), ("rooms", "frequent".to_owned())];
        get(with_query(session.chat(format!("/users/{}", self.user)), &query), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Profile, Error> {
        Answer::of("a user's page", response).read(read)
    }
}

fn read(page: Region<'_>) -> Result<Profile, Missing> {
    let card = page.inside(page.one(at::PROFILE_CARD)?)?;
    let status = card.one(at::USER_STATUS)?.inner_text().unwrap_or_default();
    let name = page::bare_name(&status);
    let heading = page.one(at::HEADING)?.inner_text().unwrap_or_default();
    if name.is_empty() || page::bare_name(&heading) != name {
        return Err(page.missing("the same name in h1 and .user-status"));
    }
    let table = card.inside(card.one(at::PROFILE_STATS)?)?;
    let mut facts = BTreeMap::new();
    let (mut parent_profile, mut reputation) = (None, None);
    for (key, value) in table.pairs(at::PROFILE_KEY, at::PROFILE_VALUE)? {
        let name = key_name(key).ok_or_else(|| table.missing(at::PROFILE_KEY.text()))?;
        if name == "parent user" {
            let inside = table.inside(value)?;
            parent_profile = inside.some(at::SITE_LINK)?.and_then(|link| link.attribute("href")).map(Into::into);
            if parent_profile.is_none() && inside.first(at::LINK).is_some() {
                return Err(inside.missing(at::SITE_LINK.text()));
            }
            reputation = inside.some(at::REPUTATION)?.and_then(page::exact);
        }
        let text = value.inner_text().ok_or_else(|| table.missing(at::PROFILE_VALUE.text()))?;
        if facts.insert(name, text).is_some() {
            return Err(table.missing("each .user-keycell once"));
        }
    }
    let fact = |name: &str| facts.get(name).cloned();
    let rooms = |mark| page.some(mark)?.map_or(Ok(Vec::new()), |list| cards(page.inside(list)?));
    let (owned, visited) = (rooms(at::OWNED_ROOMS)?, rooms(at::VISITED_ROOMS)?);
    if owned.len() + visited.len() != page.all(at::ROOM_CARD).count() {
        return Err(page.missing("each room in #user-owningcards or #user-roomcards-container"));
    }
    let number = |mark| Ok(page.some(mark)?.and_then(page::exact));
    Ok(Profile {
        moderator: status.contains('♦'),
        mine: page.first(at::EDIT_ABOUT).is_some(),
        about: fact("about").unwrap_or_default(),
        since: fact("chat user since"),
        last_message: fact("last message"),
        last_seen: fact("last seen"),
        parent_profile,
        reputation,
        avatar: card.some(at::AVATAR)?.and_then(|avatar| avatar.attribute("src")).map(Into::into),
        activity: page::activity(card)?,
        messages: number(at::USER_MESSAGES)?,
        rooms_ever: number(at::USER_ROOMS)?,
        owned,
        rooms: visited,
        name,
        facts,
    })
}

/// On one's own page, a link for editing stands in the same cell.
fn key_name(key: Element<'_>) -> Option<String> {
    let text = key.inner_text()?;
    let name = text.split('(').next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.to_owned())
}
