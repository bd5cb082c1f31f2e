//! The transcript of a room.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Request, Response};
use serde::{Deserialize, Serialize};

use super::transcript_page::TranscriptPage;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Day, Error, MessageId, RoomId};

/// `GET CHAT/transcript/…`: what was said in a room on one day, or around one message (protocol notes, 5.3).
///
/// Needs no account in public rooms. Times are those of groups of messages, in UTC and to the minute; messages that
/// were moved away are not on the page.
///
/// It is its own cursor: [`TranscriptPage::previous`] and [`TranscriptPage::next`] give the call for the day to go on
/// with, which can be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Transcript {
    /// The last day on which something was said.
    Latest(RoomId),
    /// A whole day.
    Day(RoomId, Day),
    /// Some hours of a day: from the first, before the second, which is at most 24.
    Hours(RoomId, Day, u8, u8),
    /// The part of a day that a message is in.
    Around(MessageId),
}

impl Endpoint for Transcript {
    type Output = TranscriptPage;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let path = match *self {
            Self::Latest(room) => format!("/transcript/{room}"),
            // The hours keep the server from cutting a busy day into pages.
            Self::Day(room, day) => format!("/transcript/{room}/{}/0-24", day.path()),
            Self::Hours(room, day, from, to) => format!("/transcript/{room}/{}/{from}-{to}", day.path()),
            Self::Around(message) => format!("/transcript/message/{message}"),
        };
        get(session.chat(path), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<TranscriptPage, Error> {
        let answer = Answer::of("the transcript", response);
        let page = answer.read(TranscriptPage::read)?;
        let asked = match *self {
            Self::Latest(room) | Self::Day(room, _) | Self::Hours(room, ..) => room == page.room,
            Self::Around(message) => page.messages.iter().any(|shown| shown.id == message),
        };
        let mut ids = BTreeSet::new();
        if !asked {
            return Err(answer.changed("the room or the message that was asked for"));
        }
        if !page.messages.iter().all(|shown| ids.insert(shown.id)) {
            return Err(answer.changed("each message once"));
        }
        Ok(page)
    }
}
