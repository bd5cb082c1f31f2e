//! A server on loopback, a runtime, and handles on it.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, join, select};
use sechat_client::{Access, Chat, Config, Event, EventKind, Events, MessageId, Network, RoomId, Runtime, Server};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{ChatServer, Clock, Listener, ListenerOptions, Message, Room, Setup};

use super::{Altered, Driven};
use crate::{ADA, EMAIL, OTHER, PASSWORD};

/// Much longer than any check takes.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// What a check needs.
#[derive(Debug)]
pub struct Stage<R> {
    pub(super) runtime: R,
    pub(super) listener: Arc<Listener>,
    speed: u32,
}

/// How fast both clocks run where a check posts much: an account keeps its pace even where the server has no throttle.
const SPEED: u32 = 3000;

/// The usual settings, whatever this machine's environment says.
pub(super) fn network() -> Network {
    Network::new().no_proxy()
}

/// A bot with a password, Ada, two rooms, no throttle, and no end of logins.
pub(super) fn setup() -> Setup {
    let mut setup = Setup::default().room(Room::new(OTHER, "Other"));
    setup.switches.throttle = ThrottleCurve::Off;
    setup.switches.captcha_after = 10_000;
    setup
}

impl<R: Runtime> Stage<R> {
    pub(super) fn new(runtime: R, setup: Setup) -> Self {
        Self::with(runtime, ListenerOptions::new(setup))
    }

    pub(super) fn with(runtime: R, options: ListenerOptions) -> Self {
        Self::at(runtime, Arc::new(Listener::start_with(options).expect("a free port")))
    }

    /// At a server that others use as well.
    pub(super) fn at(runtime: R, listener: Arc<Listener>) -> Self {
        Self { runtime, listener, speed: 1 }
    }

    /// Plays a scene, which fails with what was asked of the server if it does not come to its end.
    pub(super) async fn play<T>(&self, scene: impl Future<Output = T>) -> T {
        let (over, running) = channel::<()>();
        let (late, limit) = oneshot::channel();
        thread::spawn(move || {
            if running.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                let _ = late.send(());
            }
        });
        let (scene, limit) = (pin!(scene), pin!(limit));
        // The limit first: its wake-up must not make up for one that was lost.
        let played = select(limit, scene).await;
        drop(over);
        match played {
            Either::Right((played, _)) => played,
            Either::Left(_) => panic!("no end after {LIMIT:?}; what was asked:\n{}", self.conversation()),
        }
    }

    pub(super) fn config(&self) -> Config {
        let server = Server::custom(&self.listener.url(), &self.listener.url()).expect("a good address");
        let mut config = Config::new(server, Access::login(EMAIL, PASSWORD, None));
        config.seed = 7;
        // The machine is as slow as ever.
        let feed = &mut config.feed;
        for span in [&mut config.request_timeout, &mut feed.silence, &mut feed.renewal, &mut feed.poll_interval] {
            *span *= self.speed;
        }
        config
    }

    pub(super) fn connect(&self, config: Config) -> Chat<Driven<R>> {
        Chat::builder(config).runtime(self.runtime.clone()).connect().expect("a runtime")
    }

    /// A bot that has not logged in yet.
    pub(super) fn chat(&self) -> Chat<Driven<R>> {
        self.connect(self.config())
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&ChatServer) -> T) -> T {
        self.listener.with_server(|server, _| look(server))
    }

    pub(super) fn ada_says(&self, room: RoomId, text: &str) -> MessageId {
        self.listener.with_server(|server, now| server.say(now, ADA, room, text))
    }

    /// Waits until the server is as it should be.
    pub(super) async fn sees(&self, what: &str, mut look: impl FnMut(&ChatServer) -> bool + Send + 'static) {
        let listener = Arc::clone(&self.listener);
        let (seen, sight) = oneshot::channel();
        thread::spawn(move || {
            // Nobody may wait for it any more.
            listener.wait_for(LIMIT, |server| (seen.is_canceled() || look(server)).then_some(()))?;
            seen.send(()).ok()
        });
        assert!(sight.await.is_ok(), "never seen: {what}; what was asked:\n{}", self.conversation());
    }

    /// Restarts the server, and lets a future come to its end while nobody listens.
    pub(super) async fn while_nobody_listens<T>(&self, scene: impl Future<Output = T>) -> T {
        let (gone, is_gone) = oneshot::channel();
        let (over, is_over) = channel::<()>();
        let listener = Arc::clone(&self.listener);
        let restart = elsewhere(move || {
            listener.restart(|_| {
                let _ = gone.send(());
                let _ = is_over.recv();
            })
        });
        let scene = async {
            is_gone.await.expect("the server has stopped");
            let played = scene.await;
            drop(over);
            played
        };
        let (restarted, played) = join(restart, scene).await;
        restarted.expect("the port is still free");
        played
    }

    /// The texts of a room, oldest first.
    pub(super) fn texts(&self, room: RoomId) -> Vec<String> {
        self.look(|server| server.messages(room).into_iter().map(Message::source).map(str::to_owned).collect())
    }

    fn conversation(&self) -> String {
        let mut all = String::new();
        let requests = self.look(|server| server.audit().requests.clone());
        for request in requests.iter().skip(requests.len().saturating_sub(100)) {
            let _ = writeln!(all, "{} {} {:?}: {}", request.method, request.path, request.fields, request.status);
        }
        all
    }
}

impl<R: Runtime> Stage<Altered<R>> {
    /// With clocks that run fast, on both sides.
    pub(super) fn hurried(runtime: R, setup: Setup) -> Self {
        let clock = Clock::fast(SPEED);
        let runtime = Altered::with_clock(runtime, clock);
        Self { speed: SPEED, ..Self::with(runtime, ListenerOptions::new(setup).clock(clock)) }
    }
}

/// Does something that blocks, on a thread of its own.
pub(super) async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = oneshot::channel();
    thread::spawn(move || done.send(work()));
    result.await.expect("the work succeeds")
}

/// The text of a new message.
pub(super) fn text_of(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::MessagePosted(message) => message.content.as_deref(),
        _ => None,
    }
}

/// The texts of the messages up to the one with this text.
pub(super) async fn read_until<R: Runtime>(events: &mut Events<Driven<R>>, last: &str) -> Vec<String> {
    let mut texts = Vec::new();
    loop {
        let event = events.next().await.unwrap_or_else(|| panic!("it ended before {last}: {texts:?}"));
        texts.extend(text_of(&event).map(str::to_owned));
        if text_of(&event) == Some(last) {
            return texts;
        }
    }
}
