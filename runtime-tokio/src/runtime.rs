//! The driver's world: tokio, with hyper on it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use async_tungstenite::tokio::TokioAdapter;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use sechat_client::race::{STAGGER, race};
use sechat_client::target::Target;
use sechat_client::tls::Tls;
use sechat_client::websocket::{Io, WebSocket};
use sechat_client::{AsyncMode, Error, Mode, Now, Reply, Runtime, TransportError};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio_rustls::TlsConnector;

/// The longest answer that is read, in bytes.
const BODY_LIMIT: usize = 8 << 20;

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Well below the time after which servers close idle connections.
const IDLE: Duration = Duration::from_secs(20);

/// Calls that are futures, on tokio.
#[derive(Clone)]
pub struct Tokio {
    handle: Handle,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    tls: Tls,
}

impl Tokio {
    /// The runtime this is called in, trusting the certificates that the system trusts.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn new() -> Self {
        Self::on(Handle::current(), Tls::platform())
    }

    /// As [`new`](Self::new), with TLS settings of your own, such as a private certificate authority.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn with_tls(config: Arc<ClientConfig>) -> Self {
        Self::on(Handle::current(), Tls::custom(config))
    }

    fn on(handle: Handle, tls: Tls) -> Self {
        let config = tls.config().unwrap_or_else(|_| trusting_nobody());
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // A request that is dropped may leave its attempt to connect behind.
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(ClientConfig::clone(&config))
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(4)
            .build(connector);
        Self { handle, client, tls }
    }
}

impl Runtime for Tokio {
    type Socket = WebSocket<Box<dyn Io>>;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if Target::of(request.uri())?.secure {
            self.tls.config()?;
        }
        let response = match self.client.request(request.map(Full::new)).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Err(TransportError::unsent(Chain(&error))),
            Err(error) => return Err(TransportError::maybe_sent(Chain(&error))),
        };
        let (head, body) = response.into_parts();
        match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(TransportError::maybe_sent("the answer is too long")),
            Err(error) => Err(TransportError::maybe_sent(Chain(&*error))),
        }
    }

    async fn open(&self, request: Request<()>) -> Result<Self::Socket, TransportError> {
        let Target { secure, host, port, .. } = Target::of(request.uri())?;
        let failed = |error| TransportError::unsent(format_args!("cannot connect to {host}:{port}: {error}"));
        let secured = if secure {
            let name = ServerName::try_from(host.clone()).map_err(TransportError::unsent)?;
            Some((TlsConnector::from(self.tls.config()?), name))
        } else {
            None
        };
        let addresses = tokio::net::lookup_host((host.as_str(), port)).await.map_err(failed)?;
        let tcp = race(addresses, TcpStream::connect, || tokio::time::sleep(STAGGER)).await.map_err(failed)?;
        tcp.set_nodelay(true).map_err(failed)?;
        let stream: Box<dyn Io> = match secured {
            Some((tls, name)) => Box::new(TokioAdapter::new(tls.connect(name, tcp).await.map_err(failed)?)),
            None => Box::new(TokioAdapter::new(tcp)),
        };
        WebSocket::open(stream, request).await
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
            Ok(handle) => Ok(Self::on(handle, Tls::platform())),
            Err(error) => Err(TransportError::unsent(error).into()),
        }
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply.before_waiting(check_this_thread)
    }
}

impl AsyncMode for Tokio {}

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

/// Stands in where there is nothing to trust; it is never asked, for `fetch` refuses before.
fn trusting_nobody() -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("the versions of the provider");
    Arc::new(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// An error with all its causes: hyper's own words seldom tell what happened.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
