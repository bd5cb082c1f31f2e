//! The stage: an engine, a server, the network between them, and their one clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::OnceLock;
use std::time::{Duration, Instant, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use sechat_core::engine::{Access, ExchangeId, Input, Output, SocketId, Ticket};
use sechat_core::{Config, Engine, Error, Event, EventKind, FeedChange, Now, TransportError};
use sechat_fixtures::{ChatServer, Close, Setup, SocketKey};

use crate::network::{Fate, FrameFate, Rule, Sent};
use crate::secrets::Secrets;

/// One way.
const LATENCY: Duration = Duration::from_millis(10);
/// More steps than this in one wait is a loop that does not end.
const MOST_STEPS: u32 = 100_000;
/// No scene waits longer for one thing.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);

/// An engine and a server, and what happens between them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Duo {
    /// The bot's side.
    pub engine: Engine,
    /// The other side.
    pub server: ChatServer,
    /// Everything that the engine has told its user, oldest first.
    pub events: Vec<Event>,
    /// How the feed ended, once it has.
    pub feed_ended: Option<Result<(), Error>>,
    /// Whether the engine has said that it is done.
    pub finished: bool,
    /// Whether handshakes fail.
    pub no_sockets: bool,
    /// The fates of the next frames.
    pub frames: VecDeque<FrameFate>,
    /// Whether the server cannot be reached.
    pub away: bool,
    config: Config,
    now: Now,
    start: Now,
    rules: Vec<Rule>,
    sent: Vec<Sent>,
    agenda: BTreeMap<(Instant, u64), Act>,
    acts: u64,
    aborted: BTreeSet<ExchangeId>,
    sockets: BTreeMap<SocketId, SocketKey>,
    secrets: Secrets,
}

#[derive(Debug)]
enum Act {
    Request(ExchangeId, Request<Bytes>, Fate),
    /// Carried out without anybody waiting for it.
    Straggler(Request<Bytes>),
    Answer(ExchangeId, Result<Response<Bytes>, TransportError>),
    Handshake(SocketId, Request<()>),
    Opened(SocketId),
    Frame(SocketId, String),
    Closed(SocketId, TransportError),
}

impl Duo {
    pub(crate) fn start(setup: Setup, config: Config) -> Self {
        let now = Now::new(epoch(), UNIX_EPOCH + Duration::from_secs(1_790_000_000));
        let mut secrets = Secrets::default();
        for account in &setup.accounts {
            secrets.learn(&account.password);
        }
        Self {
            engine: Engine::new(config.clone()).expect("a good configuration"),
            server: ChatServer::new(setup),
            events: Vec::new(),
            feed_ended: None,
            finished: false,
            no_sockets: false,
            frames: VecDeque::new(),
            away: false,
            config,
            now,
            start: now,
            rules: Vec::new(),
            sent: Vec::new(),
            agenda: BTreeMap::new(),
            acts: 0,
            aborted: BTreeSet::new(),
            sockets: BTreeMap::new(),
            secrets,
        }
    }

    /// A new engine for the same server: the process was started again.
    pub fn restart(&mut self, access: Access) {
        self.config.access = access;
        self.engine = Engine::new(self.config.clone()).expect("a good configuration");
        self.agenda.clear();
        for key in std::mem::take(&mut self.sockets).into_values() {
            self.server.disconnect(self.now, key);
        }
        self.events.clear();
        self.feed_ended = None;
    }

    /// The time.
    pub fn now(&self) -> Now {
        self.now
    }

    /// The time since the start of the scene.
    pub fn time(&self) -> Duration {
        self.now.mono - self.start.mono
    }

    /// Decides over the next `count` requests whose [`Sent::line`] ends like this.
    pub fn next(&mut self, count: u32, line: &str, fate: Fate) {
        self.rules.push(Rule { line: line.to_owned(), left: Some(count), fate });
    }

    /// Decides over all requests whose [`Sent::line`] ends like this, until [`heal`](Self::heal).
    pub fn always(&mut self, line: &str, fate: Fate) {
        self.rules.push(Rule { line: line.to_owned(), left: None, fate });
    }

    /// From now on everything arrives.
    pub fn heal(&mut self) {
        self.rules.clear();
        self.away = false;
        self.no_sockets = false;
    }

