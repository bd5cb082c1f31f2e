//! What can go wrong, in variants a bot can act on.

use std::fmt;
use std::time::Duration;

use crate::{MessageId, RoomId};

/// Why a call failed.
///
/// The Python library's three kinds map onto this: `LoginError` is [`Error::Login`] and [`Error::SessionExpired`],
/// `RatelimitError` is [`Error::RateLimited`], and `OperationFailedError` is everything else.
///
/// No variant ever holds a password, a cookie or an fkey.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Logging in failed.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The session is no longer valid and there is no password to log in again with.
    #[error("the session has expired: log in again and store the new credentials")]
    SessionExpired,
    /// The call needs an account, and this connection reads anonymously.
    #[error("this needs an account: connect with credentials instead of anonymously")]
    NotLoggedIn,
    /// The network failed, and every attempt that is safe to make was made.
    #[error("the network failed: {0}")]
    Transport(#[from] TransportError),
    /// It may or may not have been done: the request left, no answer came, and of a message the room did not show it.
    ///
    /// It was not sent again, for that could post a message twice, or take a star back. Read the room before trying
    /// again.
    #[error("it is not known whether this was done ({reason}); check the room before trying again")]
    Uncertain {
        /// What happened to the answer.
        reason: String,
    },
    /// The server refused, and says why.
    #[error("the server refused: {reason}{}", Status(*status))]
    #[non_exhaustive]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Which of the known refusals it is.
        reason: Refusal,
    },
    /// The server still wants a wait after as many tries as the configuration allows.
    #[error("rate limited: try again in {} s, or allow more tries", retry_after.as_secs())]
    #[non_exhaustive]
    RateLimited {
        /// How long the server asked to wait.
        retry_after: Duration,
    },
    /// More posts, edits and the like would wait than the configuration allows; this one was not taken in.
    #[error(
        "no more than {limit} calls may wait for the server's throttle: wait for some of them before making more, \
         or raise Config::queue_limit"
    )]
    #[non_exhaustive]
    QueueFull {
        /// The limit of the configuration.
        limit: usize,
    },
    /// The account has just posted the same text; the server dropped this one.
    #[error("the server dropped a message equal to your last one: change the text or wait a minute")]
    Duplicate,
    /// A text went out in several parts, and one of them failed. Those after it were not sent.
    #[error("{error} (parts posted before: {})", posted.len())]
    #[non_exhaustive]
    Partly {
        /// The messages that are posted, in order; at least one.
        posted: Vec<MessageId>,
        /// Why the next part failed.
        error: Box<Self>,
    },
    /// The server is at fault: a status from 500 on, or Cloudflare's page where an answer was due.
    #[error("the server failed with HTTP {status}: {excerpt}")]
    #[non_exhaustive]
    Server {
        /// The HTTP status.
        status: u16,
        /// The start of the body.
        excerpt: String,
    },
    /// A page or an answer is not as it used to be. Please report this text whole.
    #[error("{page} has changed: looked for {looked_for}; it reads: {excerpt}")]
    #[non_exhaustive]
    Changed {
        /// Which page or answer.
        page: &'static str,
        /// What should have been there.
        looked_for: &'static str,
        /// The start of what was there, with anything secret cut out.
        excerpt: String,
    },
    /// The call itself cannot be made; nothing was sent.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The room cannot be read any more.
    #[error("room {room} is closed to this account: {reason}")]
    #[non_exhaustive]
    RoomClosed {
        /// The room.
        room: RoomId,
        /// What the server said.
        reason: String,
    },
    /// The call was cancelled before it was sent.
    #[error("cancelled before it was sent")]
    Cancelled,
    /// The connection to chat was closed.
    #[error("the chat connection is closed")]
    Closed,
    /// A file of stored credentials could not be read or written.
    #[error("{path}: {reason}")]
    #[non_exhaustive]
    Store {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

/// A status that says more than the reason does: a refusal in a page that came as if all were well has none.
struct Status(u16);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            200..300 => Ok(()),
            status => write!(f, " (HTTP {status})"),
        }
    }
}

/// Why a login failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The e-mail address or the password is wrong.
    #[error("wrong e-mail address or password")]
    WrongPassword,
    /// The site wants a human. Waiting helps, and so do cookies pasted from a browser.
    #[error(
        "the site asks for a CAPTCHA after too many logins: wait some minutes, \
         or log in with the acct and prov cookies of a browser"
    )]
    Captcha,
    /// The site took the login, but the chat server did not.
    #[error("the chat server did not accept the login: check that the account may use chat")]
    ChatRefused,
}

