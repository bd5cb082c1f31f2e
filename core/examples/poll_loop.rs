//! The engine in a loop of your own: no runtime, no threads, no async, only sockets of the standard library.
//!
//! It logs in, enters a room, posts, hears its own message come back, leaves and ends. It speaks plain HTTP, which is for
//! simulated servers: for the real ones put a TLS stream around each `TcpStream`.
//!
//! ```sh
//! cargo run -- serve --listen 8080
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-core --example poll_loop -- 1
//! ```
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "IO is for those who embed the engine")]

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};
use std::{env, thread};

use bytes::Bytes;
use http::{Request, Response, Uri};
use sechat_core::engine::{Access, ExchangeId, Input, Output, Pending, SocketId};
use sechat_core::{Config, Engine, Now, RoomId, TransportError};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{Message, WebSocket};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let room: RoomId = env::args().nth(1).ok_or("which room?")?.parse()?;
    let access = Access::login(env::var("SECHAT_EMAIL")?, env::var("SECHAT_PASSWORD")?, None);
    let mut engine = Engine::new(Config::new(env::var("SECHAT_SERVER")?.parse()?, access))?;
    let mut exchanges = BTreeMap::<ExchangeId, (TcpStream, Vec<u8>)>::new();
    let mut sockets = BTreeMap::<SocketId, WebSocket<TcpStream>>::new();
    // The errand of the bot: what it has asked for, and what it knows.
    let join = engine.join(now(), room);
    let (mut post, mut posted, mut heard) = (None, None, Vec::new());

    loop {
        let mut inputs = Vec::new();
        // 1. Carry out what the engine asks for.
        while let Some(output) = engine.poll_output() {
            match output {
                Output::Http(id, request) => match send(&request) {
                    Ok(stream) => drop(exchanges.insert(id, (stream, Vec::new()))),
                    Err(error) => inputs.push(Input::Http(id, Err(error))),
                },
                Output::HttpAbort(id) => drop(exchanges.remove(&id)),
                Output::SocketOpen(id, request) => match open(&request) {
                    Ok(socket) => {
                        inputs.push(Input::SocketOpened(id));
                        sockets.insert(id, socket);
                    }
                    Err(error) => inputs.push(Input::SocketClosed(id, TransportError::maybe_sent(error))),
                },
                Output::SocketClose(id) => drop(sockets.remove(&id)),
                Output::Done(id) if id == join.id() => {
                    engine.take(&join).transpose()?;
                    post = Some(engine.send(now(), room, "Hello from a loop!".to_owned(), None));
                }
                Output::Done(_) => posted = post.as_ref().and_then(|post| engine.take(post)).transpose()?.or(posted),
                Output::Event(event) | Output::Replayed(event) => heard.extend(event.message().map(|m| m.id)),
                Output::FeedEnded(result) => result?,
                Output::Finished => return Ok(()),
            }
        }
        // 2. See what has come in.
        exchanges.retain(|id, (stream, received)| {
            let answer = receive(stream, received).map_err(TransportError::maybe_sent).transpose();
            let goes_on = answer.is_none();
            inputs.extend(answer.map(|answer| Input::Http(*id, answer)));
            goes_on
        });
        sockets.retain(|id, socket| {
            loop {
                match socket.read() {
                    Ok(Message::Text(text)) => inputs.push(Input::SocketFrame(*id, text.into())),
                    Ok(_) => {} // Pings are answered by reading on.
                    Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => break true,
                    Err(error) => {
                        inputs.push(Input::SocketClosed(*id, TransportError::maybe_sent(error)));
                        break false;
                    }
                }
            }
        });
        // 3. Tell it, and the time. A loop that has more to do waits here for all of that, in poll(2) or for a frame.
        let left = engine.poll_timeout().map_or(Duration::MAX, |due| due.at.saturating_duration_since(now().mono));
        inputs.extend(left.is_zero().then_some(Input::Timeout));
        if inputs.is_empty() {
            thread::sleep(left.min(Duration::from_millis(5)));
        }
        for input in inputs {
            engine.handle_input(now(), input);
        }
        if let Some(id) = posted.take_if(|id| heard.contains(id)) {
            println!("posted and heard: message {id}");
            engine.shut_down(now(), Pending::Flush); // It leaves the room first.
        }
    }
}

fn send(request: &Request<Bytes>) -> Result<TcpStream, TransportError> {
    let (method, uri, body) = (request.method(), request.uri(), request.body());
    let (Some(host), Some(path)) = (uri.authority(), uri.path_and_query()) else {
        return Err(TransportError::unsent("the address is not whole"));
    };
    // An answer to HTTP/1.0 ends with its connection: it has no chunks, and no other follows it.
    let mut bytes = format!("{method} {path} HTTP/1.0\r\nhost: {host}\r\n").into_bytes();
    for (name, value) in request.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend([format!("content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat());
    let mut stream = connect(uri).map_err(TransportError::unsent)?;
    let sent = stream.write_all(&bytes).and_then(|()| stream.set_nonblocking(true));
    sent.map(|()| stream).map_err(TransportError::maybe_sent)
}

/// The answer, once it is whole.
fn receive(stream: &mut TcpStream, received: &mut Vec<u8>) -> Fallible<Option<Response<Bytes>>> {
    match stream.read_to_end(received) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
        result => result?,
    };
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = head.parse(received)? else { return Err("the head is cut".into()) };
    let answer = Response::builder().status(head.code.unwrap_or_default());
    let answer = head.headers.iter().fold(answer, |answer, header| answer.header(header.name, header.value));
    let answer = answer.body(Bytes::copy_from_slice(&received[start..]))?;
    let length = answer.headers().get("content-length").map(|length| length.to_str().unwrap_or_default().parse());
    if length.is_none_or(|length| length == Ok(answer.body().len())) { Ok(Some(answer)) } else { Err("cut".into()) }
}

fn open(request: &Request<()>) -> Fallible<WebSocket<TcpStream>> {
    let mut handshake = request.uri().into_client_request()?;
    handshake.headers_mut().extend(request.headers().clone()); // `Origin` matters.
    let (socket, _) = tungstenite::client(handshake, connect(request.uri())?)?;
    Ok(socket.get_ref().set_nonblocking(true).map(|()| socket)?)
}

/// Connecting, shaking hands and writing block here; answers and frames are waited for in the loop.
fn connect(uri: &Uri) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(uri.authority().map_or("", |host| host.as_str()))?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).map(|()| stream)
}

fn now() -> Now {
    Now::new(Instant::now(), SystemTime::now())
}
