//! An engine in a joined room, and a server that says what it likes.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use sechat_core::engine::{Access, ExchangeId, Input, Output, Pending, SocketId};
use sechat_core::{Config, Engine, EventId, MessageId, Now, RoomId, Server, TransportError};
use sechat_fixtures::{ChatServer, Setup, SocketKey};

/// So much comes out of an engine for one thing that goes in, at most: an event for each 2 bytes, and some requests.
const OUTPUTS: usize = 300;
/// So often the engine may want to be woken before it is finished, when nothing works any more.
const WAKES: usize = 3_000;

/// Each line is something that happens, named by its first character; see [`Scene::play`].
pub fn run(input: &[u8]) {
    let mut scene = Scene::joined();
    for line in input.split(|byte| *byte == b'\n').take(200) {
        scene.play(line);
    }
    scene.end();
}

/// An engine, and what it is in the middle of.
pub struct Scene {
    engine: Engine,
    server: ChatServer,
    now: Now,
    requests: VecDeque<(ExchangeId, Request<Bytes>)>,
    sockets: BTreeMap<SocketId, (Request<()>, Option<SocketKey>)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    outputs: usize,
    finished: bool,
}

impl Scene {
    /// An engine with a live socket for room 1.
    pub fn joined() -> Self {
        let mut scene = Self::new();
        scene.engine_joins();
        scene
    }

