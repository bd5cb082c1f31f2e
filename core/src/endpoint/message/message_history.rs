//! What a message said before.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::message::record::MessageRecord;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, MessageId};

/// `GET CHAT/messages/M/history`: a message with everything it said before, and who pinned it (protocol notes, 5.2).
///
/// Needs no account in public rooms. The history of a deleted message is for its author, owners and moderators;
/// anybody else gets a [`Refusal::BadId`](crate::Refusal::BadId).
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct MessageHistory {
    /// The message.
    pub message: MessageId,
}

impl Endpoint for MessageHistory {
    type Output = MessageRecord;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat(format!("/messages/{}/history", self.message)), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<MessageRecord, Error> {
        let answer = Answer::of("the history of a message", response);
        let record = answer.read(MessageRecord::read)?;
        if record.id == self.message { Ok(record) } else { Err(answer.changed("the message that was asked for")) }
    }
}
