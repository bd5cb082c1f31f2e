//! `open` and the sockets it gives.

use std::io::{Read, Write};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_tungstenite::tungstenite::handshake::server::{Request as Handshake, Response as Agreed};
use async_tungstenite::tungstenite::{Message, WebSocket, accept_hdr};
use futures_channel::oneshot;
use http::Request;
use rustls::{ServerConnection, StreamOwned};

use super::peer::{Peer, ends, receive};
use super::trust::Authority;
use crate::runtime::{Runtime, Socket};

pub(super) async fn all<R: Runtime>(runtime: &R) {
    messages_arrive_in_order(runtime).await;
    pings_are_answered(runtime).await;
    a_farewell_of_the_server_is_an_orderly_end(runtime).await;
    a_cut_connection_is_an_error(runtime).await;
    a_long_message_is_an_error(runtime).await;
    a_refused_handshake_is_an_error(runtime).await;
    closing_takes_leave(runtime).await;
    dropping_cuts_the_connection(runtime).await;
}

pub(super) fn request(url: &str) -> Request<()> {
    let request = Request::get(url).header("origin", "https://chat.example").header("user-agent", "conformance");
    request.body(()).expect("a request")
}

/// Accepts a handshake, after a look at its headers.
#[expect(clippy::result_large_err, reason = "the shape of the callback is tungstenite's")]
pub(super) fn accept<S: Read + Write>(stream: S) -> WebSocket<S> {
    let look = |request: &Handshake, response: Agreed| {
        assert_eq!(request.uri(), "/events/1/secret?l=99");
        assert_eq!(request.headers()["origin"], "https://chat.example");
        assert_eq!(request.headers()["user-agent"], "conformance");
        Ok(response)
    };
    accept_hdr(stream, look).expect("a handshake")
}

pub(super) async fn open<R: Runtime, T: Send + 'static>(runtime: &R, peer: &Peer<T>) -> R::Socket {
    runtime.open(request(&peer.url("ws", "/events/1/secret?l=99"))).await.expect("a socket")
}

async fn messages_arrive_in_order<R: Runtime>(runtime: &R) {
    let (looked, has_looked) = std::sync::mpsc::channel();
    let peer = Peer::play(move |listener| {
        let mut socket = accept(listener.accept());
        has_looked.recv().expect("the client goes on");
        for text in ["{}", "{\"r1\":\u{201c}\u{e4}\u{201d}}", ""] {
            socket.send(Message::text(text)).expect("the client reads");
        }
        ends(socket.get_mut())
    });
    let mut socket = open(runtime, &peer).await;
    // A future that is dropped takes no message with it.
    let pending = pin!(socket.next()).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(pending, Poll::Pending), "a message from nowhere");
    looked.send(()).expect("the script waits");
    for text in ["{}", "{\"r1\":\u{201c}\u{e4}\u{201d}}", ""] {
        assert_eq!(socket.next().await.expect("no end").expect("no fault"), text);
    }
    drop(socket);
    peer.finish().await;
}

async fn pings_are_answered<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut socket = accept(listener.accept());
        socket.send(Message::Ping("are you there".into())).expect("the client reads");
        let pong = socket.read().expect("an answer while the client waits for a message");
        socket.send(Message::text("done")).expect("the client reads");
        pong
    });
    let mut socket = open(runtime, &peer).await;
    assert_eq!(socket.next().await.expect("no end").expect("no fault"), "done");
    assert_eq!(peer.finish().await, Message::Pong("are you there".into()));
}

async fn a_farewell_of_the_server_is_an_orderly_end<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut socket = accept(listener.accept());
        socket.send(Message::text("last")).expect("the client reads");
        socket.close(None).expect("the client reads");
        let answer = socket.read().expect("an answer to the farewell");
        // It leaves the connection open, which is the client's to end now.
        ends(socket.get_mut());
        answer.is_close()
    });
    let mut socket = open(runtime, &peer).await;
    assert_eq!(socket.next().await.expect("no end").expect("no fault"), "last");
    assert!(socket.next().await.is_none());
    assert!(socket.next().await.is_none(), "the end stays");
    drop(socket);
    assert!(peer.finish().await);
}

async fn a_cut_connection_is_an_error<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| drop(accept(listener.accept())));
    let mut socket = open(runtime, &peer).await;
    socket.next().await.expect("a fault, not an end").expect_err("a fault");
    peer.finish().await;
}

async fn a_long_message_is_an_error<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut socket = accept(listener.accept());
        // The client may hang up before all of it is sent.
        let _ = socket.send(Message::text("x".repeat(2 << 20)));
    });
    let mut socket = open(runtime, &peer).await;
    let error = socket.next().await.expect("a fault, not an end").expect_err("a message of 2 MiB");
    assert!(error.reason.contains("1048576"), "{error}");
    drop(socket);
    peer.finish().await;
}

async fn a_refused_handshake_is_an_error<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        receive(&mut stream).expect("a handshake");
        write!(stream, "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nsecret").expect("the client reads");
    });
    let Err(error) = runtime.open(request(&peer.url("ws", "/"))).await else { panic!("a socket") };
    assert!(error.reason.contains("403") && !error.reason.contains("secret"), "{error}");
    peer.finish().await;
}

async fn closing_takes_leave<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut socket = accept(listener.accept());
        let farewell = socket.read().expect("a farewell").is_close();
        let _ = socket.flush();
        farewell
    });
    let mut socket = open(runtime, &peer).await;
    socket.close().await;
    assert!(peer.finish().await);
}

async fn dropping_cuts_the_connection<R: Runtime>(runtime: &R) {
    let (open_now, is_open) = oneshot::channel();
    let peer = Peer::play(move |listener| {
        let mut socket = accept(listener.accept());
        open_now.send(()).expect("the client waits");
        socket.read().is_err()
    });
    let socket = open(runtime, &peer).await;
    is_open.await.expect("the script goes on");
    drop(socket);
    assert!(peer.finish().await);
}

pub(super) async fn secured<R: Runtime>(runtime: &R, trust: &Authority) {
    let config = trust.server();
    let peer = Peer::play(move |listener| {
        let stream = StreamOwned::new(ServerConnection::new(config).expect("a session"), listener.accept());
        let mut socket = accept(stream);
        socket.send(Message::text("secured")).expect("the client reads");
    });
    let mut socket = runtime.open(request(&peer.url("wss", "/events/1/secret?l=99"))).await.expect("a socket");
    assert_eq!(socket.next().await.expect("no end").expect("no fault"), "secured");
    peer.finish().await;
}
