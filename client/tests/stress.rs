//! Many threads at once: no wake-up may get lost between the handles and the driver.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fmt;
use std::future::{Future, pending};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use futures_channel::oneshot;
use sechat_client::Access;
use sechat_client::bytes::Bytes;
use sechat_client::endpoint::ChatHome;
use sechat_client::http::{Request, Response};
use sechat_client::{
    BlockingMode, Config, Error, Mode, Reply, RoomId, Runtime, Server, Socket, TimedOut, TransportError, UserId,
};
use sechat_fixtures::{ChatServer, Setup};

const THREADS: usize = 8;
const CALLS: usize = 250;
/// More than fit on two pages.
const MESSAGES: usize = 230;

/// Each task is a thread, and so is the server.
#[derive(Clone)]
struct Threads(mpsc::Sender<(Request<Bytes>, oneshot::Sender<Response<Bytes>>)>);

enum NoSocket {}

#[derive(Debug)]
struct Threaded;

type Chat = sechat_client::Chat<Threaded>;

impl Threads {
    fn new() -> Self {
        let (requests, received) = mpsc::channel::<(Request<Bytes>, oneshot::Sender<Response<Bytes>>)>();
        let runtime = Self(requests);
        let clock = runtime.clone();
        thread::spawn(move || {
            let mut server = ChatServer::new(Setup::default());
            for n in 0..MESSAGES {
                server.say(clock.now(), UserId(102), RoomId(1), &n.to_string());
            }
            for (request, answer) in received {
                let _ = answer.send(server.handle(clock.now(), request));
            }
        });
        runtime
    }
}

impl Runtime for Threads {
    type Socket = NoSocket;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (answer, answered) = oneshot::channel();
        self.0.send((request, answer)).unwrap();
        answered.await.map_err(TransportError::maybe_sent)
    }

    async fn open(&self, _: Request<()>) -> Result<NoSocket, TransportError> {
        Err(TransportError::unsent("no sockets here"))
    }

    /// Nothing in this test waits for its time to come.
    async fn sleep_until(&self, _: Instant) {
        pending::<()>().await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        thread::spawn(move || futures_lite::future::block_on(task));
    }
}

impl Socket for NoSocket {
    async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        match *self {}
    }

    async fn close(&mut self) {
        match *self {}
    }
}

impl Mode for Threaded {
    type Runtime = Threads;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<Threads, Error> {
        Ok(Threads::new())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply
    }
}

impl BlockingMode for Threaded {}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").finish_non_exhaustive()
    }
}

#[test]
fn every_call_of_every_thread_ends() {
    let access = Access::login("bot@example.com", "correct horse", None);
    let chat = Chat::builder(Config::new(Server::StackExchange, access)).connect().unwrap();
    chat.log_in().wait().unwrap();
    let (done, finished) = mpsc::channel();
    for thread in 0..THREADS {
        let (chat, done) = (chat.clone(), done.clone());
        thread::spawn(move || {
            for call in 0..CALLS {
                let reply = chat.call(ChatHome);
                // Some are taken back, some are looked at by another thread.
                match (thread + call) % 3 {
                    0 => drop(reply),
                    1 => assert!(reply.wait().unwrap().me.is_some()),
                    _ => assert!(thread::spawn(|| reply.wait()).join().unwrap().unwrap().me.is_some()),
                }
            }
            done.send(thread).unwrap();
        });
    }
    let deadline = Instant::now() + Duration::from_secs(120);
    for _ in 0..THREADS {
        finished.recv_timeout(deadline - Instant::now()).expect("a call never ends");
    }
    chat.close().wait().unwrap();
    assert_eq!(chat.call(ChatHome).wait().unwrap_err(), Error::Closed);
}

#[test]
fn without_async_readers_are_iterators() {
    let access = Access::login("bot@example.com", "correct horse", None);
    let chat = Chat::builder(Config::new(Server::StackExchange, access)).connect().unwrap();
    let mut messages = chat.room(1).messages();
    let first: Vec<_> = messages.by_ref().take(120).map(Result::unwrap).collect();
    let rest = chat.read_back(*messages.cursor().unwrap()).map(Result::unwrap);
    let texts: Vec<String> =
        first.into_iter().chain(rest).map(|e| e.message().unwrap().content.clone().unwrap()).collect();
    assert_eq!(texts, (0..MESSAGES).rev().map(|n| n.to_string()).collect::<Vec<_>>());

    let mut events = chat.events();
    assert_eq!(events.wait_for_timeout(|_| true, Duration::ZERO), Err(TimedOut));
    chat.close().wait().unwrap();
    assert_eq!(events.wait_for_timeout(|_| true, Duration::from_secs(120)), Ok(None));
}
