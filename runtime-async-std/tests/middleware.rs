//! What surf's middleware can do, and what it cannot.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use async_std::task::block_on;
use sechat_async_std::bytes::Bytes;
use sechat_async_std::http::{HeaderValue, Request};
use sechat_async_std::surf::middleware::{Middleware, Next, Redirect};
use sechat_async_std::surf::utils::async_trait;
use sechat_async_std::surf::{self, Client, StatusCode};
use sechat_async_std::{Access, AsyncStd, Chat, Config, RoomId, Runtime, Server};
use sechat_fixtures::{Listener, Setup};

const ANSWER: &[u8] = b"HTTP/1.1 522 <none>\r\nX-Raw: caf\xe9\r\nX-Plain: 1\r\nContent-Length: 2\r\n\r\nhi";

/// Takes connections until one has nothing to say, answers the first request on each, and gives them all.
fn serve(answer: &'static [u8]) -> (u16, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = thread::spawn(move || {
        let mut requests = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).unwrap();
            if length == 0 {
                break;
            }
            request.truncate(length);
            requests.push(request);
            stream.write_all(answer).unwrap();
        }
        requests
    });
    (port, requests)
}

/// The requests that came, now that no more will.
fn received((port, requests): (u16, JoinHandle<Vec<Vec<u8>>>)) -> Vec<String> {
    drop(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap());
    requests.join().unwrap().iter().map(|request| request.escape_ascii().to_string()).collect()
}

fn request(port: u16) -> Request<Bytes> {
    let request = Request::get(format!("http://127.0.0.1:{port}/a'b?c=d|e"))
        .header("z-first", "1")
        .header("a-raw", HeaderValue::from_bytes(b"caf\xe9").unwrap())
        .header("cookie", "acct=x");
    request.body(Bytes::new()).unwrap()
}

/// Adds a header, changes another, and writes down what it is shown.
struct Change(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Middleware for Change {
    async fn handle(&self, mut request: surf::Request, client: Client, next: Next<'_>) -> surf::Result<surf::Response> {
        let raw = request.header("a-raw").is_some();
        request.insert_header("x-added", "yes");
        request.insert_header("z-first", "2");
        let mut answer = next.run(request, client).await?;
        let status = answer.status();
        self.0.lock().unwrap().push(format!("{raw} {status} {}", answer.header("x-raw").is_some()));
        answer.insert_header("x-plain", "2");
        Ok(answer)
    }
}

#[test]
fn what_it_changes_goes_through_and_the_rest_stays_as_it_is() {
    let peer = serve(ANSWER);
    let seen = Arc::default();
    let runtime = AsyncStd::new().with_middleware(Change(Arc::clone(&seen)));
    let answer = block_on(runtime.fetch(request(peer.0))).unwrap();
    assert_eq!(answer.status().as_u16(), 522);
    assert_eq!(answer.headers()["x-raw"].as_bytes(), b"caf\xe9");
    assert_eq!(answer.headers()["x-plain"], "2");
    assert_eq!(answer.body(), "hi");
    assert_eq!(*seen.lock().unwrap(), ["false 500 false"]);

    let host = format!("host: 127.0.0.1:{}", peer.0);
    let head = ["GET /a\\'b?c=d|e HTTP/1.1", &host, "cookie: acct=x", "a-raw: caf\\xe9", "z-first: 2", "x-added: yes"];
    let [request] = &received(peer)[..] else { panic!("one request") };
    for line in head {
        assert!(request.contains(&format!("{line}\\r\\n")), "{line} in {request}");
    }
    assert!(!request.contains("content-type"), "{request}");
}

#[test]
fn without_any_all_goes_out_as_it_is() {
    let peer = serve(ANSWER);
    block_on(AsyncStd::new().fetch(request(peer.0))).unwrap();
    let expected = format!(
        "GET /a'b?c=d|e HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nz-first: 1\r\na-raw: caf?\r\ncookie: acct=x\r\n\r\n",
        peer.0
    );
    let expected = expected.as_bytes().escape_ascii().to_string().replace("caf?", "caf\\xe9");
    assert_eq!(received(peer), [expected]);
}

/// Answers itself.
struct Teapot;

#[async_trait]
impl Middleware for Teapot {
    async fn handle(&self, _: surf::Request, _: Client, _: Next<'_>) -> surf::Result<surf::Response> {
        let mut answer = surf::http::Response::new(StatusCode::ImATeapot);
        answer.insert_header("x-pot", "tea");
        answer.set_body("short and stout");
        Ok(answer.into())
    }
}

#[test]
fn it_can_answer_itself() {
    let peer = serve(ANSWER);
    let answer = block_on(AsyncStd::new().with_middleware(Teapot).fetch(request(peer.0))).unwrap();
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (418, &b"short and stout"[..]));
    assert_eq!(answer.headers()["x-pot"], "tea");
    assert!(received(peer).is_empty());
}

