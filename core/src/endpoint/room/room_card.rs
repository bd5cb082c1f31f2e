//! The card of a room, in lists and on profiles.

use serde::{Deserialize, Serialize};

use crate::endpoint::page::{self, NamedUser};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{RoomId, UserId};

/// A room in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own on the page")]
#[non_exhaustive]
pub struct RoomCard {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The site it belongs to, where the card says.
    pub site: Option<String>,
    /// Nobody writes in it any more.
    pub frozen: bool,
    /// It is gone for everybody but moderators.
    pub deleted: bool,
    /// Everybody may read, and only those who are named may write.
    pub gallery: bool,
    /// Whether it is one's favourite.
    pub favorite: bool,
    /// How long ago something was said, in the words of the page: `2m ago`.
    pub last_activity: Option<String>,
    /// Who said it.
    pub last_user: Option<NamedUser>,
    /// How many users are in it.
    pub users_present: Option<u64>,
    /// Those of them that the card shows.
    pub users: Vec<UserId>,
    /// How many messages it has; on a profile, how many are that user's.
    pub messages: Option<u64>,
}

/// All cards of a region.
pub(in crate::endpoint) fn cards(region: Region<'_>) -> Result<Vec<RoomCard>, Missing> {
    let names = region.all(at::CARD_ROOM_NAME).count();
    let cards: Vec<_> = region.split(at::ROOM_CARD).map(|(card, rest)| read(card, rest)).collect::<Result<_, _>>()?;
    let mut ids = std::collections::BTreeSet::new();
    if cards.len() != names || !cards.iter().all(|card| ids.insert(card.id)) {
        return Err(region.missing("each room once, in .roomcard[id^=room-]"));
    }
    Ok(cards)
}

fn read(card: Element<'_>, rest: Region<'_>) -> Result<RoomCard, Missing> {
    let region = rest.inside(card)?;
    let id = card.attribute("id").and_then(|id| id.strip_prefix("room-")?.parse().ok());
    let id: RoomId = id.ok_or_else(|| rest.missing(at::ROOM_CARD.text()))?;
    let title = region.one(at::CARD_ROOM_NAME)?;
    let link = region.inside(title)?.one(at::LINK)?;
    if link.attribute("href").and_then(|href| page::room_of(&href)) != Some(id) {
        return Err(rest.missing("a .room-name that links to the room"));
    }
    let activity = region.some(at::CARD_ACTIVITY)?;
    let (mut last_activity, mut last_user) = (None, None);
    if let Some(activity) = activity {
        let inside = region.inside(activity)?;
        last_user = inside.some(at::USER_LINK)?.and_then(page::linked_user);
        let text = activity.inner_text().unwrap_or_default();
        last_activity = text.split(['–', '-']).next().map(|ago| ago.trim().to_owned()).filter(|ago| !ago.is_empty());
    }
    let users = region.some(at::CARD_USERS)?;
    let about = region.some(at::CARD_DESCRIPTION)?;
    let title_or_text = |element: Element<'_>| {
        let title = element.attribute("title").map(std::borrow::Cow::into_owned).filter(|title| !title.is_empty());
        title.or_else(|| element.inner_text()).unwrap_or_default()
    };
    Ok(RoomCard {
        id,
        name: link.inner_text().filter(|name| !name.is_empty()).ok_or_else(|| rest.missing(".room-name"))?,
        description: about.map(title_or_text).unwrap_or_default(),
        site: region.first(at::SITE_LOGO).and_then(|logo| logo.attribute("title")).map(Into::into),
        frozen: card.has_class(at::mark::FROZEN),
        deleted: card.has_class(at::mark::DELETED),
        gallery: region.first(at::GALLERY).is_some(),
        favorite: region.first(at::ROOM_FAVORITE).is_some(),
        last_activity,
        last_user,
        users_present: users.and_then(|users| page::count(&users.attribute("title")?)),
        users: region.all(at::CARD_FACE).filter_map(page::user_id).collect(),
        messages: region.some(at::CARD_MESSAGES)?.and_then(page::exact),
    })
}
