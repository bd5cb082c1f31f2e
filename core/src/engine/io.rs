//! What goes into the engine and what comes out of it.

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

/// Something that happened outside.
#[derive(Debug)]
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

/// Something the caller has to do. Each is handed out once.
#[derive(Debug)]
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
    Event(Box<Event>),
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
