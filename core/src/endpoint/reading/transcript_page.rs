//! What a page of the transcript says.

use serde::{Deserialize, Serialize};

use super::message::ShownMessage;
use super::transcript::Transcript;
use crate::endpoint::page::{self, NamedUser, Stars};
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{Day, MessageId, PageTime, RoomId, UserId};

/// A page of the transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TranscriptPage {
    /// The room.
    pub room: RoomId,
    /// Its name.
    pub room_name: String,
    /// What it is about, as far as the page shows it.
    pub description: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The day.
    pub day: Day,
    /// The hours that the page covers, where it says: from the first, before the second.
    pub hours: Option<(u8, u8)>,
    /// The parts that a busy day is cut into, in their order; empty when it is not.
    pub parts: Vec<(u8, u8)>,
    /// The first day of the room, where the page links to it.
    pub first_day: Option<Day>,
    /// The last one, likewise.
    pub last_day: Option<Day>,
    /// The day before on which something was said.
    pub previous_day: Option<Day>,
    /// The day after on which something was said.
    pub next_day: Option<Day>,
    /// What was said, oldest first.
    pub messages: Vec<TranscriptMessage>,
}

/// A message in the transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own on the page")]
#[non_exhaustive]
pub struct TranscriptMessage {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub user: NamedUser,
    /// Whether the reader wrote it.
    pub mine: bool,
    /// When, to the minute: of the first message of a group that has a time, and not of every group.
    pub time: Option<PageTime>,
    /// HTML; `None` when it was deleted.
    pub content: Option<String>,
    /// Whether the content is only the beginning: [`FullMessage`](crate::endpoint::FullMessage) has the rest.
    pub truncated: bool,
    /// The message it answers.
    pub parent: Option<MessageId>,
    /// Whether it was edited.
    pub edited: bool,
    /// Stars and pins.
    pub stars: Stars,
    /// Whether it is the one that the page was asked for.
    pub highlighted: bool,
}

impl TranscriptPage {
    /// The call for what was said before: the part before this one, or the whole day before.
    pub fn previous(&self) -> Option<Transcript> {
        let here = self.part();
        let part = here.and_then(|here| here.checked_sub(1)).map(|before| self.parts[before]);
        match part {
            Some((from, to)) => Some(Transcript::Hours(self.room, self.day, from, to)),
            None => self.previous_day.map(|day| Transcript::Day(self.room, day)),
        }
    }

    /// The call for what was said after: the part after this one, or the whole day after.
    pub fn next(&self) -> Option<Transcript> {
        let part = self.part().and_then(|here| self.parts.get(here + 1));
        match part {
            Some((from, to)) => Some(Transcript::Hours(self.room, self.day, *from, *to)),
            None => self.next_day.map(|day| Transcript::Day(self.room, day)),
        }
    }

    fn part(&self) -> Option<usize> {
        let hours = self.hours?;
        self.parts.iter().position(|part| *part == hours)
    }