    /// Takes the server away: sockets break, connections are refused, until [`heal`](Self::heal).
    pub fn take_away(&mut self) {
        self.away = true;
        for (id, key) in std::mem::take(&mut self.sockets) {
            self.server.disconnect(self.now, key);
            self.schedule(Act::Closed(id, TransportError::maybe_sent("connection reset")));
        }
    }

    /// All that the engine has sent, oldest first.
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// What it has sent to this method and path, oldest first.
    pub fn sent_to(&self, line: &str) -> Vec<&Sent> {
        self.sent.iter().filter(|sent| sent.line.ends_with(line)).collect()
    }

    /// How often it has sent that.
    pub fn count(&self, line: &str) -> usize {
        self.sent_to(line).len()
    }

    /// What the user was told of the connection, oldest first.
    pub fn changes(&self) -> Vec<&FeedChange> {
        let kinds = self.events.iter().map(|event| &event.kind);
        kinds.filter_map(|kind| if let EventKind::Feed(change) = kind { Some(change) } else { None }).collect()
    }

    /// Plays on until a call has ended.
    pub fn wait<T: 'static>(&mut self, ticket: &Ticket<T>) -> Result<T, Error> {
        let mut result = None;
        self.until("the end of a call", |duo| {
            result = duo.engine.take(ticket);
            result.is_some()
        });
        let result = result.expect("waited for");
        if let Err(error) = &result {
            self.secrets.check_error(error);
        }
        result
    }

    /// The result of a call that has ended already.
    pub fn ended<T: 'static>(&mut self, ticket: &Ticket<T>) -> Option<Result<T, Error>> {
        self.engine.take(ticket)
    }

    /// Plays on until something is so.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let limit = self.now.mono + LONGEST_WAIT;
        for _ in 0..MOST_STEPS {
            self.exchange();
            if holds(self) {
                return;
            }
            assert!(self.step(limit), "waiting for {what}, and nothing more will happen: {:#?}", self.story());
        }
        panic!("waiting for {what} does not end: {:#?}", self.story());
    }

    /// Plays on for so long.
    pub fn run(&mut self, span: Duration) {
        let end = self.now.mono + span;
        let mut steps = 0;
        while self.step(end) {
            steps += 1;
            assert!(steps < MOST_STEPS, "a busy loop: {:#?}", self.story());
        }
        self.now = self.now + (end - self.now.mono);
        self.exchange();
    }

    /// The last requests, for messages.
    fn story(&self) -> Vec<String> {
        let last = self.sent.iter().rev().take(20).rev();
        last.map(|sent| format!("{:?} {}", sent.at, sent.line)).collect()
    }

    /// Does the next thing, if there is one by then.
    fn step(&mut self, limit: Instant) -> bool {
        self.exchange();
        let engine = self.engine.poll_timeout().map(|deadline| deadline.at);
        let act = self.agenda.keys().next().map(|(at, _)| *at);
        let server = self.server.poll_timeout();
        let Some(at) = [engine, act, server].into_iter().flatten().min().filter(|at| *at <= limit) else {
            return false;
        };
        if at > self.now.mono {
            self.now = self.now + (at - self.now.mono);
        }
        let due = |time: Option<Instant>| time.is_some_and(|time| time <= at);
        if due(act) {
            if let Some((_, act)) = self.agenda.pop_first() {
                self.act(act);
            }
        } else if due(server) {
            self.server.handle_timeout(self.now);
        } else {
            self.engine.handle_input(self.now, Input::Timeout);
            let stale = self.engine.poll_timeout().filter(|deadline| deadline.at <= self.now.mono);
            assert!(stale.is_none(), "a deadline that was handled stays: {stale:?}");
        }
        self.exchange();
        true
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Request(id, request, fate) => {
                if let Fate::LateArrival(after) = fate {
                    self.schedule_in(after, Act::Straggler(request.clone()));
                }
                let real = fate.reaches_server().then(|| self.server.handle(self.now, request));
                if let Some(answer) = &real {
                    self.secrets.learn_from_answer(answer);
                }
                if let Some(answer) = fate.answer(real) {
                    self.schedule(Act::Answer(id, answer));
                }
            }
            Act::Straggler(request) => drop(self.server.handle(self.now, request)),
            Act::Answer(id, answer) if !self.aborted.contains(&id) => {
                self.engine.handle_input(self.now, Input::Http(id, answer));
            }
            Act::Answer(..) => {}
            Act::Handshake(id, request) => {
                let lost = self.away || self.no_sockets;
                match if lost { None } else { self.server.connect(self.now, &request).ok() } {
                    Some(key) => {
                        self.sockets.insert(id, key);
                        self.schedule(Act::Opened(id));
                    }
                    None => self.schedule(Act::Closed(id, TransportError::unsent("the handshake failed"))),
                }
            }
            Act::Opened(id) => self.engine.handle_input(self.now, Input::SocketOpened(id)),
            Act::Frame(id, text) => self.engine.handle_input(self.now, Input::SocketFrame(id, text.into())),
            Act::Closed(id, fault) => self.engine.handle_input(self.now, Input::SocketClosed(id, fault)),
        }
    }

    /// Takes over what both sides have for each other.
    fn exchange(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            self.secrets.check(&output);
            match output {
                Output::Http(id, request) => self.transmit(id, request),
                Output::HttpAbort(id) => drop(self.aborted.insert(id)),
                Output::SocketOpen(id, request) => {
                    let sent = Sent::handshake(self.time(), &request);
                    assert_eq!(sent.cookies, None, "sockets need no cookies");
                    self.sent.push(sent);
                    self.schedule(Act::Handshake(id, request));
                }
                Output::SocketClose(id) => {
                    if let Some(key) = self.sockets.remove(&id) {
                        self.server.disconnect(self.now, key);
                    }
                }
                Output::Done(_) => {}
                Output::Event(event) => self.events.push(*event),
                Output::FeedEnded(result) => self.feed_ended = Some(result),
                Output::Finished => self.finished = true,
            }
        }
        self.bring_frames();
    }

    fn transmit(&mut self, id: ExchangeId, request: Request<Bytes>) {
        let sent = Sent::request(self.time(), &request);
        let hosts = [self.config.server.chat(), self.config.server.login()];
        assert!(hosts.iter().any(|host| host.host_str() == Some(&sent.host)), "a request to a foreign host: {sent:?}");
        self.secrets.learn_from_request(&sent);
        let fate = if self.away { Fate::Refused } else { self.fate_of(&sent.line) };
        self.sent.push(sent);
        self.schedule(Act::Request(id, request, fate));
    }

    fn fate_of(&mut self, line: &str) -> Fate {
        let rule = self.rules.iter_mut().find(|rule| rule.left != Some(0) && line.ends_with(&rule.line));
        let Some(rule) = rule else { return Fate::Fine };
        rule.left = rule.left.map(|left| left - 1);
        rule.fate.clone()
    }

    fn bring_frames(&mut self) {
        let open: Vec<(SocketId, SocketKey)> = self.sockets.iter().map(|(id, key)| (*id, *key)).collect();
        for (id, key) in open {
            for text in self.server.frames(self.now, key) {
                match self.frames.pop_front() {
                    Some(FrameFate::Lost) => {}
                    Some(FrameFate::Truncated) => {
                        let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
                        self.schedule(Act::Frame(id, text[..half].to_owned()));
                    }
                    Some(FrameFate::Doubled) => {
                        self.schedule(Act::Frame(id, text.clone()));
                        self.schedule(Act::Frame(id, text));
                    }
                    None => self.schedule(Act::Frame(id, text)),
                }
            }
            if self.server.closing(key).is_some_and(|how| *how != Close::Silence) {
                self.sockets.remove(&id);
                self.server.disconnect(self.now, key);
                self.schedule(Act::Closed(id, TransportError::maybe_sent("the socket was cut")));
            }
        }
    }

    fn schedule(&mut self, act: Act) {
        self.schedule_in(LATENCY, act);
    }

    fn schedule_in(&mut self, after: Duration, act: Act) {
        self.acts += 1;
        self.agenda.insert((self.now.mono + after, self.acts), act);
    }
}

/// One moment for the whole process: the scenes only count from it.
fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}
