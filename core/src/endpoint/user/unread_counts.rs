//! What waits for oneself.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{JSON, get};
use crate::endpoint::{Endpoint, Nature, Session};

/// `GET CHAT/topbar/get-unread-counts`: how much is new in one's inbox and achievements (protocol notes, 5.15).
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct UnreadCounts;

/// How much is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unread {
    /// Items in the inbox.
    #[serde(rename = "UnreadInboxCount")]
    pub inbox: u32,
    /// The change of reputation.
    #[serde(default, rename = "UnreadRepCount")]
    pub reputation: i32,
    /// Badges and privileges.
    #[serde(default, rename = "UnreadNonRepCount")]
    pub badges: u32,
}

impl Endpoint for UnreadCounts {
    type Output = Unread;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat("/topbar/get-unread-counts"), JSON)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Unread, Error> {
        Answer::of("the unread counts", response).json("{\"UnreadInboxCount\":…}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn reads_the_counts() {
        let request = UnreadCounts.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.uri(), "https://chat.stackexchange.com/topbar/get-unread-counts");
        let body = r#"{"UnreadInboxCount":2,"UnreadRepCount":-5,"UnreadNonRepCount":1}"#;
        assert_eq!(UnreadCounts.parse(&answer(200, &[], body)), Ok(Unread { inbox: 2, reputation: -5, badges: 1 }));
        for body in ["{}", "null", "<p>log in", "{\"UnreadInboxCount\":2"] {
            assert!(matches!(UnreadCounts.parse(&answer(200, &[], body)), Err(Error::Changed { .. })), "{body}");
        }
    }
}
