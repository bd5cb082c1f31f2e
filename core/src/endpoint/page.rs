//! What the readers of pages have in common.

use serde::{Deserialize, Serialize};

use crate::html::{Element, Missing, Region, selectors as at};
use crate::{MessageId, RoomId, UserId};

/// Somebody as a page names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NamedUser {
    /// The chat user id; `None` for accounts that were removed.
    pub id: Option<UserId>,
    /// The name, without the diamond of moderators.
    pub name: String,
}

/// How many messages, over which time, as a page has it: `1.1k` of `this week`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Activity {
    /// The time: `today`, `yesterday`, `per day`, `this week`, `last week`, `per week`.
    pub over: String,
    /// The number as the page writes it; from a thousand on it is rounded.
    pub count: String,
}

/// Stars and pins as a page shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stars {
    /// How many users have starred the message.
    pub count: u32,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether one of the stars is this session's.
    pub mine: bool,
}

/// The somebody of a `.username`.
pub(super) fn user(element: Element<'_>, region: Region<'_>) -> Result<NamedUser, Missing> {
    let missing = || region.missing(at::USER_NAME.text());
    let text = element.inner_text().ok_or_else(missing)?;
    let id = match region.inside(element)?.some(at::USER_LINK)? {
        Some(link) => Some(user_id(link).ok_or_else(missing)?),
        None if region.inside(element)?.first(at::LINK).is_some() => return Err(missing()),
        None => user_id(element),
    };
    let name = bare_name(&text);
    if name.is_empty() { Err(missing()) } else { Ok(NamedUser { id, name }) }
}

/// The somebody of a link.
pub(super) fn linked_user(link: Element<'_>) -> Option<NamedUser> {
    let id = user_id(link)?;
    let name = link.inner_text().filter(|name| !name.is_empty());
    let name = name.or_else(|| link.attribute("title").map(Into::into))?;
    Some(NamedUser { id: Some(id), name: bare_name(&name) })
}

pub(super) fn user_id(link: Element<'_>) -> Option<UserId> {
    number_after(&link.attribute("href")?, "/users/")
}

/// A name without the diamond behind it.
pub(super) fn bare_name(text: &str) -> String {
    text.trim().trim_end_matches('♦').trim_end().to_owned()
}

/// The number that follows a mark in an address: `/rooms/17/javascript` after `/rooms/`.
pub(super) fn number_after<T: std::str::FromStr>(address: &str, mark: &str) -> Option<T> {
    let rest = &address[address.find(mark)? + mark.len()..];
    rest[..rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len())].parse().ok()
}

/// The message that an address leads to: behind its `#`, or as its last part.
pub(super) fn message_of(address: &str) -> Option<MessageId> {
    match address.rsplit_once('#') {
        Some((_, id)) => id.parse().ok(),
        None => number_after(address, "/message/"),
    }
}

pub(super) fn room_of(address: &str) -> Option<RoomId> {
    number_after(address, "/rooms/info/")
        .or_else(|| number_after(address, "/rooms/"))
        .or_else(|| if address.contains("/transcript/message/") { None } else { number_after(address, "/transcript/") })
}

/// The number at the start of a text; commas between digits are skipped: `123,287 all time messages`.
pub(super) fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = &text[..text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len())];
    digits.replace(',', "").parse().ok()
}

/// The exact number that stands in `title`, or else the one that is shown; `17.5k` is no number.
pub(super) fn exact(element: Element<'_>) -> Option<u64> {
    let shown = || count(&element.inner_text().filter(|text| text.bytes().all(|b| b.is_ascii_digit() || b == b','))?);
    element.attribute("title").and_then(|title| count(&title)).or_else(shown)
}

/// The texts of some tags.
pub(super) fn tags(region: Region<'_>) -> Result<Vec<String>, Missing> {
    let texts = region.all(at::TAG).map(|tag| tag.inner_text().filter(|text| !text.is_empty()));
    texts.collect::<Option<_>>().ok_or_else(|| region.missing(at::TAG.text()))
}

/// `.stars` of a message; without them there are none.
pub(super) fn stars(mark: Option<Element<'_>>, region: Region<'_>) -> Result<Stars, Missing> {
    let Some(mark) = mark else { return Ok(Stars::default()) };
    let times = region.inside(mark)?.one(at::STAR_COUNT)?.inner_text().unwrap_or_default();
    // One star is shown without its number.
    let count = if times.is_empty() { Some(1) } else { times.parse().ok() };
    let count = count.ok_or_else(|| region.missing("a number in .times"))?;
    Ok(Stars { count, pinned: mark.has_class(at::mark::PINNED), mine: mark.has_class(at::mark::OWN_STAR) })
}

/// How busy a room or a user is.
pub(super) fn activity(region: Region<'_>) -> Result<Vec<Activity>, Missing> {
    let pairs = region.pairs(at::STAT_COUNT, at::STAT_FRAME)?;
    let read = |(count, over): (Element<'_>, Element<'_>)| {
        Some(Activity { over: over.inner_text()?, count: count.inner_text()? })
    };
    pairs.into_iter().map(read).collect::<Option<_>>().ok_or_else(|| region.missing(at::STAT_FRAME.text()))
}

/// The page that is shown and the last one there is; a list without numbers has one page.
pub(super) fn paging(region: Region<'_>) -> Result<(u32, u32), Missing> {
    for pager in region.all(at::PAGER) {
        let pager = region.inside(pager)?;
        let numbers: Vec<Element<'_>> = pager.all(at::PAGE_NUMBER).collect();
        for link in pager.all(at::PAGE_LINK) {
            let inside = pager.inside(link)?;
            let next = numbers.get(numbers.partition_point(|number| number.start() < link.start()));
            if !next.is_some_and(|&number| number.start() == link.start() || inside.has(number)) {
                return Err(pager.missing(at::PAGE_NUMBER.text()));
            }
        }
    }
    let mut current = None;
    let mut last = 1;
    for element in region.all(at::PAGE_NUMBER) {
        let text = element.inner_text().unwrap_or_default();
        let Ok(number) = text.parse::<u32>() else { continue };
        last = last.max(number);
        // Both ends of a list may have the numbers.
        if element.has_class(at::mark::CURRENT) && current.replace(number).is_some_and(|other| other != number) {
            return Err(region.missing("one .page-numbers.current"));
        }
    }
    match current {
        Some(current) => Ok((current, last)),
        None if last == 1 => Ok((1, 1)),
        None => Err(region.missing(".page-numbers.current")),
    }
}
