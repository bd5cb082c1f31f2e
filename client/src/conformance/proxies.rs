//! The way through a proxy. Names are the proxy's to look up: `chat.example` is none that this machine knows.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use async_tungstenite::tungstenite::Message;
use bytes::Bytes;
use data_encoding::BASE64;
use http::{Method, Response};
use rustls::{ServerConnection, StreamOwned};
use sechat_core::TransportError;

use super::http::{get, request};
use super::peer::{Peer, answer, ends, header, receive};
use super::sockets::{accept, request as handshake};
use super::trust::Authority;
use super::{Network, direct};
use crate::network::Proxy;
use crate::runtime::{Runtime, Socket};

const PASSWORD: &str = "p@ss:word";
const AGREED: &str = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n";

pub(super) async fn all<R: Runtime>(new: &impl Fn(Network) -> R, trust: &Authority) {
    requests_go_through(new).await;
    secured_requests_go_through(new, trust).await;
    sockets_go_through(new, trust).await;
    a_secured_proxy_is_trusted_or_not(new, trust).await;
    this_machine_is_reached_directly(new).await;
    refusals_say_what_to_do(new).await;
    broken_answers_are_errors(new).await;
    a_proxy_that_nobody_runs_is_named(new).await;
    a_silent_proxy_is_given_up(new).await;
    an_answer_lost_behind_a_proxy_leaves_it_open(new).await;
}

/// Settings with the proxy at this port.
fn through(port: u16) -> Network {
    direct().proxy(Proxy::new(&format!("http://bot:p%40ss%3Aword@localhost:{port}")).expect("an address"))
}

/// Lets one connection through, and tells what is asked for.
fn agree(stream: &mut (impl Read + Write)) -> String {
    let asked = receive(stream).expect("a request to the proxy");
    stream.write_all(AGREED.as_bytes()).expect("the client reads");
    assert_eq!(
        header(&asked.head, "proxy-authorization"),
        Some(&*format!("Basic {}", BASE64.encode(b"bot:p@ss:word")))
    );
    let (line, _) = asked.head.split_once("\r\n").expect("a line");
    let place = line.strip_prefix("CONNECT ").and_then(|line| line.strip_suffix(" HTTP/1.1")).expect("a CONNECT");
    assert_eq!(header(&asked.head, "host"), Some(place));
    place.to_owned()
}

/// A request that failed before it left, for a reason that tells no password.
fn unsent(result: Result<Response<Bytes>, TransportError>, words: &[&str]) {
    let error = result.expect_err("no way through");
    assert!(!error.sent, "{error}");
    assert!(words.iter().all(|word| error.reason.contains(word)), "{error}, without {words:?}");
    hides_the_password(&error.to_string());
}

fn hides_the_password(shown: &str) {
    let secrets = [PASSWORD, "p%40ss%3Aword", &BASE64.encode(b"bot:p@ss:word")];
    assert!(!secrets.iter().any(|secret| shown.contains(*secret)), "{shown}");
}

async fn requests_go_through<R: Runtime>(new: &impl Fn(Network) -> R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        let place = agree(&mut stream);
        let received = receive(&mut stream).expect("a request");
        answer(&mut stream, "through");
        (place, received)
    });
    let network = through(peer.port);
    hides_the_password(&format!("{network:?}"));
    let runtime = new(network);
    hides_the_password(&format!("{runtime:?}"));
    let answer = runtime.fetch(request(Method::POST, "http://chat.example:8080/a?b", "x")).await.expect("an answer");
    assert_eq!(answer.body(), "through");
    let (place, received) = peer.finish().await;
    assert_eq!(place, "chat.example:8080");
    assert!(received.head.starts_with("POST /a?b HTTP/1.1\r\n"), "{}", received.head);
    assert_eq!(header(&received.head, "host"), Some("chat.example:8080"));
    assert_eq!(header(&received.head, "proxy-authorization"), None, "that was for the proxy alone");
    assert_eq!(received.body, b"x");
}

async fn secured_requests_go_through<R: Runtime>(new: &impl Fn(Network) -> R, trust: &Authority) {
    let config = trust.server();
    let peer = Peer::play(move |listener| {
        let mut stream = listener.accept();
        let place = agree(&mut stream);
        let mut stream = StreamOwned::new(ServerConnection::new(config).expect("a session"), stream);
        receive(&mut stream).expect("a request");
        answer(&mut stream, "secured");
        place
    });
    let runtime = new(through(peer.port).tls(trust.client()));
    assert_eq!(runtime.fetch(get("https://chat.example/")).await.expect("an answer").body(), "secured");
    assert_eq!(peer.finish().await, "chat.example:443");
}

async fn sockets_go_through<R: Runtime>(new: &impl Fn(Network) -> R, trust: &Authority) {
    let config = trust.server();
    let peer = Peer::play(move |listener| {
        let mut plain = listener.accept();
        let mut places = vec![agree(&mut plain)];
        accept(plain).send(Message::text("plain")).expect("the client reads");
        let mut secured = listener.accept();
        places.push(agree(&mut secured));
        let secured = StreamOwned::new(ServerConnection::new(config).expect("a session"), secured);
        accept(secured).send(Message::text("secured")).expect("the client reads");
        places
    });
    let runtime = new(through(peer.port).tls(trust.client()));
    for (scheme, text) in [("ws", "plain"), ("wss", "secured")] {
        let url = format!("{scheme}://chat.example/events/1/secret?l=99");
        let mut socket = runtime.open(handshake(&url)).await.expect("a socket");
        assert_eq!(socket.next().await.expect("no end").expect("no fault"), text);
    }
    assert_eq!(peer.finish().await, ["chat.example:80", "chat.example:443"]);
}

