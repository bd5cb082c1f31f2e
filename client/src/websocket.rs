//! WebSockets over any stream that an adapter has opened.

use async_tungstenite::tungstenite::error::CapacityError;
use async_tungstenite::tungstenite::protocol::WebSocketConfig;
use async_tungstenite::tungstenite::{self, Message};
use async_tungstenite::{WebSocketStream, client_async_with_config};
use bytes::Bytes;
use futures_io::{AsyncRead, AsyncWrite};
use futures_util::{SinkExt, StreamExt};
use http::{Request, header};
use sechat_core::TransportError;

use crate::runtime::Socket;

/// A byte stream: TCP, or TLS over it.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for S {}

/// A WebSocket over a stream of any kind.
#[derive(Debug)]
pub struct WebSocket<S> {
    stream: WebSocketStream<S>,
    /// The server has taken leave.
    leaving: bool,
}

impl<S: Io> WebSocket<S> {
    /// Shakes hands over a fresh stream. The headers of the request are kept, and those of the handshake are added.
    /// A frame or message of more than `frame_limit` bytes is an error.
    pub async fn open(stream: S, request: Request<()>, frame_limit: usize) -> Result<Self, TransportError> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(frame_limit))
            .max_frame_size(Some(frame_limit))
            // Nothing is written but answers to pings and farewells.
            .write_buffer_size(0)
            .max_write_buffer_size(64 << 10);
        let request = with_handshake(request)?;
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((stream, _)) => Ok(Self { stream, leaving: false }),
            Err(error) => Err(TransportError::maybe_sent(describe(&error))),
        }
    }
}

impl<S: Io> Socket for WebSocket<S> {
    async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        while !self.leaving {
            match self.stream.next().await? {
                Ok(Message::Text(text)) => return Some(Ok(text.into())),
                Ok(Message::Binary(data)) => return Some(Ok(data)),
                Ok(Message::Close(_)) => {
                    self.leaving = true;
                    // The answer goes out. Whether the connection then ends in order does not matter: servers often cut
                    // it, and some leave it open.
                    let _ = self.stream.flush().await;
                }
                // The answer to a ping goes out while the next message is waited for.
                Ok(_) => {}
                Err(error) => return Some(Err(TransportError::maybe_sent(describe(&error)))),
            }
        }
        None
    }

    async fn close(&mut self) {
        // It ends here whatever the server makes of it.
        if self.stream.close(None).await.is_ok() {
            while let Some(Ok(_)) = self.stream.next().await {}
        }
    }
}

fn with_handshake(mut request: Request<()>) -> Result<Request<()>, TransportError> {
    let host = request.uri().authority().map(|authority| {
        let whole = authority.as_str();
        whole.rsplit_once('@').map_or(whole, |(_, host)| host).parse()
    });
    let Some(Ok(host)) = host else { return Err(TransportError::unsent("the address has no host")) };
    let key = tungstenite::handshake::client::generate_key();
    let Ok(key) = key.parse() else { return Err(TransportError::unsent("no key for the handshake")) };
    let headers = request.headers_mut();
    headers.entry(header::HOST).or_insert(host);
    for (name, value) in [
        (header::CONNECTION, http::HeaderValue::from_static("Upgrade")),
        (header::UPGRADE, http::HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_VERSION, http::HeaderValue::from_static("13")),
        (header::SEC_WEBSOCKET_KEY, key),
    ] {
        headers.insert(name, value);
    }
    Ok(request)
}

/// The error without the body of a refusal, which could hold anything.
fn describe(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Http(response) => format!("the server answered HTTP {}", response.status().as_u16()),
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
            format!("a message of the socket is longer than {max_size} bytes (Network::frame_limit)")
        }
        other => other.to_string(),
    }
}
