//! What goes into the engine and what comes out of it.

use std::fmt;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};

use crate::{Event, TransportError};

/// One HTTP request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub(crate) u64);

/// One WebSocket, from the request to open it to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub(crate) u64);

/// One call submitted to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub(crate) u64);

/// Something that happened outside. Its `Debug` shows no body and no header of HTTP.
#[expect(clippy::exhaustive_enums, reason = "every driver must be able to build each of them")]
pub enum Input {
    /// The deadline of [`Engine::poll_timeout`](crate::Engine::poll_timeout) has come.
    Timeout,
    /// An HTTP exchange ended. Answers to aborted exchanges may still be handed in; they are ignored.
    Http(ExchangeId, Result<Response<Bytes>, TransportError>),
    /// The WebSocket handshake succeeded.
    SocketOpened(SocketId),
    /// A text frame arrived.
    SocketFrame(SocketId, Bytes),
    /// The socket could not be opened, failed, or ended; `reason` is for people.
    /// Not wanted after [`Output::SocketClose`], but harmless.
    SocketClosed(SocketId, TransportError),
}

/// Something the caller has to do. Each is handed out once. Its `Debug` shows no body, no header and no query.
#[must_use = "an output that is dropped is work never done: calls behind it will not end"]
#[expect(clippy::exhaustive_enums, reason = "a driver that forgets one must not compile")]
pub enum Output {
    /// Send this request; never follow redirects; hand the answer in as [`Input::Http`].
    Http(ExchangeId, Request<Bytes>),
    /// Nobody waits for this exchange any more: drop it.
    HttpAbort(ExchangeId),
    /// Open a WebSocket with this request (its `Origin` header matters).
    SocketOpen(SocketId, Request<()>),
    /// Close this WebSocket.
    SocketClose(SocketId),
    /// This call has ended: [`Engine::take`](crate::Engine::take) its result.
    Done(TicketId),
    /// Something happened in chat, or to the connection.
    Event(Event),
    /// The same as an [`Event`](Self::Event) before, brought again by [`Engine::replay`](crate::Engine::replay).
    Replayed(Event),
    /// The feed has ended for good and no event will follow.
    /// The result of the shutdown, if one was asked for, is `Ok`.
    FeedEnded(Result<(), crate::Error>),
    /// Shutdown is complete: nothing will come out any more.
    Finished,
}

/// When the engine wants [`Input::Timeout`], and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadline {
    /// When.
    pub at: Instant,
    /// What for, for logs.
    pub why: &'static str,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("Timeout"),
            Self::Http(id, answer) => f
                .debug_tuple("Http")
                .field(id)
                .field(&answer.as_ref().map(|response| response.status().as_u16()))
                .finish(),
            Self::SocketOpened(id) => f.debug_tuple("SocketOpened").field(id).finish(),
            Self::SocketFrame(id, text) => f.debug_tuple("SocketFrame").field(id).field(text).finish(),
            Self::SocketClosed(id, fault) => f.debug_tuple("SocketClosed").field(id).field(fault).finish(),
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(id, request) => {
                let place = (request.method().as_str(), request.uri().host(), request.uri().path());
                f.debug_tuple("Http").field(id).field(&place).finish()
            }
            Self::HttpAbort(id) => f.debug_tuple("HttpAbort").field(id).finish(),
            Self::SocketOpen(id, request) => {
                f.debug_tuple("SocketOpen").field(id).field(&request.uri().host()).finish()
            }
            Self::SocketClose(id) => f.debug_tuple("SocketClose").field(id).finish(),
            Self::Done(id) => f.debug_tuple("Done").field(id).finish(),
            Self::Replayed(event) => f.debug_tuple("Replayed").field(event).finish(),
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
            Self::FeedEnded(result) => f.debug_tuple("FeedEnded").field(result).finish(),
            Self::Finished => f.write_str("Finished"),
        }
    }
}
