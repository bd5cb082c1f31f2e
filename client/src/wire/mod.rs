//! HTTP/1.1 over streams of any runtime that has no HTTP client of its own to offer.
//!
//! It does what this library needs and nothing else: one request at a time on a connection, bodies held whole, no
//! redirects, no cookies, no proxies, no compression.

mod decode;
mod encode;
mod pool;

use std::fmt::Debug;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use bytes::Bytes;
use futures_rustls::TlsConnector;
use futures_util::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use http::{Method, Request, Response};
use rustls::pki_types::ServerName;
use sechat_core::TransportError;

use self::decode::Decoder;
use self::pool::Pool;
use crate::target::Target;
use crate::tls::Tls;
use crate::websocket::{Io, WebSocket};

/// Opens TCP connections.
pub trait Dial: Clone + Debug + Send + Sync + 'static {
    /// A TCP connection.
    type Stream: Io;

    /// Connects to a host by name or IP address.
    fn dial(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// A connection, secured or not.
pub type Stream = Box<dyn Io>;

/// HTTP and WebSockets over what [`Dial`] opens. Clones share idle connections.
#[derive(Debug, Clone)]
pub struct Wire<D> {
    dial: D,
    tls: Tls,
    pool: Arc<Pool>,
}

impl<D: Dial> Wire<D> {
    /// Nothing is opened yet.
    pub fn new(dial: D, tls: Tls) -> Self {
        Self { dial, tls, pool: Arc::default() }
    }

    /// As [`Runtime::fetch`](crate::Runtime::fetch) says.
    pub async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let target = Target::of(request.uri())?;
        let bytes = encode::request(&request)?;
        let mut stream = match self.pool.take(&target) {
            Some(idle) => idle,
            None => self.connect(&target).await?,
        };
        let mut decoder = Decoder::new(request.method() == Method::HEAD);
        let response = exchange(&mut stream, &bytes, &mut decoder).await?;
        if decoder.reusable() {
            self.pool.put(target, stream);
        }
        Ok(response)
    }

    /// As [`Runtime::open`](crate::Runtime::open) says.
    pub async fn open(&self, request: Request<()>) -> Result<WebSocket<Stream>, TransportError> {
        let stream = self.connect(&Target::of(request.uri())?).await?;
        WebSocket::open(stream, request).await
    }

    async fn connect(&self, target: &Target) -> Result<Stream, TransportError> {
        let Target { secure, host, port } = target;
        let failed = |what, error| TransportError::unsent(format_args!("cannot {what} {host}:{port}: {error}"));
        // Before anything is opened.
        let secured = if *secure {
            let name = ServerName::try_from(host.clone()).map_err(TransportError::unsent)?;
            Some((TlsConnector::from(self.tls.config()?), name))
        } else {
            None
        };
        let tcp = self.dial.dial(host, *port).await.map_err(|error| failed("connect to", error))?;
        Ok(match secured {
            Some((tls, name)) => {
                Box::new(tls.connect(name, tcp).await.map_err(|error| failed("secure the connection to", error))?)
            }
            None => Box::new(tcp),
        })
    }
}

async fn exchange(
    stream: &mut Stream,
    request: &[u8],
    decoder: &mut Decoder,
) -> Result<Response<Bytes>, TransportError> {
    write(stream, request).await?;
    let mut chunk = [0; 8192];
    loop {
        let read = match stream.read(&mut chunk).await {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(TransportError::maybe_sent(format_args!("cannot read the answer: {error}"))),
        };
        decoder.push(&chunk[..read]);
        if let Some(response) = decoder.decode(read == 0).map_err(TransportError::maybe_sent)? {
            return Ok(response);
        }
    }
}

/// Writes it all, and tells whether any of it may have left when that fails.
async fn write(stream: &mut (impl AsyncWrite + Unpin), request: &[u8]) -> Result<(), TransportError> {
    let mut written = 0;
    let result = loop {
        if written == request.len() {
            break stream.flush().await;
        }
        match stream.write(&request[written..]).await {
            Ok(0) => break Err(ErrorKind::WriteZero.into()),
            Ok(some) => written += some,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    result.map_err(|error: io::Error| {
        let reason = format_args!("cannot write the request: {error}");
        if written > 0 { TransportError::maybe_sent(reason) } else { TransportError::unsent(reason) }
    })
}
