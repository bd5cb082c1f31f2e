//! WebSockets over any stream that an adapter has opened.

mod handshake;

use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::error::CapacityError;
use async_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use async_tungstenite::tungstenite::{self, Message};
use bytes::Bytes;
use futures_io::{AsyncRead, AsyncWrite};
use futures_util::{SinkExt, StreamExt};
use http::Request;
use sechat_core::TransportError;

use crate::runtime::Socket;

/// How much is read at once, in bytes: some fifty frames. Every socket has a buffer of this size, which is written over
/// before each reading.
const READ_AT_ONCE: usize = 16 << 10;

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
    pub async fn open(mut stream: S, request: Request<()>, frame_limit: usize) -> Result<Self, TransportError> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(frame_limit))
            .max_frame_size(Some(frame_limit))
            .read_buffer_size(READ_AT_ONCE)
            // Nothing is written but answers to pings and farewells.
            .write_buffer_size(0)
            .max_write_buffer_size(64 << 10);
        let rest = handshake::shake_hands(&mut stream, &request).await?;
        let stream = WebSocketStream::from_partially_read(stream, rest, Role::Client, Some(config)).await;
        Ok(Self { stream, leaving: false })
    }
}

impl<S: Io> Socket for WebSocket<S> {
    async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        while !self.leaving {
            match self.stream.next().await? {
                // Copied, since the buffer is used again only if nobody holds a part of it: otherwise room is made for the
                // next frame alone, and each takes a system call or two.
                Ok(Message::Text(text)) => return Some(Ok(Bytes::copy_from_slice(text.as_bytes()))),
                Ok(Message::Binary(data)) => return Some(Ok(Bytes::copy_from_slice(&data))),
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

fn describe(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
            format!("a message of the socket is longer than {max_size} bytes (Network::frame_limit)")
        }
        other => other.to_string(),
    }
}
