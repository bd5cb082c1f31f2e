//! What a message's history says.

use serde::{Deserialize, Serialize};

use crate::endpoint::page::{self, NamedUser, Stars};
use crate::endpoint::reading::ShownMessage;
use crate::html::{Element, Missing, Region, selectors as at};
use crate::{MessageId, RoomId};

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageRecord {
    /// The message.
    pub id: MessageId,
    /// The room that it is in.
    pub room: RoomId,
    /// Who wrote it.
    pub user: NamedUser,
    /// When, as the page shows it: a clock time in UTC, without the day.
    pub time: Option<String>,
    /// What it says now, as HTML; `None` when the page says that it is removed.
    pub content: Option<String>,
    /// What it says now, as it was typed.
    pub source: Option<String>,
    /// The message that it answers, for answers that say so in their text: newer ones do not.
    pub parent: Option<MessageId>,
    /// Stars and pins.
    pub stars: Stars,
    /// Who pinned it.
    pub pinned_by: Vec<NamedUser>,
    /// What happened to it, the latest first.
    pub revisions: Vec<MessageRevision>,
    /// Whether older texts were purged.
    pub purged: bool,
}

/// Something that happened to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageRevision {
    /// What it was.
    pub kind: RevisionKind,
    /// Who did it.
    pub user: NamedUser,
    /// When, as the page shows it: a clock time in UTC, without the day.
    pub time: Option<String>,
    /// What the message said from then on, as HTML.
    pub content: String,
    /// The same as it was typed.
    pub source: Option<String>,
}

/// The kinds of things that happen to messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RevisionKind {
    /// It was posted.
    Said,
    /// It was edited.
    Edited,
    /// It was deleted.
    Deleted,
    /// Anything else, in the words of the page.
    Other(String),
}

impl MessageRecord {
    /// How often it was edited.
    pub fn edits(&self) -> usize {
        self.revisions.iter().filter(|revision| revision.kind == RevisionKind::Edited).count()
    }

    pub(super) fn read(page: Region<'_>) -> Result<Self, Missing> {
        let mut groups = page.split(at::MONOLOGUE);
        let count = page.all(at::MONOLOGUE).count();
        if [at::MESSAGE, at::CONTENT].map(|mark| page.all(mark).count()) != [count; 2] {
            return Err(page.missing("each message in a .monologue"));
        }
        let (mark, current) = groups.next().ok_or_else(|| page.missing(at::MONOLOGUE.text()))?;
        // What follows it, up to the revisions, says who pinned it.
        let current = current.inside(mark)?;
        let user = page::user(current.one(at::USER_NAME)?, current)?;
        let message = ShownMessage::read_among_links(only_message(current)?)?;
        let revisions = groups.map(|(_, group)| MessageRevision::read(group)).collect::<Result<Vec<_>, _>>()?;
        let purged = is_purged(page);
        if !purged && revisions.last().is_none_or(|first| first.kind != RevisionKind::Said) {
            return Err(page.missing("the revision that begins with said:"));
        }
        // A message may itself begin like a revision, but then so does the text of the latest one.
        let marked =
            MessageRevision::MARKS.iter().any(|mark| message.content.as_deref().is_some_and(|c| c.starts_with(mark)));
        if marked && revisions.first().map(|latest| &latest.content) != message.content.as_ref() {
            return Err(page.missing("the message as it is, before its revisions"));
        }
        let sources: Vec<_> = page.all(at::MESSAGE_SOURCE).map(Element::exact_text).collect();
        let first = sources.last().cloned().flatten().unwrap_or_default();
        let mut pinned_by = Vec::new();
        for line in page.all(at::PIN_LINE) {
            let line = page.inside(line)?;
            if line.first(at::PIN_MARK).is_some() {
                let pinner = line.one(at::USER_LINK)?;
                pinned_by.push(page::linked_user(pinner).ok_or_else(|| line.missing(at::USER_LINK.text()))?);
            }
        }
        Ok(Self {
            id: message.id,
            room: message.room,
            user,
            time: time(current),
            content: message.content,
            source: sources.into_iter().next().flatten(),
            parent: message.parent.or_else(|| prefix(&first)),
            stars: message.stars,
            pinned_by,
            revisions,
            purged,
        })
    }
}

impl MessageRevision {
    const MARKS: [&str; 3] = ["<b>said:", "<b>edited:", "<b>deleted"];

    fn read(group: Region<'_>) -> Result<Self, Missing> {
        let user = page::user(group.one(at::USER_NAME)?, group)?;
        let message = only_message(group)?;
        let content = message.one(at::CONTENT)?;
        let html = content.inner().ok_or_else(|| message.missing("the end of .content"))?;
        let mark = message.need(at::BOLD)?;
        let word = mark.inner_text().unwrap_or_default();
        let after = mark.after().unwrap_or_default();
        let kind = match word.trim_end_matches(':').trim() {
            "said" => RevisionKind::Said,
            "edited" => RevisionKind::Edited,
            "deleted" => RevisionKind::Deleted,
            other => RevisionKind::Other(other.to_owned()),
        };
        // The mark stands at the start of the content, or before it.
        let inside = message.inside(content)?.has(mark);
        let rest = content.end().filter(|_| inside).and_then(|end| content.slice(after, end));
        Ok(Self {
            kind,
            user,
            time: time(group),
            content: rest.unwrap_or(html).to_owned(),
            source: message.some(at::MESSAGE_SOURCE)?.and_then(Element::exact_text),
        })
    }
}

/// Whether the page itself says so. A message may say the same.
fn is_purged(page: Region<'_>) -> bool {
    let times = |element: Element<'_>| {
        element.inner_text().map_or(0, |text| text.matches("older data no longer available").count())
    };
    let written = page.all(at::CONTENT).chain(page.all(at::MESSAGE_SOURCE)).map(times).sum();
    page.first(at::BODY).map_or(0, times) > written
}

fn only_message(group: Region<'_>) -> Result<Region<'_>, Missing> {
    group.one(at::MESSAGE)?;
    Ok(group.split(at::MESSAGE).next().map_or(group, |(_, message)| message))
}

fn time(group: Region<'_>) -> Option<String> {
    group.first(at::TIMESTAMP).and_then(Element::inner_text)
}

/// `:123 text` answers message 123.
fn prefix(source: &str) -> Option<MessageId> {
    let digits = source.strip_prefix(':')?;
    digits[..digits.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}
