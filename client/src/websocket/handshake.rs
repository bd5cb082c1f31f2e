//! The handshake of a WebSocket (RFC 6455, 4.1).
//!
//! tungstenite has one as well, but that one logs the request, and the address of a chat socket is as good as its key.

use std::io::ErrorKind;

use async_tungstenite::tungstenite::handshake::client::generate_key;
use async_tungstenite::tungstenite::handshake::derive_accept_key;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use http::{Request, header};
use sechat_core::TransportError;
use zeroize::Zeroizing;

use super::Io;

/// The longest answer, in bytes, and its headers.
const HEAD_LIMIT: usize = 16 << 10;
const HEADERS: usize = 96;

/// Shakes hands, and gives what the server has sent after that.
pub(super) async fn shake_hands(stream: &mut impl Io, request: &Request<()>) -> Result<Vec<u8>, TransportError> {
    let key = generate_key();
    let question = question(request, &key)?;
    let lost = |error: std::io::Error| TransportError::maybe_sent(format_args!("the handshake failed: {error}"));
    stream.write_all(&question).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;

    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while head.len() < HEAD_LIMIT {
        match stream.read(&mut chunk).await {
            Ok(0) => return Err(TransportError::maybe_sent("the server closed the connection during the handshake")),
            Ok(read) => head.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(lost(error)),
        }
        if let Some(length) = answered(&head, &key).map_err(TransportError::maybe_sent)? {
            return Ok(head.split_off(length));
        }
    }
    Err(TransportError::maybe_sent("the answer to the handshake is too long"))
}

fn question(request: &Request<()>, key: &str) -> Result<Zeroizing<Vec<u8>>, TransportError> {
    let uri = request.uri();
    let Some(authority) = uri.authority() else { return Err(TransportError::unsent("the address has no host")) };
    let host = authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, host)| host);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let others = || request.headers().iter().filter(|(name, _)| !OWN.contains(name));
    let length = others().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
    let mut text = Zeroizing::new(Vec::with_capacity(256 + path.len() + host.len() + length));
    for part in ["GET ", path, " HTTP/1.1\r\nHost: ", host, "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"] {
        text.extend_from_slice(part.as_bytes());
    }
    for part in ["Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ", key, "\r\n"] {
        text.extend_from_slice(part.as_bytes());
    }
    for (name, value) in others() {
        text.extend_from_slice(capitalised(name.as_str()).as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    Ok(text)
}

/// What the handshake itself says.
const OWN: [header::HeaderName; 5] =
    [header::HOST, header::CONNECTION, header::UPGRADE, header::SEC_WEBSOCKET_VERSION, header::SEC_WEBSOCKET_KEY];

/// As browsers write it: there are servers that expect no less.
fn capitalised(name: &str) -> String {
    let mut start = true;
    name.chars()
        .map(|letter| {
            let upper = std::mem::replace(&mut start, letter == '-');
            if upper { letter.to_ascii_uppercase() } else { letter }
        })
        .collect()
}

/// The length of the answer's head once it is whole, if the server agrees.
fn answered(head: &[u8], key: &str) -> Result<Option<usize>, String> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let Ok(parsed) = answer.parse(head) else { return Err("the answer to the handshake is not HTTP".to_owned()) };
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    match answer.code {
        Some(101) => {}
        // Not its body, which could hold anything.
        status => return Err(format!("the server answered HTTP {}", status.unwrap_or_default())),
    }
    let values = |name: &str| {
        let named = answer.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        named.flat_map(|header| header.value.split(|&byte| byte == b',')).map(<[u8]>::trim_ascii).collect::<Vec<_>>()
    };
    let says = |name, word: &[u8]| values(name).iter().any(|value| value.eq_ignore_ascii_case(word));
    let accepts = values("sec-websocket-accept") == [derive_accept_key(key.as_bytes()).as_bytes()];
    let extends = ["sec-websocket-extensions", "sec-websocket-protocol"].iter().any(|name| !values(name).is_empty());
    if says("upgrade", b"websocket") && says("connection", b"upgrade") && accepts && !extends {
        Ok(Some(length))
    } else {
        Err("the server does not shake hands as it should".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From RFC 6455, 1.3.
    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
    const AGREED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
                          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    #[test]
    fn the_question_keeps_the_headers_and_says_who_is_asked() {
        let request =
            Request::get("wss://me:pw@sockets.example:81/events/1/a?l=7").header("origin", "https://c.example");
        let request = request.header("user-agent", "x").header("upgrade", "h2c").body(()).unwrap();
        assert_eq!(
            str::from_utf8(&question(&request, KEY).unwrap()).unwrap(),
            "GET /events/1/a?l=7 HTTP/1.1\r\nHost: sockets.example:81\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://c.example\r\n\
             User-Agent: x\r\n\r\n"
        );
    }

    #[test]
    fn only_an_answer_to_this_question_will_do() {
        let whole = format!("{AGREED}\r\n");
        assert_eq!(answered(format!("{whole}\u{1}\u{2}").as_bytes(), KEY), Ok(Some(whole.len())));
        assert_eq!(answered(AGREED.as_bytes(), KEY), Ok(None));
        assert!(answered(whole.as_bytes(), "AAAAAAAAAAAAAAAAAAAAAA==").is_err(), "another key");
        for (from, to) in [("Upgrade: WebSocket", "Upgrade: h2c"), ("keep-alive, Upgrade", "close")] {
            assert!(answered(whole.replace(from, to).as_bytes(), KEY).is_err(), "{to}");
        }
        let extended = format!("{AGREED}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
        assert!(answered(extended.as_bytes(), KEY).is_err(), "nobody asked for that");
        let refused = answered(b"HTTP/1.1 403 Forbidden\r\nX-Why: secret\r\n\r\nsecret", KEY);
        assert_eq!(refused, Err("the server answered HTTP 403".to_owned()));
        assert!(answered(b"SSH-2.0-OpenSSH_9.2\r\n", KEY).is_err());
    }

    proptest! {
        #[test]
        fn no_answer_brings_it_down(answer in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = answered(&[AGREED.as_bytes(), &answer[..]].concat(), KEY);
            let _ = answered(&answer, KEY);
        }
    }
}
