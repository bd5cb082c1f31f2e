//! A message as transcripts, search results and histories show it.

use crate::endpoint::page::{self, Stars};
use crate::html::{Missing, Region, selectors as at};
use crate::{MessageId, RoomId};

/// What stands in a message's part of a page.
pub(in crate::endpoint) struct ShownMessage {
    pub(in crate::endpoint) id: MessageId,
    pub(in crate::endpoint) room: RoomId,
    /// `None` when the message is gone.
    pub(in crate::endpoint) content: Option<String>,
    pub(in crate::endpoint) truncated: bool,
    pub(in crate::endpoint) parent: Option<MessageId>,
    pub(in crate::endpoint) edited: bool,
    pub(in crate::endpoint) stars: Stars,
}

impl ShownMessage {
    /// Reads it. The region begins with the message and ends before the next.
    pub(in crate::endpoint) fn read(region: Region<'_>) -> Result<Self, Missing> {
        let shown = Self::read_among_links(region)?;
        let content = region.inside(region.one(at::CONTENT)?)?;
        // Its own anchor and that of a reply: a third link is a mark that was renamed or belongs elsewhere.
        let links = region.all(at::TRANSCRIPT_LINK).filter(|link| !content.has(*link)).count();
        if links == 1 + usize::from(shown.parent.is_some()) { Ok(shown) } else { Err(region.missing(at::REPLY.text())) }
    }

    /// As [`ShownMessage::read`], on pages that may link to rooms and transcripts between their messages.
    pub(in crate::endpoint) fn read_among_links(region: Region<'_>) -> Result<Self, Missing> {
        let anchor = region.one(at::MESSAGE_ANCHOR)?;
        let id = anchor.attribute("name").and_then(|name| name.parse().ok());
        let id: MessageId = id.ok_or_else(|| region.missing(at::MESSAGE_ANCHOR.text()))?;
        let href = anchor.attribute("href").unwrap_or_default();
        let room = page::room_of(&href).ok_or_else(|| region.missing("a[href^=/transcript/ROOM]"))?;
        if page::message_of(&href) != Some(id) {
            return Err(region.missing("an anchor whose name and address agree"));
        }

        let content = region.one(at::CONTENT)?;
        let html = content.inner().ok_or_else(|| region.missing("the end of .content"))?;
        let inside = region.inside(content)?;
        let flash = region.some(at::FLASH)?;
        let next = [flash, region.first(at::MESSAGE_SOURCE)].into_iter().flatten().map(crate::html::Element::start);
        if let (Some(next), Some(end)) = (next.filter(|next| *next > content.start()).min(), content.after())
            && !content.slice(end, next).is_some_and(ends_only)
        {
            return Err(region.missing("the end of .content before .flash"));
        }

        let outside = |mark: &crate::html::Element<'_>| !inside.has(*mark);
        let mut marks = region.all(at::STARS).filter(outside);
        let mark = marks.next();
        let unknown = flash.is_some_and(|flash| flash.inner() != Some("")) && mark.is_none();
        if unknown || marks.next().is_some() {
            return Err(region.missing(at::STARS.text()));
        }

        let parent = match region.all(at::REPLY).find(outside) {
            None => None,
            Some(reply) => {
                let parent = reply.attribute("href").and_then(|href| page::message_of(&href));
                Some(parent.ok_or_else(|| region.missing("a.reply-info[href$=#MESSAGE]"))?)
            }
        };
        let removed = inside.first(at::REMOVED).is_some_and(|mark| mark.inner_text().is_some_and(|t| t == "(removed)"));
        Ok(Self {
            id,
            room,
            content: (!removed).then(|| html.to_owned()),
            truncated: inside.first(at::PARTIAL).is_some(),
            parent,
            edited: region.all(at::EDITED).any(|mark| outside(&mark)),
            stars: page::stars(mark, region)?,
        })
    }
}

/// Whether these are closing tags: since 2025 `.content` may stand in a wrapper (protocol notes, 5.3).
fn ends_only(markup: &str) -> bool {
    markup.replace("</div>", "").trim().is_empty()
}
