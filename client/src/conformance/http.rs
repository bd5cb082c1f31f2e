//! `fetch`.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bytes::Bytes;
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use http::{Method, Request};
use rustls::{ServerConnection, StreamOwned};

use super::peer::{Peer, answer, ends, header, receive};
use super::trust::Authority;
use crate::runtime::Runtime;

pub(super) async fn all<R: Runtime>(runtime: &R) {
    requests_and_answers_pass_unchanged(runtime).await;
    connections_are_kept(runtime).await;
    a_closed_idle_connection_is_replaced(runtime).await;
    redirects_are_not_followed(runtime).await;
    long_answers_are_refused(runtime).await;
    a_refused_connection_has_sent_nothing(runtime).await;
    a_lost_answer_leaves_it_open(runtime).await;
    a_cut_answer_is_an_error(runtime).await;
    a_dropped_fetch_ends_its_connection(runtime).await;
}

pub(super) fn request(method: Method, url: &str, body: &'static str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(url).header("cookie", "acct=t=a%2Fb&s=c==; prov=x-y");
    request.body(Bytes::from_static(body.as_bytes())).expect("a request")
}

pub(super) fn get(url: &str) -> Request<Bytes> {
    request(Method::GET, url, "")
}

async fn requests_and_answers_pass_unchanged<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        let received = receive(&mut stream).expect("a request");
        let head = "HTTP/1.1 522 <none>\r\nSet-Cookie: acct=t=1&s=2; domain=.x.example; path=/\r\n\
            Set-Cookie: prov=3; secure\r\nX-Raw: caf\u{e9}\r\nTransfer-Encoding: chunked\r\n\r\n";
        let body = "5\r\nhel\u{0}o\r\n0\r\n\r\n";
        write!(stream, "{head}{body}").expect("the client reads");
        received
    });
    let port = peer.port;
    let answer = runtime.fetch(request(Method::POST, &peer.url("http", "/a/b?c=d%20e&f"), "fkey=0&text=%C3%A4"));
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 522);
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["acct=t=1&s=2; domain=.x.example; path=/", "prov=3; secure"]);
    assert_eq!(answer.headers()["x-raw"].as_bytes(), "caf\u{e9}".as_bytes());
    assert_eq!(answer.body(), "hel\u{0}o");

    let received = peer.finish().await;
    assert!(received.head.starts_with("POST /a/b?c=d%20e&f HTTP/1.1\r\n"), "{}", received.head);
    assert_eq!(header(&received.head, "host"), Some(&*format!("localhost:{port}")));
    assert_eq!(header(&received.head, "cookie"), Some("acct=t=a%2Fb&s=c==; prov=x-y"));
    assert_eq!(received.body, b"fkey=0&text=%C3%A4");
}

/// A connection may come back to the pool a moment too late for the next request, but not every time.
async fn connections_are_kept<R: Runtime>(runtime: &R) {
    const REQUESTS: usize = 20;
    let over = Arc::new(AtomicBool::new(false));
    let script_over = Arc::clone(&over);
    let peer = Peer::play(move |listener| {
        let mut connections = 0;
        loop {
            let mut stream = listener.accept();
            if script_over.load(Ordering::SeqCst) {
                return connections;
            }
            connections += 1;
            thread::spawn(move || {
                while receive(&mut stream).is_some() {
                    answer(&mut stream, "kept");
                }
            });
        }
    });
    for _ in 0..REQUESTS {
        assert_eq!(runtime.fetch(get(&peer.url("http", "/"))).await.expect("an answer").body(), "kept");
    }
    over.store(true, Ordering::SeqCst);
    peer.poke();
    let connections = peer.finish().await;
    assert!(connections < REQUESTS, "{connections} connections for {REQUESTS} requests");
}

async fn a_closed_idle_connection_is_replaced<R: Runtime>(runtime: &R) {
    let (closed, is_closed) = oneshot::channel();
    let peer = Peer::play(move |listener| {
        let mut stream = listener.accept();
        receive(&mut stream).expect("a request");
        answer(&mut stream, "old");
        drop(stream);
        closed.send(()).expect("the client waits");
        let mut stream = listener.accept();
        receive(&mut stream).expect("a request");
        answer(&mut stream, "new");
    });
    assert_eq!(runtime.fetch(get(&peer.url("http", "/"))).await.expect("an answer").body(), "old");
    is_closed.await.expect("the script goes on");
    let answer = match runtime.fetch(get(&peer.url("http", "/"))).await {
        // The end of the connection came too late to be seen: one request may meet that, and says so.
        Err(error) if error.sent => runtime.fetch(get(&peer.url("http", "/"))).await,
        other => other,
    };
    assert_eq!(answer.expect("an answer on a new connection").body(), "new");
    peer.finish().await;
}

