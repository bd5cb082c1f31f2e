//! The driver's world: tokio, with hyper on it.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::io;
use std::time::{Duration, Instant, SystemTime};

use async_tungstenite::tokio::TokioAdapter;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sechat_client::network::{Connector, Dial, IDLE, KEPT, Network, STAGGER, Stream, Target, race};
use sechat_client::websocket::WebSocket;
use sechat_client::{AsyncMode, Error, Mode, Now, Reply, Runtime, TransportError};
use tokio::net::{TcpStream, lookup_host};
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::connect::Connect;

/// Calls that are futures, on tokio.
#[derive(Clone)]
pub struct Tokio {
    handle: Handle,
    connector: Connector<Tcp>,
    client: Client<Connect, Full<Bytes>>,
}

/// Opens TCP connections.
#[derive(Debug, Clone)]
pub(crate) struct Tcp;

impl Tokio {
    /// The runtime this is called in, with the usual settings of the network. It needs its timer and its IO
    /// (`enable_all`, as `#[tokio::main]` has it): without, the first request panics.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn new() -> Self {
        Self::with(Network::new())
    }

    /// As [`new`](Self::new), with settings of your own for the network.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn with(network: Network) -> Self {
        Self::on(Handle::current(), network)
    }

    fn on(handle: Handle, network: Network) -> Self {
        let connector = Connector::new(Tcp, network);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(KEPT)
            .build(Connect(connector.clone()));
        Self { handle, connector, client }
    }
}

impl Runtime for Tokio {
    type Socket = WebSocket<Stream>;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Target::of(request.uri())?;
        let response = self.client.request(request.map(Full::new)).await.map_err(|error| why(&error))?;
        let (head, body) = response.into_parts();
        match Limited::new(body, self.connector.body_limit()).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(self.connector.body_too_long()),
            Err(error) => Err(why(&*error)),
        }
    }

    async fn open(&self, request: Request<()>) -> Result<Self::Socket, TransportError> {
        self.connector.open(request).await
    }

    async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep_until(at.into()).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
    }

    /// Follows tokio's clock, so that tests can pause it.
    fn now(&self) -> Now {
        let _inside = self.handle.enter();
        Now::new(tokio::time::Instant::now().into_std(), SystemTime::now())
    }
}

impl Mode for Tokio {
    type Runtime = Self;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<Self, Error> {
        match Handle::try_current() {
            Ok(handle) => Ok(Self::on(handle, Network::new())),
            Err(error) => Err(TransportError::unsent(error).into()),
        }
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply.before_waiting(check_this_thread)
    }
}

impl AsyncMode for Tokio {}

impl Dial for Tcp {
    type Stream = TokioAdapter<TcpStream>;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = race(lookup_host((host, port)).await?, TcpStream::connect, || sleep(STAGGER)).await?;
        stream.set_nodelay(true)?;
        Ok(TokioAdapter::new(stream))
    }

    async fn sleep(&self, span: Duration) {
        sleep(span).await;
    }
}

impl Default for Tokio {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Tokio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokio").finish_non_exhaustive()
    }
}

/// Panics where tokio runs tasks. Its own check knows `spawn_blocking` and `block_in_place`, where waiting is in order.
fn check_this_thread() {
    if let Ok(handle) = Handle::try_current() {
        handle.block_on(async {});
    }
}

/// The connector's own error, or what hyper says with all its causes: its own words seldom tell what happened.
fn why(error: &(dyn StdError + 'static)) -> TransportError {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(own) = error.downcast_ref::<TransportError>() {
            return own.clone();
        }
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    TransportError::maybe_sent(reason)
}
