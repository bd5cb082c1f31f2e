//! The same on smol: handles whose calls are futures.
//!
//! ```no_run
//! use sechat_blocking::smol::{Chat, Error, Server};
//!
//! # fn main() -> Result<(), Error> {
//! smol::block_on(async {
//!     let chat = Chat::open("session.json", "bot@example.com", "password", Server::StackExchange).await?;
//!     let room = chat.join(1).await?;
//!     room.send("Hello!").await?;
//!     let mut events = room.events();
//!     while let Some(event) = events.next().await {
//!         println!("{event:?}");
//!     }
//!     chat.close().await
//! })
//! # }
//! ```
//!
//! Each connection is one task: of `smol::spawn`, or of an executor of your own, see [`Smol::on`]. Handles can be used in
//! any executor; those who know async-std find everything here but its name.
//!
//! [`Reply::wait`] panics on the threads of `smol::spawn`, where it could wait for itself. Executors of your own it cannot
//! know.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use sechat_client::network::Stream;
use sechat_client::websocket::WebSocket;
use sechat_client::wire::Wire;

use crate::runtime::Tcp;
use crate::waiting;

pub use sechat_client::*;

/// An account on one chat server; see [`sechat_client::Chat`].
pub type Chat = sechat_client::Chat<Smol>;
/// A connection to be made with other settings; see [`sechat_client::ChatBuilder`].
pub type ChatBuilder = sechat_client::ChatBuilder<Smol>;
/// A session that can be stored; see [`sechat_client::Credentials`].
pub type Credentials = sechat_client::Credentials<Smol>;
/// A stream of events; see [`sechat_client::Events`].
pub type Events = sechat_client::Events<Smol>;
/// A room; see [`sechat_client::Room`].
pub type Room = sechat_client::Room<Smol>;
/// What the account may change about itself; see [`sechat_client::Profile`].
pub type Profile = sechat_client::Profile<Smol>;
/// A stream of older things; see [`sechat_client::ReadBack`].
pub type ReadBack<C> = sechat_client::ReadBack<Smol, C>;

/// Calls that are futures, on smol.
#[derive(Clone)]
pub struct Smol {
    wire: Wire<Tcp>,
    spawn: Arc<dyn Fn(Background) + Send + Sync>,
}

/// What an executor is given to run in the background, to its end.
pub type Background = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Smol {
    /// On the threads of `smol::spawn`, with the usual settings for the network.
    pub fn new() -> Self {
        Self::with(Network::new())
    }

    /// As [`new`](Self::new), with settings of your own for the network.
    pub fn with(network: Network) -> Self {
        Self { wire: Wire::new(Tcp, network), spawn: Arc::new(|task| ::smol::spawn(task).detach()) }
    }

    /// On another executor, whichever it is. When it drops the tasks, the connections end.
    ///
    /// Connections hold the closure until they have ended: an executor that may end before them is for it to hold weakly,
    /// or the two keep each other.
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use sechat_blocking::smol::Smol;
    ///
    /// static EXECUTOR: LazyLock<smol::Executor> = LazyLock::new(smol::Executor::new);
    /// let runtime = Smol::new().on(|task| EXECUTOR.spawn(task).detach());
    /// ```
    #[must_use = "it is another runtime"]
    pub fn on(self, spawn: impl Fn(Background) + Send + Sync + 'static) -> Self {
        Self { spawn: Arc::new(spawn), ..self }
    }
}

impl Runtime for Smol {
    type Socket = WebSocket<Stream>;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.wire.fetch(request).await
    }

    async fn open(&self, request: Request<()>) -> Result<Self::Socket, TransportError> {
        self.wire.open(request).await
    }

    async fn sleep_until(&self, at: Instant) {
        ::smol::Timer::at(at).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        (self.spawn)(Box::pin(task));
    }
}

impl Mode for Smol {
    type Runtime = Self;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<Self, Error> {
        Ok(Self::new())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply.before_waiting(waiting::check_this_thread)
    }
}

impl AsyncMode for Smol {}

impl Default for Smol {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Smol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smol").finish_non_exhaustive()
    }
}