async fn redirects_are_not_followed<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        receive(&mut stream).expect("a request");
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            .expect("the client reads");
    });
    let answer = runtime.fetch(get(&peer.url("http", "/"))).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (302, &"/elsewhere".parse().expect("ASCII")));
    peer.finish().await;
}

async fn long_answers_are_refused<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut sent = 0;
        for head in ["Content-Length: 104857600", "X-Until: close"] {
            let mut stream = listener.accept();
            receive(&mut stream).expect("a request");
            write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n").expect("the client reads");
            // The client hangs up long before the end.
            sent = (0..1600).take_while(|_| stream.write_all(&vec![b'x'; 1 << 16]).is_ok()).count();
            assert!(sent < 1600, "the client read 100 MiB");
        }
        sent
    });
    for _ in 0..2 {
        let error = runtime.fetch(get(&peer.url("http", "/"))).await.expect_err("an answer of 100 MiB");
        assert!(error.sent, "{error}");
    }
    peer.finish().await;
}

async fn a_refused_connection_has_sent_nothing<R: Runtime>(runtime: &R) {
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let url = format!("http://{}/", gone.expect("a free port"));
    let error = runtime.fetch(request(Method::POST, &url, "x")).await.expect_err("nobody listens");
    assert!(!error.sent, "{error}");
}

async fn a_lost_answer_leaves_it_open<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| receive(&mut listener.accept()).expect("a request").body);
    let error = runtime.fetch(request(Method::POST, &peer.url("http", "/"), "x")).await.expect_err("no answer");
    assert!(error.sent, "{error}");
    assert_eq!(peer.finish().await, b"x", "it did arrive");
}

async fn a_cut_answer_is_an_error<R: Runtime>(runtime: &R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        receive(&mut stream).expect("a request");
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").expect("the client reads");
    });
    let error = runtime.fetch(get(&peer.url("http", "/"))).await.expect_err("half an answer");
    assert!(error.sent, "{error}");
    peer.finish().await;
}

async fn a_dropped_fetch_ends_its_connection<R: Runtime>(runtime: &R) {
    let (arrived, has_arrived) = oneshot::channel();
    let peer = Peer::play(move |listener| {
        let mut stream = listener.accept();
        receive(&mut stream).expect("a request");
        arrived.send(()).expect("the client waits");
        ends(&mut stream)
    });
    match select(pin!(runtime.fetch(get(&peer.url("http", "/")))), has_arrived).await {
        Either::Left((answer, _)) => panic!("an answer from nowhere: {answer:?}"),
        Either::Right((arrived, _)) => arrived.expect("the script goes on"),
    }
    assert!(peer.finish().await, "the connection is still open");
}

pub(super) async fn secured<R: Runtime>(runtime: &R, trust: &Authority) {
    let config = trust.server();
    let peer = Peer::play(move |listener| {
        let mut stream = StreamOwned::new(ServerConnection::new(config).expect("a session"), listener.accept());
        receive(&mut stream).expect("a request");
        answer(&mut stream, "secured");
    });
    let answer = runtime.fetch(get(&peer.url("https", "/"))).await.expect("a trusted certificate");
    assert_eq!(answer.body(), "secured");
    peer.finish().await;
    a_certificate_for_another_host_is_refused(runtime, trust).await;
}

async fn a_certificate_for_another_host_is_refused<R: Runtime>(runtime: &R, trust: &Authority) {
    let peer = refused_peer(trust);
    let url = format!("https://127.0.0.1:{}/", peer.port);
    let error = runtime.fetch(get(&url)).await.expect_err("a certificate for localhost");
    assert!(!error.sent, "{error}");
    assert!(peer.finish().await, "the request was read");
}

/// Offers its certificate once, and tells whether the client left without a request.
pub(super) fn refused_peer(trust: &Authority) -> Peer<bool> {
    let config = trust.server();
    Peer::play(move |listener| {
        let mut stream = StreamOwned::new(ServerConnection::new(config).expect("a session"), listener.accept());
        std::io::Read::read(&mut stream, &mut [0]).is_err()
    })
}