    fn new() -> Self {
        let access = Access::login("bot@example.com", "correct horse", None);
        Self {
            engine: Engine::new(Config::new(Server::StackExchange, access)).expect("nothing is stored"),
            server: ChatServer::new(Setup::default()),
            now: Now::new(Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)),
            requests: VecDeque::new(),
            sockets: BTreeMap::new(),
            headers: Vec::new(),
            outputs: 0,
            finished: false,
        }
    }

    /// Up to here the server is honest.
    fn engine_joins(&mut self) {
        let join = self.engine.join(self.now, RoomId(1));
        for _ in 0..30 {
            self.drain();
            self.honest();
            let opening: Vec<_> =
                self.sockets.iter().filter(|(_, (_, key))| key.is_none()).map(|(id, _)| *id).collect();
            for id in opening {
                self.open(id);
            }
        }
        assert!(matches!(self.engine.take(&join), Some(Ok(()))), "an honest server lets the bot in");
        assert!(!self.sockets.is_empty(), "and gives it a socket");
    }

    /// Has one thing happen.
    pub fn play(&mut self, line: &[u8]) {
        let (Some(kind), rest) = (line.first(), line.get(1..).unwrap_or_default()) else { return };
        let number = || String::from_utf8_lossy(rest).trim().parse::<u64>().unwrap_or(1);
        let text = || String::from_utf8_lossy(rest).into_owned();
        match kind {
            // A frame, on the newest socket or on the oldest.
            b'f' | b'F' => {
                let socket = if *kind == b'f' { self.sockets.keys().next_back() } else { self.sockets.keys().next() };
                if let Some(id) = socket.copied() {
                    self.give(Input::SocketFrame(id, Bytes::copy_from_slice(rest)));
                }
            }
            // An answer: the status and the body.
            b'a' if rest.len() >= 3 => {
                let (status, body) = rest.split_at(3);
                self.answer(StatusCode::from_bytes(status).unwrap_or_default(), body);
            }
            // A header of the next answer.
            b'h' => {
                let colon = rest.iter().position(|byte| *byte == b':').unwrap_or(rest.len());
                let (name, value) = (&rest[..colon], rest.get(colon + 1..).unwrap_or_default());
                if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                    self.headers.push((name, value));
                }
            }
            // The honest answer.
            b'.' => self.honest(),
            b'x' => self.fail(TransportError::unsent("no way there")),
            b'X' => self.fail(TransportError::maybe_sent("cut off")),
            b'o' => {
                if let Some(id) = self.sockets.keys().next_back().copied() {
                    self.open(id);
                }
            }
            b'c' | b'C' => {
                let socket = if *kind == b'c' { self.sockets.pop_last() } else { self.sockets.pop_first() };
                if let Some((id, _)) = socket {
                    self.give(Input::SocketClosed(id, TransportError::maybe_sent("it went away")));
                }
            }
            b't' => self.wake(),
            b'w' => self.now = self.now + Duration::from_secs(number().min(100_000)),
            b'j' => drop(self.engine.join(self.now, RoomId(number()))),
            b'l' => drop(self.engine.leave(self.now, RoomId(number()))),
            b's' => drop(self.engine.send(self.now, RoomId(1), text(), None)),
            b'e' => drop(self.engine.edit(self.now, MessageId(number()), text())),
            b'g' => drop(self.engine.log_in(self.now)),
            b'r' => {
                let at = sechat_core::engine::Position::new(EventId(number()), None);
                drop(self.engine.resume(self.now, RoomId(number() % 5), at));
            }
            b'q' => self.engine.shut_down(self.now, Pending::Flush),
            _ => {}
        }
        self.drain();
    }

    /// Nothing works any more, and the bot has had enough of it.
    fn end(&mut self) {
        self.engine.shut_down(self.now, Pending::Drop);
        for _ in 0..WAKES {
            self.drain();
            if self.finished {
                assert!(self.engine.poll_timeout().is_none(), "it is finished, and waits for something");
                return;
            }
            if self.requests.is_empty() {
                self.wake();
            } else {
                self.fail(TransportError::unsent("no way there"));
            }
        }
        panic!("it does not end: {:?}, {:?}", self.engine, self.engine.poll_timeout());
    }

    fn give(&mut self, input: Input) {
        self.outputs = 0;
        self.engine.handle_input(self.now, input);
        self.drain();
    }

    fn wake(&mut self) {
        if let Some(deadline) = self.engine.poll_timeout() {
            self.now = self.now + deadline.at.saturating_duration_since(self.now.mono);
            self.give(Input::Timeout);
            let next = self.engine.poll_timeout();
            assert!(next.is_none_or(|next| next.at > self.now.mono), "a busy loop: {next:?}");
        }
    }

    fn answer(&mut self, status: StatusCode, body: &[u8]) {
        let Some((id, _)) = self.requests.pop_front() else { return };
        let mut answer = Response::new(Bytes::copy_from_slice(body));
        *answer.status_mut() = status;
        for (name, value) in self.headers.drain(..) {
            answer.headers_mut().append(name, value);
        }
        self.give(Input::Http(id, Ok(answer)));
    }

    fn honest(&mut self) {
        let Some((id, request)) = self.requests.pop_front() else { return };
        let answer = self.server.handle(self.now, request);
        self.give(Input::Http(id, Ok(answer)));
    }

    fn fail(&mut self, fault: TransportError) {
        if let Some((id, _)) = self.requests.pop_front() {
            self.give(Input::Http(id, Err(fault)));
        }
    }

    fn open(&mut self, id: SocketId) {
        if let Some((request, key)) = self.sockets.get_mut(&id) {
            *key = self.server.connect(self.now, request).ok();
            self.give(Input::SocketOpened(id));
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            self.outputs += 1;
            match output {
                Output::Http(id, request) => self.requests.push_back((id, request)),
                Output::HttpAbort(id) => self.requests.retain(|(other, _)| *other != id),
                Output::SocketOpen(id, request) => drop(self.sockets.insert(id, (request, None))),
                Output::SocketClose(id) => drop(self.sockets.remove(&id)),
                Output::Event(_) | Output::Replayed(_) => self.outputs -= 1,
                Output::Finished => self.finished = true,
                Output::Done(_) | Output::FeedEnded(_) => {}
            }
            assert!(self.outputs < OUTPUTS, "too much comes out");
        }
        assert!(self.requests.len() < 50 + 300 && self.sockets.len() < 300, "too much is under way");
    }
}