async fn a_secured_proxy_is_trusted_or_not<R: Runtime>(new: &impl Fn(Network) -> R, trust: &Authority) {
    let config = trust.server();
    let peer = Peer::play(move |listener| {
        let session = || ServerConnection::new(config.clone()).expect("a session");
        let stranger = StreamOwned::new(session(), listener.accept()).read(&mut [0]).is_err();
        let mut stream = StreamOwned::new(session(), listener.accept());
        agree(&mut stream);
        let mut stream = StreamOwned::new(session(), stream);
        receive(&mut stream).expect("a request");
        answer(&mut stream, "twice secured");
        stranger
    });
    let address = format!("https://localhost:{}", peer.port);
    let network = direct().proxy(Proxy::new(&address).expect("an address").basic_auth("bot", PASSWORD));
    let stranger = new(network.clone().tls(Authority::new().client()));
    unsent(stranger.fetch(get("http://chat.example/")).await, &["localhost"]);
    let answer = new(network.tls(trust.client())).fetch(get("https://chat.example/")).await.expect("an answer");
    assert_eq!(answer.body(), "twice secured");
    assert!(peer.finish().await, "the password was read");
}

async fn this_machine_is_reached_directly<R: Runtime>(new: &impl Fn(Network) -> R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        let received = receive(&mut stream).expect("a request");
        answer(&mut stream, "direct");
        received.head
    });
    // The peer would be the proxy as well, and knows it by its first line.
    let answer = new(through(peer.port)).fetch(get(&peer.url("http", "/"))).await.expect("an answer");
    assert_eq!(answer.body(), "direct");
    let head = peer.finish().await;
    assert!(head.starts_with("GET / ") && header(&head, "proxy-authorization").is_none(), "{head}");
}

async fn refusals_say_what_to_do<R: Runtime>(new: &impl Fn(Network) -> R) {
    let peer = Peer::play(|listener| {
        for status in ["407 Proxy Authentication Required", "407 Again", "403 Forbidden", "302 Found"] {
            let mut stream = listener.accept();
            receive(&mut stream).expect("a request to the proxy");
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 9\r\n\r\np@ss:word").expect("the client reads");
            assert!(ends(&mut stream), "the connection is still open");
        }
    });
    let place = format!("localhost:{}", peer.port);
    let nameless = new(direct().proxy(Proxy::new(&place).expect("an address")));
    let named = new(through(peer.port));
    let get = || get("https://chat.example/");
    unsent(nameless.fetch(get()).await, &[&place, "chat.example:443", "407", "basic_auth"]);
    unsent(named.fetch(get()).await, &[&place, "407", "does not take"]);
    unsent(named.fetch(get()).await, &[&place, "403"]);
    unsent(named.fetch(get()).await, &[&place, "302"]);
    peer.finish().await;
}

async fn broken_answers_are_errors<R: Runtime>(new: &impl Fn(Network) -> R) {
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(20 << 10));
    let answers = [
        ("", "closed"),
        ("HTTP/1.1 200 OK\r\nVia", "closed"),
        ("SSH-2.0-OpenSSH\r\n", "not HTTP"),
        (&endless, "too long"),
    ];
    let script = answers.map(|(answer, _)| answer.to_owned());
    let peer = Peer::play(move |listener| {
        for answer in script {
            let mut stream = listener.accept();
            receive(&mut stream).expect("a request to the proxy");
            // The client hangs up when it has seen enough.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let runtime = new(through(peer.port));
    for (_, word) in answers {
        unsent(
            runtime.fetch(get("http://chat.example/")).await,
            &[word, &format!("the proxy localhost:{}", peer.port)],
        );
    }
    peer.finish().await;
}

async fn a_proxy_that_nobody_runs_is_named<R: Runtime>(new: &impl Fn(Network) -> R) {
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let port = gone.expect("a free port").port();
    let place = format!("cannot connect to the proxy localhost:{port}");
    unsent(new(through(port)).fetch(get("https://chat.example/")).await, &[&place]);
}

async fn a_silent_proxy_is_given_up<R: Runtime>(new: &impl Fn(Network) -> R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        receive(&mut stream);
        ends(&mut stream)
    });
    let runtime = new(through(peer.port).connect_timeout(Duration::from_millis(100)));
    let words = [&*format!("the proxy localhost:{}", peer.port), "connect_timeout"];
    unsent(runtime.fetch(get("http://chat.example/")).await, &words);
    peer.poke();
    assert!(peer.finish().await, "the connection is still open");
}

async fn an_answer_lost_behind_a_proxy_leaves_it_open<R: Runtime>(new: &impl Fn(Network) -> R) {
    let peer = Peer::play(|listener| {
        let mut stream = listener.accept();
        agree(&mut stream);
        receive(&mut stream).expect("a request");
    });
    let error = new(through(peer.port)).fetch(get("http://chat.example/")).await.expect_err("no answer");
    assert!(error.sent, "{error}");
    peer.finish().await;
}
