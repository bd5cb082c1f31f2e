//! What most deeds on a message have in common: no fields but the fkey.

use bytes::Bytes;
use http::Request;

use crate::MessageId;
use crate::endpoint::Session;
use crate::endpoint::request::TEXT;

/// `POST CHAT/messages/M/DEED`.
pub(super) fn act(session: Session<'_>, message: MessageId, deed: &str) -> Request<Bytes> {
    session.form().post(session.chat(format!("/messages/{message}/{deed}")), session.chat("/"), TEXT)
}