/// The known refusals, told apart by their text (protocol notes, 4.1 and 4.4 to 4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No such room, or no right to write there.
    NoSuchRoomOrNoPermission,
    /// The account may not post for now. The text says until when.
    AccountBlocked(String),
    /// Nobody may post in the room for now. The text says until when.
    RoomInTimeout(String),
    /// The room is frozen: only moderators can change that.
    RoomFrozen,
    /// The account lacks reputation. The text says how much.
    NotEnoughReputation(String),
    /// More than about two minutes have passed since the message was posted.
    TooLate,
    /// The message belongs to somebody else.
    NotYours,
    /// Only owners of the room may do that.
    NotRoomOwner,
    /// The message is deleted already.
    AlreadyDeleted,
    /// There is no such message, or the server could not read the request.
    BadId,
    /// The server answers with another page, at this path. Often that means that the session is no longer valid.
    Redirected(String),
    /// Any other text of the server.
    Other(String),
}

/// A call that cannot be made as it stands. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The text is empty or only white space.
    #[error("a message needs some text")]
    EmptyMessage,
    /// One line may have 500 characters; a text with a line break may have more.
    #[error("one line may have {max} characters and this one has {length}: shorten it or break the line")]
    #[non_exhaustive]
    LineTooLong {
        /// Characters of the line.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A text that has to say something is empty or only white space.
    #[error("{what} needs some text")]
    #[non_exhaustive]
    Missing {
        /// Which text.
        what: &'static str,
    },
    /// A text has more characters than the server takes.
    #[error("{what} may have {max} characters and this one has {length}")]
    #[non_exhaustive]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Characters of the text.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A call is about nothing, or about more things than it may be.
    #[error("{what}: between {min} and {max}, and there are {count}")]
    #[non_exhaustive]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// The fewest.
        min: u64,
        /// The most.
        max: u64,
    },
    /// A conversation begins and ends with the same message: it needs two.
    #[error("a conversation needs two different messages")]
    OneMessage,
    /// Stored or pasted credentials cannot be used.
    #[error("bad credentials: {0}")]
    Credentials(String),
    /// A stored state cannot be gone on from.
    #[error("bad state: {0}")]
    State(String),
    /// An address is not what it should be.
    #[error("bad address: {0}")]
    Address(String),
    /// The `User-Agent` of the configuration cannot be a header.
    #[error("bad user agent {0:?}: it must be one line of visible ASCII")]
    UserAgent(String),
    /// A certificate to trust cannot be used.
    #[error("bad certificate: {0}")]
    Certificate(String),
}

/// A network fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", if *sent { " (the request may have arrived)" } else { "" })]
#[non_exhaustive]
pub struct TransportError {
    /// Whether the request may have reached the server. When in doubt, `true`.
    pub sent: bool,
    /// What happened, without addresses' queries, cookies or bodies.
    pub reason: String,
}

impl Error {
    /// A room that can no longer be read, and what the server said.
    pub fn room_closed(room: RoomId, reason: impl fmt::Display) -> Self {
        Self::RoomClosed { room, reason: reason.to_string() }
    }

    /// What posting a text in several parts comes to when one of them fails: these were posted before it.
    #[must_use = "it is the error to fail with"]
    pub fn after(self, posted: Vec<MessageId>) -> Self {
        if posted.is_empty() { self } else { Self::Partly { posted, error: Box::new(self) } }
    }

    /// A fault of the file that credentials are stored in.
    pub fn store(path: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::Store { path: path.to_string(), reason: reason.to_string() }
    }
}

impl TransportError {
    /// The request certainly did not reach the server: it is safe to send it again.
    pub fn unsent(reason: impl fmt::Display) -> Self {
        Self { sent: false, reason: reason.to_string() }
    }

    /// The request may have reached the server.
    pub fn maybe_sent(reason: impl fmt::Display) -> Self {
        Self { sent: true, reason: reason.to_string() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchRoomOrNoPermission => f.write_str("no such room, or no permission for this in it"),
            Self::RoomFrozen => f.write_str("the room is frozen"),
            Self::TooLate => f.write_str("too late: messages can be changed for about two minutes"),
            Self::NotYours => f.write_str("the message is not yours"),
            Self::NotRoomOwner => f.write_str("only owners of the room may do that"),
            Self::AlreadyDeleted => f.write_str("the message is deleted already"),
            Self::BadId => f.write_str("no such message or room"),
            Self::Redirected(path) => write!(f, "it sends this request to {path}; is the session still valid?"),
            Self::AccountBlocked(text)
            | Self::RoomInTimeout(text)
            | Self::NotEnoughReputation(text)
            | Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_a_status_that_says_something() {
        let text = |status| Error::Refused { status, reason: Refusal::TooLate }.to_string();
        let without = text(200);
        assert!(!without.contains("HTTP"), "{without}");
        assert_eq!(text(404), format!("{without} (HTTP 404)"));
    }
}
