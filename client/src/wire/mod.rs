//! HTTP/1.1 over streams of any runtime that has no HTTP client of its own to offer.
//!
//! It does what this library needs and nothing else: one request at a time on a connection, bodies held whole, no
//! redirects, no cookies, no compression.

mod decode;
mod encode;
mod pool;

use std::io::{self, ErrorKind};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use http::{Method, Request, Response};
use sechat_core::TransportError;

use self::decode::{Decoder, Malformed};
use self::pool::Pool;
use crate::network::{Connector, Dial, Network, Stream, Target};
use crate::websocket::WebSocket;

/// HTTP and WebSockets over what [`Dial`] opens. Clones share idle connections.
#[derive(Debug, Clone)]
pub struct Wire<D> {
    connector: Connector<D>,
    pool: Arc<Pool>,
}

impl<D: Dial> Wire<D> {
    /// Nothing is opened yet.
    pub fn new(dial: D, network: Network) -> Self {
        Self { connector: Connector::new(dial, network), pool: Arc::default() }
    }

    /// As [`Runtime::fetch`](crate::Runtime::fetch) says.
    pub async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let target = Target::of(request.uri())?;
        let bytes = encode::request(&request)?;
        let mut stream = match self.pool.take(&target) {
            Some(idle) => idle,
            None => self.connector.connect(&target).await?,
        };
        let mut decoder = Decoder::new(request.method() == Method::HEAD, self.connector.body_limit());
        write(&mut stream, &bytes).await?;
        let response = self.read(&mut stream, &mut decoder).await?;
        if decoder.reusable() {
            self.pool.put(target, stream);
        }
        Ok(response)
    }

    /// As [`Runtime::open`](crate::Runtime::open) says.
    pub async fn open(&self, request: Request<()>) -> Result<WebSocket<Stream>, TransportError> {
        self.connector.open(request).await
    }

    async fn read(&self, stream: &mut Stream, decoder: &mut Decoder) -> Result<Response<Bytes>, TransportError> {
        let mut chunk = [0; 8192];
        loop {
            let read = match stream.read(&mut chunk).await {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(TransportError::maybe_sent(format_args!("cannot read the answer: {error}"))),
            };
            decoder.push(&chunk[..read]);
            match decoder.decode(read == 0) {
                Ok(Some(response)) => return Ok(response),
                Ok(None) => {}
                Err(Malformed::BodyTooLong) => return Err(self.connector.body_too_long()),
                Err(malformed) => return Err(TransportError::maybe_sent(malformed)),
            }
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