/// Tries again, as one must not with a post.
struct Again;

#[async_trait]
impl Middleware for Again {
    async fn handle(&self, request: surf::Request, client: Client, next: Next<'_>) -> surf::Result<surf::Response> {
        let copy = request.clone();
        match next.run(request, client.clone()).await {
            Ok(answer) => Ok(answer),
            Err(_) => next.run(copy, client).await,
        }
    }
}

#[test]
fn nothing_goes_out_twice() {
    let peer = serve(b"");
    let error = block_on(AsyncStd::new().with_middleware(Again).fetch(request(peer.0))).unwrap_err();
    assert!(error.sent, "the first one was: {error}");
    assert_eq!(received(peer).len(), 1);

    let peer = serve(ANSWER);
    let error = block_on(AsyncStd::new().with_middleware(Redirect::default()).fetch(request(peer.0))).unwrap_err();
    assert!(error.reason.contains("copy"), "{error}");
    assert!(received(peer).is_empty());
}

/// Counts, and refuses when there were so many.
struct Limit(AtomicUsize, usize);

#[async_trait]
impl Middleware for Limit {
    async fn handle(&self, request: surf::Request, client: Client, next: Next<'_>) -> surf::Result<surf::Response> {
        if self.0.fetch_add(1, Ordering::SeqCst) >= self.1 {
            return Err(surf::Error::from_str(StatusCode::TooManyRequests, "enough"));
        }
        next.run(request, client).await
    }
}

#[test]
fn a_refusal_is_not_taken_for_proof_that_nothing_was_sent() {
    let peer = serve(ANSWER);
    let runtime = AsyncStd::new().with_middleware(Limit(AtomicUsize::new(0), 0));
    let error = block_on(runtime.fetch(request(peer.0))).unwrap_err();
    assert!(error.sent && error.reason == "enough", "{error}");
    assert!(received(peer).is_empty());
}

#[test]
fn what_did_not_leave_is_still_known() {
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let runtime = AsyncStd::new().with_middleware(Limit(AtomicUsize::new(0), 9));
    assert!(!block_on(runtime.fetch(request(gone.port()))).unwrap_err().sent);
}

#[test]
fn a_bot_works_through_it() {
    let listener = Listener::start(Setup::default()).unwrap();
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    let seen = Arc::default();
    let config = Config::new(server, Access::login("bot@example.com", "correct horse", None));
    let runtime = AsyncStd::new().with_middleware(Change(Arc::clone(&seen)));
    let chat = Chat::builder(config).runtime(runtime).connect().unwrap();
    let said = block_on(chat.room(1).send("Hello")).unwrap();
    let heard = listener.with_server(|server, _| server.messages(RoomId(1)).last().map(|message| message.id));
    assert_eq!(heard, Some(said));
    block_on(chat.close()).unwrap();
    assert!(!seen.lock().unwrap().is_empty());
}
