//! The limits of a [`Network`].

use std::io::Write;
use std::time::Duration;

use async_tungstenite::tungstenite::Message;
use async_tungstenite::tungstenite::protocol::frame::Frame;
use async_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::http::get;
use super::peer::{Peer, ends, receive};
use super::sockets::{accept, open};
use super::trust::Authority;
use super::{Network, direct};
use crate::runtime::{Runtime, Socket};

const LIMIT: usize = 1000;

pub(super) async fn all<R: Runtime>(new: &impl Fn(Network) -> R, trust: &Authority) {
    let runtime = new(direct().body_limit(LIMIT).frame_limit(LIMIT));
    bodies_are_as_long_as_they_may_be(&runtime).await;
    messages_are_as_long_as_they_may_be(&runtime).await;
    let hasty = direct().tls(trust.client()).connect_timeout(Duration::from_millis(100));
    connecting_takes_no_longer_than_it_may(&new(hasty)).await;
}

async fn bodies_are_as_long_as_they_may_be<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        for (framing, length) in [
            ("Content-Length: 1000", LIMIT),
            ("Connection: close", LIMIT),
            ("Content-Length: 1001", LIMIT + 1),
            ("Connection: close", LIMIT + 1),
        ] {
            let mut stream = listener.accept();
            receive(&mut stream).expect("a request");
            let body = "x".repeat(length);
            // The client hangs up when it has seen enough.
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n{framing}\r\n\r\n{body}");
        }
    });
    for _ in 0..2 {
        let answer = runtime.fetch(get(&peer.url("http", "/"))).await.expect("a body within the limit");
        assert_eq!(answer.body().len(), LIMIT);
    }
    for _ in 0..2 {
        let error = runtime.fetch(get(&peer.url("http", "/"))).await.expect_err("a body beyond the limit");
        assert!(error.sent && error.reason.contains("1000") && error.reason.contains("body_limit"), "{error}");
    }
    peer.finish().await;
}

async fn messages_are_as_long_as_they_may_be<R: Runtime>(runtime: &R) {
    let part =
        |code, length| Message::Frame(Frame::message("x".repeat(length), OpCode::Data(code), code == Data::Continue));
    let peer = Peer::play(move |listener| {
        let whole = vec![Message::text("x".repeat(LIMIT + 1))];
        for surplus in [whole, vec![part(Data::Text, LIMIT / 2), part(Data::Continue, LIMIT / 2 + 1)]] {
            let mut socket = accept(listener.accept());
            socket.send(Message::text("x".repeat(LIMIT))).expect("the client reads");
            for message in surplus {
                socket.send(message).expect("the client reads");
            }
            ends(socket.get_mut());
        }
    });
    for _ in 0..2 {
        let mut socket = open(runtime, &peer).await;
        assert_eq!(socket.next().await.expect("no end").expect("no fault").len(), LIMIT);
        let error = socket.next().await.expect("a fault, not an end").expect_err("a message beyond the limit");
        assert!(error.reason.contains("1000") && error.reason.contains("frame_limit"), "{error}");
    }
    peer.finish().await;
}

async fn connecting_takes_no_longer_than_it_may<R: Runtime>(runtime: &R) {
    // It takes the connection, and never says a word of TLS.
    let peer = Peer::play(|listener| ends(&mut listener.accept()));
    let error = runtime.fetch(get(&peer.url("https", "/"))).await.expect_err("no connection in time");
    assert!(!error.sent && error.reason.contains("connect_timeout"), "{error}");
    peer.poke();
    assert!(peer.finish().await, "the connection is still open");
}
