//! The stage: an engine, a server, the network between them, and their one clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::OnceLock;
use std::time::{Duration, Instant, UNIX_EPOCH};

use sechat_core::engine::{Access, ExchangeId, SocketId, Ticket};
use sechat_core::{Config, Engine, Error, Event, EventKind, FeedChange, Now, TransportError};
use sechat_fixtures::{ChatServer, Setup, SocketKey};

use crate::network::{Fate, FrameFate, Rule, Sent};
use crate::play::Act;
use crate::secrets::Secrets;

/// More steps than this in one wait is a loop that does not end.
const MOST_STEPS: u32 = 100_000;
/// No scene waits longer for one thing.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);

/// An engine and a server, and what happens between them.
#[derive(Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Duo {
    /// The bot's side.
    pub engine: Engine,
    /// The other side.
    pub server: ChatServer,
    /// Everything that the engine has told its user, oldest first.
    pub events: Vec<Event>,
    /// Everything that it has told again, oldest first.
    pub replayed: Vec<Event>,
    /// How many more events the user takes, if not all: the next one waits in the engine, and all that comes after it.
    pub reads: Option<u64>,
    /// How the feed ended, once it has.
    pub feed_ended: Option<Result<(), Error>>,
    /// Whether the engine has said that it is done.
    pub finished: bool,
    /// Whether handshakes fail.
    pub no_sockets: bool,
    /// Whether nobody answers them.
    pub silent_handshakes: bool,
    /// Handshakes reach the server this much later.
    pub handshakes_after: Duration,
    /// The fates of the next frames.
    pub frames: VecDeque<FrameFate>,
    /// Whether the server cannot be reached.
    pub away: bool,
    pub(crate) config: Config,
    pub(crate) now: Now,
    start: Now,
    pub(crate) rules: Vec<Rule>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) agenda: BTreeMap<(Instant, u64), Act>,
    pub(crate) acts: u64,
    pub(crate) aborted: BTreeSet<ExchangeId>,
    pub(crate) sockets: BTreeMap<SocketId, SocketKey>,
    pub(crate) secrets: Secrets,
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
            replayed: Vec::new(),
            reads: None,
            feed_ended: None,
            finished: false,
            no_sockets: false,
            silent_handshakes: false,
            handshakes_after: Duration::ZERO,
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
        self.replayed.clear();
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
        self.rules.push(Rule { line: line.to_owned(), field: None, left: Some(count), fate });
    }

    /// Decides over all requests whose [`Sent::line`] ends like this, until [`heal`](Self::heal).
    pub fn always(&mut self, line: &str, fate: Fate) {
        self.rules.push(Rule { line: line.to_owned(), field: None, left: None, fate });
    }

    /// Decides over those of them whose form has this field.
    pub fn always_with(&mut self, line: &str, field: &str, fate: Fate) {
        self.rules.push(Rule { line: line.to_owned(), field: Some(field.to_owned()), left: None, fate });
    }

    /// From now on everything arrives.
    pub fn heal(&mut self) {
        self.rules.clear();
        self.away = false;
        self.no_sockets = false;
        self.silent_handshakes = false;
        self.handshakes_after = Duration::ZERO;
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
}

/// One moment for the whole process: the scenes only count from it.
fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}
