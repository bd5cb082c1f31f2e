//! The seam between the handles and whatever runs them.

use std::fmt::Debug;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
pub use sechat_core::engine::Rest;
use sechat_core::{Error, Now, TransportError};

use crate::Reply;

/// What the driver needs of the world: HTTP, WebSockets, time, and somewhere to run.
///
/// Clones share what there is to share, such as pooled connections. A future that is dropped gives up what it was
/// doing; the driver ends every exchange that takes too long in this way, so an implementation needs no timeouts.
pub trait Runtime: Clone + Debug + Send + Sync + 'static {
    /// An open WebSocket.
    type Socket: Socket;

    /// Sends a request with an absolute `http` or `https` address and reads the whole answer.
    ///
    /// Headers go out byte for byte, a `Host` is added, redirects are not followed, cookies are not kept, and an answer
    /// longer than a few megabytes is an error. [`TransportError::sent`] is `false` only if no byte of the request can
    /// have been read by the server.
    fn fetch(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;

    /// Opens a WebSocket at a `ws` or `wss` address, keeping the request's headers, `Origin` above all.
    fn open(&self, request: Request<()>) -> impl Future<Output = Result<Self::Socket, TransportError>> + Send;

    /// Waits until `at` of the clock that [`now`](Self::now) reads. Returns at once for an instant gone by.
    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()> + Send;

    /// Runs a task in the background, to its end or to the end of the runtime.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    /// The time. A runtime with a clock that can be paused reads that one.
    fn now(&self) -> Now {
        Now::new(Instant::now(), SystemTime::now())
    }

    /// Told by the driver whenever it has done what it can for now. Simulations learn from it when all is quiet.
    fn resting(&self, _rest: Rest) {}

    /// A number that differs from process to process and from call to call. It seeds the jitter of waits; no secret
    /// depends on it.
    fn seed(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

/// An open WebSocket. Dropping it closes the connection without a word.
pub trait Socket: Send + 'static {
    /// The next text message; `None` after an orderly end.
    ///
    /// The driver drops this future and asks again: a message must not be lost by that. Pings are answered meanwhile.
    fn next(&mut self) -> impl Future<Output = Option<Result<Bytes, TransportError>>> + Send;

    /// Takes leave of the server. The driver bounds how long that may take.
    fn close(&mut self) -> impl Future<Output = ()> + Send;
}

/// How handles give back results: as futures or by waiting for them.
///
/// Users meet it as the `M` of every handle and need not name it: the crate for their runtime has an alias for each
/// handle. To bring another runtime along, implement [`Runtime`], this, and one of [`AsyncMode`] and [`BlockingMode`].
pub trait Mode: Sized + Send + Sync + 'static {
    /// What runs the driver.
    type Runtime: Runtime;

    /// What a call gives back: [`Reply<T>`] in async modes, `Result<T, Error>` in blocking ones.
    ///
    /// For code that does not know its mode there is [`Replied::into_reply`].
    type Reply<T: Send + 'static>: Replied<T>;

    /// The runtime for a new connection that was not given one.
    fn runtime() -> Result<Self::Runtime, Error>;

    /// Turns the pending result of a call into what the mode gives back.
    #[doc(hidden)]
    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Self::Reply<T>;
}

/// What a call has given back, in any mode.
///
/// ```
/// use sechat_client::{Chat, Error, MessageId, Mode, Replied};
///
/// /// In blocking modes, each call has ended before it is awaited.
/// async fn greet<M: Mode>(chat: &Chat<M>) -> Result<MessageId, Error> {
///     let room = chat.join(1).into_reply().await?;
///     room.send("Hello!").into_reply().await
/// }
/// ```
pub trait Replied<T>: Send {
    /// A future of the result, which is there already in a blocking mode.
    fn into_reply(self) -> Reply<T>;
}

impl<T: Send + 'static> Replied<T> for Reply<T> {
    fn into_reply(self) -> Self {
        self
    }
}

impl<T: Send + 'static> Replied<T> for Result<T, Error> {
    fn into_reply(self) -> Reply<T> {
        Reply::ready(self)
    }
}

/// A mode whose calls are futures, and whose events are a `Stream`.
pub trait AsyncMode: Mode {}

/// A mode whose calls block the thread, and whose events are an `Iterator`.
pub trait BlockingMode: Mode {
    /// Called before a thread waits for events or for something to read: panics where that might be for ever. Calls wait
    /// in `hand_over`, which is to do the same.
    fn before_waiting() {}
}
