//! A way through a proxy (RFC 9110, 9.3.6).

use std::io::ErrorKind;

use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use sechat_core::TransportError;
use zeroize::Zeroizing;

use super::proxy::Proxy;
use super::target::Target;
use crate::websocket::Io;

/// The longest answer of a proxy, in bytes, and its headers.
const HEAD_LIMIT: usize = 16 << 10;
const HEADERS: usize = 64;

/// Asks the proxy at the other end for a connection to `target`. After that, `target` is at the other end.
///
/// The server sees no byte of this, so that every error here is [unsent](TransportError::unsent).
pub(super) async fn tunnel(stream: &mut impl Io, proxy: &Proxy, target: &Target) -> Result<(), TransportError> {
    let place = proxy.place();
    let status = ask(stream, proxy, target).await.map_err(|what| {
        TransportError::unsent(format_args!("cannot connect to {target} through the proxy {place}: {what}"))
    })?;
    let what = match (status, proxy.authorization()) {
        (200..300, _) => return Ok(()),
        (407, None) => "a user name and a password are needed (Proxy::basic_auth, or http://user:password@host:port)",
        (407, Some(_)) => "it does not take the user name and the password",
        _ => "it refuses",
    };
    Err(TransportError::unsent(format_args!(
        "cannot connect to {target} through the proxy {place}: {what} (HTTP {status})"
    )))
}

async fn ask(stream: &mut impl Io, proxy: &Proxy, target: &Target) -> Result<u16, String> {
    let start = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n");
    let authorization = proxy.authorization().map_or([""; 3], |value| ["proxy-authorization: ", value, "\r\n"]);
    // Joined at once: a text that grows leaves copies behind.
    let request = Zeroizing::new([&[start.as_str()], &authorization[..], &["\r\n"]].concat().concat());
    stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
    stream.flush().await.map_err(|error| error.to_string())?;

    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while head.len() < HEAD_LIMIT {
        match stream.read(&mut chunk).await {
            Ok(0) => return Err("it closed the connection without an answer".to_owned()),
            Ok(read) => head.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.to_string()),
        }
        if let Some(status) = status(&head)? {
            return Ok(status);
        }
    }
    Err("its answer is too long".to_owned())
}

/// The status of an answer, once its head is whole.
fn status(head: &[u8]) -> Result<Option<u16>, &'static str> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    match (answer.parse(head), answer.code) {
        (Ok(httparse::Status::Partial), _) => Ok(None),
        // A refusal may have a body. After a consent the server's bytes follow, and it waits to be asked something.
        (Ok(httparse::Status::Complete(used)), Some(200..300)) if used < head.len() => {
            Err("it says more than it should")
        }
        (Ok(httparse::Status::Complete(_)), Some(status)) => Ok(Some(status)),
        _ => Err("its answer is not HTTP/1.1"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn heads_are_read_to_their_end() {
        assert_eq!(status(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n"), Ok(None));
        assert_eq!(status(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"), Ok(Some(200)));
        assert_eq!(status(b"HTTP/1.0 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), Ok(Some(403)));
        assert!(status(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1").is_err());
        assert!(status(b"SSH-2.0-OpenSSH_9.2\r\n").is_err());
    }

    proptest! {
        #[test]
        fn no_answer_brings_it_down(answer in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = status(&[b"HTTP/1.1 2", &answer[..]].concat());
            let _ = status(&answer);
        }
    }
}
