//! The card of a user on a room's pages.

use serde::{Deserialize, Serialize};

use crate::endpoint::page::{self, NamedUser};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{MessageId, UserId};

/// A user on a room's pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserCard {
    /// Who it is.
    pub user: NamedUser,
    /// Their reputation.
    pub reputation: Option<u64>,
    /// What they say of themselves.
    pub about: String,
    /// Their last message in the room.
    pub last_post: Option<MessageId>,
    /// How long ago that was, in the words of the page: `1d ago`.
    pub last_post_ago: Option<String>,
    /// How many messages they have in the room.
    pub messages: Option<u64>,
}

/// All cards of a region.
pub(super) fn user_cards(region: Region<'_>) -> Result<Vec<UserCard>, Missing> {
    let names = region.all(at::CARD_NAME).count();
    let cards: Vec<_> = region.split(at::USER_CARD).map(|(card, rest)| read(card, rest)).collect::<Result<_, _>>()?;
    let mut ids = std::collections::BTreeSet::new();
    if cards.len() != names || !cards.iter().all(|card| ids.insert(card.user.id)) {
        return Err(region.missing("each user once, in .usercard"));
    }
    Ok(cards)
}

fn read(card: Element<'_>, rest: Region<'_>) -> Result<UserCard, Missing> {
    let region = rest.inside(card)?;
    let link = region.one(at::CARD_NAME)?;
    let user = page::linked_user(link).ok_or_else(|| rest.missing(at::CARD_NAME.text()))?;
    // `user-5` or `owner-user-5`, where it has an id at all.
    let id: Option<UserId> = card.attribute("id").and_then(|id| page::number_after(&id, "user-"));
    if id.is_some() && id != user.id {
        return Err(rest.missing("a .usercard whose id and name agree"));
    }
    let about = region.some(at::CARD_MESSAGE)?;
    let about = about.and_then(|about| about.attribute("title").map(Into::into).or_else(|| about.inner_text()));
    let last_post = region.some(at::CARD_LAST_POST)?;
    Ok(UserCard {
        user,
        reputation: region.some(at::REPUTATION)?.and_then(page::exact),
        about: about.unwrap_or_default(),
        last_post: last_post.and_then(|link| page::message_of(&link.attribute("href")?)),
        last_post_ago: last_post.and_then(Element::inner_text),
        messages: region.some(at::CARD_COUNT)?.and_then(page::exact),
    })
}
