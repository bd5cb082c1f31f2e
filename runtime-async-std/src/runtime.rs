//! The driver's world: async-std, with surf on it.

use std::fmt;
use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use async_std::net::{TcpStream, ToSocketAddrs};
use async_std::task;
use bytes::Bytes;
use http::{Request, Response};
use sechat_client::network::{Dial, Network, STAGGER, Stream, race};
use sechat_client::websocket::WebSocket;
use sechat_client::wire::Wire;
use sechat_client::{AsyncMode, Error, Mode, Reply, Runtime, TransportError};
use surf::middleware::Middleware;

use crate::{backend, translate};

/// Calls that are futures, on async-std.
#[derive(Clone)]
pub struct AsyncStd {
    client: surf::Client,
    wire: Wire<Tcp>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tcp;

impl AsyncStd {
    /// With the usual settings for the network.
    pub fn new() -> Self {
        Self::with(Network::new())
    }

    /// As [`new`](Self::new), with settings of your own for the network.
    pub fn with(network: Network) -> Self {
        let wire = Wire::new(Tcp, network);
        Self { client: backend::client(wire.clone()), wire }
    }

    /// Takes every HTTP request and its answer through a middleware, after those added before. WebSockets do not pass.
    ///
    /// It may watch, delay, change, refuse or answer a request. It cannot send one twice, for that could post a message
    /// twice: a request goes out once, and its copies are refused. So surf's own `Redirect`, which sends a copy first,
    /// makes every request fail; none is needed here.
    ///
    /// Requests hold the password and the session: take care what is logged. An answer with a status that surf has no
    /// name for, such as Cloudflare's 522, shows as the first of its hundred, and headers that are not ASCII do not show.
    /// They reach the client all the same, unless they are changed.
    ///
    /// A middleware that fails leaves it open whether the request was sent, and a post then ends in
    /// [`Error::Uncertain`]; only the [`TransportError`] that it was itself given is taken at its word.
    #[must_use = "the runtime that was given is used up"]
    pub fn with_middleware(self, middleware: impl Middleware) -> Self {
        Self { client: self.client.with(middleware), ..self }
    }
}

impl Runtime for AsyncStd {
    type Socket = WebSocket<Stream>;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        match self.client.send(translate::request(request)?).await {
            Ok(answer) => translate::answer_back(answer.into()).await,
            Err(error) => Err(error.downcast().unwrap_or_else(TransportError::maybe_sent)),
        }
    }

    async fn open(&self, request: Request<()>) -> Result<Self::Socket, TransportError> {
        self.wire.open(request).await
    }

    async fn sleep_until(&self, at: Instant) {
        task::sleep(at.saturating_duration_since(Instant::now())).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        task::spawn(task);
    }
}

impl Mode for AsyncStd {
    type Runtime = Self;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<Self, Error> {
        Ok(Self::new())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply.before_waiting(check_this_task)
    }
}

impl AsyncMode for AsyncStd {}

impl Dial for Tcp {
    type Stream = TcpStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let addresses = (host, port).to_socket_addrs().await?;
        let stream = race(addresses, TcpStream::connect, || task::sleep(STAGGER)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn sleep(&self, span: Duration) {
        task::sleep(span).await;
    }
}

impl Default for AsyncStd {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for AsyncStd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncStd").finish_non_exhaustive()
    }
}

/// Panics in a task, whose thread may be the one that has to carry out what is waited for.
fn check_this_task() {
    assert!(
        task::try_current().is_none(),
        "`Reply::wait` in a task of async-std, where it could wait for itself: `.await` the reply, or wait in \
         `task::spawn_blocking`"
    );
}
