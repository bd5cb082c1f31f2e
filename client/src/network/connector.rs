//! Connections that are ready for a request.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_rustls::TlsConnector;
use futures_util::future::{Either, select};
use http::Request;
use rustls::pki_types::ServerName;
use sechat_core::TransportError;

use super::proxy::Proxy;
use super::target::Target;
use super::tls::Tls;
use super::tunnel::tunnel;
use super::{Network, Proxies};
use crate::websocket::{Io, WebSocket};

/// Opens TCP connections, and knows the time: what differs from runtime to runtime.
pub trait Dial: Clone + Debug + Send + Sync + 'static {
    /// A TCP connection.
    type Stream: Io;

    /// Connects to a host by name or IP address; [`race`](super::race()) chooses among the addresses of a name.
    fn dial(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Waits this long.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send;
}

/// A connection, secured or not, through a proxy or not.
pub type Stream = Box<dyn Io>;

/// Makes connections as a [`Network`] says, over what [`Dial`] opens.
#[derive(Debug, Clone)]
pub struct Connector<D> {
    dial: D,
    tls: Tls,
    proxies: Proxies,
    connect_timeout: Duration,
    body_limit: usize,
    frame_limit: usize,
}

impl<D: Dial> Connector<D> {
    /// Nothing is opened yet. The certificates of the system are read now.
    pub fn new(dial: D, network: Network) -> Self {
        let Network { trust, proxies, connect_timeout, body_limit, frame_limit } = network;
        Self { dial, tls: Tls::new(trust), proxies, connect_timeout, body_limit, frame_limit }
    }

    /// A connection that is ready for a request. All errors are [unsent](TransportError::unsent).
    pub async fn connect(&self, target: &Target) -> Result<Stream, TransportError> {
        // What needs no connection to go wrong does so before there is one.
        let secure = self.secure(target)?;
        let proxy = self.proxies.route(target)?;
        let connecting = async {
            let stream = match proxy {
                Some(proxy) => self.through(proxy, target).await?,
                None => self.dial(target, "").await?,
            };
            secured(stream, secure, target).await
        };
        let limit = self.connect_timeout;
        match select(pin!(connecting), pin!(self.dial.sleep(limit))).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => {
                let through = proxy.map(|proxy| format!(" through the proxy {}", proxy.place())).unwrap_or_default();
                Err(TransportError::unsent(format_args!(
                    "cannot connect to {target}{through}: not done within {limit:?} (Network::connect_timeout)"
                )))
            }
        }
    }

    /// As [`Runtime::open`](crate::Runtime::open) says.
    pub async fn open(&self, request: Request<()>) -> Result<WebSocket<Stream>, TransportError> {
        let stream = self.connect(&Target::of(request.uri())?).await?;
        WebSocket::open(stream, request, self.frame_limit).await
    }

    /// The longest body that may be read, in bytes.
    pub fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// The error for a longer one.
    pub fn body_too_long(&self) -> TransportError {
        let limit = self.body_limit;
        TransportError::maybe_sent(format_args!("the answer is longer than {limit} bytes (Network::body_limit)"))
    }

    async fn through(&self, proxy: &Proxy, target: &Target) -> Result<Stream, TransportError> {
        let place = proxy.place();
        let secure = self.secure(place)?;
        let stream = self.dial(place, "the proxy ").await?;
        let mut stream = secured(stream, secure, place).await?;
        tunnel(&mut stream, proxy, target).await?;
        Ok(stream)
    }

    async fn dial(&self, place: &Target, what: &str) -> Result<Stream, TransportError> {
        match self.dial.dial(&place.host, place.port).await {
            Ok(tcp) => Ok(Box::new(tcp)),
            Err(error) => Err(TransportError::unsent(format_args!("cannot connect to {what}{place}: {error}"))),
        }
    }

    fn secure(&self, place: &Target) -> Result<Option<Secure>, TransportError> {
        if !place.secure {
            return Ok(None);
        }
        let name = ServerName::try_from(place.host.clone()).map_err(TransportError::unsent)?;
        Ok(Some((TlsConnector::from(self.tls.config()?), name)))
    }
}

type Secure = (TlsConnector, ServerName<'static>);

async fn secured(stream: Stream, secure: Option<Secure>, place: &Target) -> Result<Stream, TransportError> {
    let Some((tls, name)) = secure else { return Ok(stream) };
    match tls.connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(TransportError::unsent(format_args!("cannot secure the connection to {place}: {error}"))),
    }
}