    pub(super) fn read(page: Region<'_>) -> Result<Self, Missing> {
        let canonical = page.one(at::CANONICAL)?.attribute("href").unwrap_or_default();
        let (room, day, hours) = place(&canonical).ok_or_else(|| page.missing(at::CANONICAL.text()))?;
        let name = page.inside(page.one(at::ROOM_NAME_LINK)?)?.one(at::LINK)?;
        let log = page.inside(page.one(at::TRANSCRIPT)?)?;
        if page.all(at::TRANSCRIPT_MESSAGE).chain(page.all(at::MONOLOGUE)).any(|mark| !log.has(mark)) {
            return Err(page.missing("messages within #transcript alone"));
        }
        let mut messages = Vec::new();
        for (mark, group) in log.split(at::MONOLOGUE) {
            read_group(mark, group.until(at::SYSTEM_MESSAGE), day, &mut messages)?;
        }
        // A message whose own mark was renamed still has its content.
        let shown = [at::TRANSCRIPT_MESSAGE, at::CONTENT].map(|mark| log.all(mark).count());
        if shown != [messages.len(); 2] || messages.iter().any(|(r, _)| *r != room) {
            return Err(page.missing("each message in a .monologue of the room"));
        }
        let empty = log.first(at::SYSTEM_MESSAGE).is_some();
        if messages.is_empty() && !empty {
            return Err(page.missing(at::TRANSCRIPT_MESSAGE.text()));
        }
        let neighbour = |selector| day_link(page, selector, room);
        let (previous_day, next_day) = (neighbour(at::PREVIOUS)?, neighbour(at::NEXT)?);
        let buttons = page.all(at::DAY_BUTTON).filter(|button| button.attribute("rel").is_none());
        let ends: Vec<Day> = buttons.filter_map(|button| day_of(button, room)).collect();
        let numbered = page.first(at::PAGE_NUMBER).is_some();
        let numbers = |link: &Element<'_>| page.inside(*link).is_ok_and(|link| link.first(at::PAGE_NUMBER).is_some());
        let parts = page.all(at::LINK).filter(|link| numbered && numbers(link));
        let mut parts: Vec<(u8, u8)> = parts
            .filter_map(|link| place(&link.attribute("href")?))
            .filter(|(r, d, _)| (*r, *d) == (room, day))
            .filter_map(|(_, _, hours)| hours)
            .chain(if numbered { hours } else { None })
            .collect();
        parts.sort_unstable();
        parts.dedup();
        let about = page.some(at::MINI_DESCRIPTION)?;
        let about = about.and_then(|about| {
            about.attribute("title").map(|title| title.trim().to_owned()).or_else(|| about.inner_text())
        });
        Ok(Self {
            room,
            room_name: name.inner_text().filter(|name| !name.is_empty()).ok_or_else(|| page.missing(".room-name"))?,
            description: about.unwrap_or_default(),
            tags: page::tags(page)?,
            day,
            hours,
            parts,
            first_day: ends.iter().copied().filter(|end| *end < day).min(),
            last_day: ends.iter().copied().filter(|end| *end > day).max(),
            previous_day,
            next_day,
            messages: messages.into_iter().map(|(_, message)| message).collect(),
        })
    }
}

fn read_group(
    mark: Element<'_>,
    group: Region<'_>,
    day: Day,
    messages: &mut Vec<(RoomId, TranscriptMessage)>,
) -> Result<(), Missing> {
    let mut user = page::user(group.one(at::USER_NAME)?, group)?;
    let class_id: Option<UserId> = mark.classes().find_map(|class| class.strip_prefix("user-")?.parse().ok());
    if user.id.is_some() && class_id.is_some() && user.id != class_id {
        return Err(group.missing("one author in .monologue and .username"));
    }
    user.id = user.id.or(class_id);
    let time = group.first(at::TIMESTAMP).and_then(Element::inner_text).map(|text| PageTime::on(day, &text));
    for (element, region) in group.split(at::TRANSCRIPT_MESSAGE) {
        let message = ShownMessage::read(region)?;
        let id = element.attribute("id").and_then(|id| id.strip_prefix("message-")?.parse().ok());
        if id != Some(message.id) {
            return Err(region.missing(at::TRANSCRIPT_MESSAGE.text()));
        }
        messages.push((
            message.room,
            TranscriptMessage {
                id: message.id,
                user: user.clone(),
                mine: mark.has_class(at::mark::MINE),
                time: time.clone(),
                content: message.content,
                truncated: message.truncated,
                parent: message.parent,
                edited: message.edited,
                stars: message.stars,
                highlighted: element.has_class(at::mark::HIGHLIGHT),
            },
        ));
    }
    Ok(())
}

/// The day that the links of this kind lead to; they agree.
fn day_link(page: Region<'_>, selector: crate::html::Selector, room: RoomId) -> Result<Option<Day>, Missing> {
    let mut days = page.all(selector).map(|link| day_of(link, room).ok_or_else(|| page.missing(selector.text())));
    let Some(first) = days.next().transpose()? else { return Ok(None) };
    for day in days {
        if day? != first {
            return Err(page.missing(selector.text()));
        }
    }
    Ok(Some(first))
}

fn day_of(link: Element<'_>, room: RoomId) -> Option<Day> {
    place(&link.attribute("href")?).filter(|(r, ..)| *r == room).map(|(_, day, _)| day)
}

/// A day of a room, or some hours of it.
type Place = (RoomId, Day, Option<(u8, u8)>);

/// `/transcript/ROOM/YYYY/M/D[/FROM-TO]`.
fn place(address: &str) -> Option<Place> {
    let rest = &address[address.find("/transcript/")? + "/transcript/".len()..];
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let mut parts = rest.split('/');
    let room = parts.next()?.parse().ok()?;
    let day = Day::from_parts(parts.next()?, parts.next()?, parts.next()?)?;
    let hours = parts.next().and_then(|hours| hours.split_once('-'));
    let hours = hours.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    Some((room, day, hours.filter(|(from, to)| from < to && *to <= 24)))
}
