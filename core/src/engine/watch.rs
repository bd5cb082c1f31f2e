//! What can be seen of an engine from outside: how much it has done, and whether it is well.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::io::Output;
use super::net::Answer;
use super::{Ending, Engine};
use crate::event::{EventKind, FeedChange};
use crate::{Error, Now};

/// What an engine has done so far, and how much waits: plain numbers, for metrics. All but the last three only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Events delivered; changes of the feed itself are not among them.
    pub events: u64,
    /// Events brought again for readers that were too slow.
    pub replayed: u64,
    /// Events that no socket had brought, found by asking the server for what was missing.
    pub missed: u64,
    /// Gaps that were told of ([`FeedChange::Gap`]): something may be lost.
    pub gaps: u64,
    /// Times that the feed went on after a loss ([`FeedChange::Resumed`]).
    pub resumed: u64,
    /// Sockets that have opened.
    pub sockets_opened: u64,
    /// Sockets that did not open, broke, or fell silent.
    pub sockets_lost: u64,
    /// HTTP requests sent.
    pub requests: u64,
    /// Requests without an answer, and answers with a status from 500 on.
    pub faults: u64,
    /// Calls that were sent once more.
    pub retries: u64,
    /// Times that the server asked for a wait.
    pub refusals: u64,
    /// Passwords sent to log in.
    pub logins: u64,
    /// Attempts to get a session that failed, whatever came of the next.
    pub session_faults: u64,
    /// Posts, edits and the like that wait for their turn or are under way, at this moment. It is the number of
    /// [`Engine::queued`], which also counts some that [`Engine::queue`] does not show.
    pub queued: u64,
    /// Rooms that are joined, at this moment.
    pub rooms: u64,
    /// Sockets that are open, at this moment.
    pub sockets: u64,
}

/// How an engine is at one moment. Durations reach back from there.
///
/// For a watchdog, [`is_alive`](Self::is_alive) and [`feed_for`](Self::feed_for) are enough:
///
/// ```
/// # use std::time::Duration;
/// # fn check(health: &sechat_core::engine::Health) -> bool {
/// let deaf = !health.is_alive() && health.feed_for > Duration::from_secs(300);
/// # deaf
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// Whether events arrive.
    pub feed: FeedState,
    /// For how long that has been so.
    pub feed_for: Duration,
    /// Since a socket last brought anything or a poll was answered; `None` before the first time. Where there are rooms
    /// the server sends something at least every half minute.
    pub last_frame: Option<Duration>,
    /// Since an event of chat was last delivered; `None` before the first one. A quiet room has none for hours.
    pub last_event: Option<Duration>,
    /// Whether there is a session.
    pub session: SessionState,
    /// For how long that has been so.
    pub session_for: Duration,
    /// Requests that failed since the last one that did not: no answer, or a status from 500 on.
    pub faults: u32,
    /// What went wrong last, for people; `None` if nothing has.
    pub last_fault: Option<String>,
    /// Since then.
    pub last_fault_ago: Option<Duration>,
    /// As [`Stats::queued`].
    pub queued: usize,
}

/// Whether events arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub enum FeedState {
    /// No room is joined: there is nothing to hear.
    #[default]
    Idle,
    /// The first rooms are being joined or the first socket opened.
    Connecting,
    /// A socket brings them as they happen.
    Live,
    /// There is a socket; what was missed before is still being asked for, and comes first.
    CatchingUp,
    /// The server is asked from time to time, and answers.
    Polling,
    /// Nothing brings them. Attempts go on.
    Down,
    /// The feed has ended for good.
    Ended,
}

/// Whether there is a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub enum SessionState {
    /// Nothing has needed one yet.
    #[default]
    None,
    /// There is none yet; attempts are under way, or will be with the next call.
    Failing,
    /// It was good when it was last looked at.
    Good,
    /// It has ended, and none can be had without other credentials.
    Ended,
}

impl Health {
    /// Whether what happens now in the joined rooms is heard.
    pub fn is_alive(&self) -> bool {
        matches!(self.feed, FeedState::Live | FeedState::Polling)
    }
}

/// The counts, and the times that matter.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) stats: Stats,
    feed: FeedState,
    feed_since: Option<Instant>,
    session: SessionState,
    session_since: Option<Instant>,
    heard: Option<Instant>,
    delivered: Option<Instant>,
    faults: u32,
    last_fault: Option<(Instant, String)>,
    last_wait: Duration,
    /// The time of the latest verb: outputs are taken without telling it.
    latest: Option<Instant>,
}

impl Watch {
    /// An answer to a request, or none.
    pub(super) fn answered(&mut self, now: Now, answer: &Answer) {
        let fault = match answer {
            Err(fault) => fault.to_string(),
            Ok(answer) if answer.status().is_server_error() => {
                format!("the server failed with HTTP {}", answer.status().as_u16())
            }
            Ok(_) => return self.faults = 0,
        };
        self.stats.faults += 1;
        self.faults = self.faults.saturating_add(1);
        self.last_fault = Some((now.mono, fault));
    }

    /// An attempt to get a session failed, or the session has ended.
    pub(super) fn session_fault(&mut self, now: Now, error: &Error) {
        self.stats.session_faults += 1;
        self.last_fault = Some((now.mono, error.to_string()));
        if let Error::RateLimited { retry_after } = error {
            self.refused(*retry_after);
        }
        self.no_session(now, error);
    }

    /// There is no session, and this is why.
    pub(super) fn no_session(&mut self, now: Now, error: &Error) {
        self.set_session(now, if super::feed::is_final(error) { SessionState::Ended } else { SessionState::Failing });
    }

    fn set_session(&mut self, now: Now, state: SessionState) {
        if self.session != state {
            (self.session, self.session_since) = (state, Some(now.mono));
        }
    }

    /// The server asks for a wait.
    pub(super) fn refused(&mut self, wait: Duration) {
        self.stats.refusals += 1;
        self.last_wait = wait;
    }

    /// A socket has brought something, or a poll.
    pub(super) fn heard(&mut self, now: Now) {
        self.heard = Some(now.mono);
        self.latest = Some(now.mono);
    }

    pub(super) fn socket_ended(&mut self, now: Now, reason: &str) {
        self.stats.sockets_lost += 1;
        self.last_fault = Some((now.mono, reason.to_owned()));
    }

    /// Something leaves the engine.
    pub(super) fn hand_out(&mut self, output: &Output) {
        match output {
            Output::Http(..) => self.stats.requests += 1,
            Output::Replayed(_) => self.stats.replayed += 1,
            Output::Event(event) => match &event.kind {
                EventKind::Feed(FeedChange::Gap { .. }) => self.stats.gaps += 1,
                EventKind::Feed(FeedChange::Resumed { .. }) => self.stats.resumed += 1,
                EventKind::Feed(_) => {}
                _ => {
                    self.stats.events += 1;
                    self.delivered = self.latest;
                }
            },
            _ => {}
        }
    }
}

impl Engine {
    /// What it has done so far, and how much waits.
    pub fn stats(&self) -> Stats {
        let (rooms, sockets) = self.feed_size();
        Stats { queued: self.queue.len() as u64, rooms, sockets, ..self.net.watch.stats }
    }

    /// How it is.
    pub fn health(&self, now: Now) -> Health {
        let watch = &self.net.watch;
        let ago = |at: Option<Instant>| at.map(|at| now.mono.saturating_duration_since(at));
        let fault = watch.last_fault.as_ref();
        Health {
            feed: watch.feed,
            feed_for: ago(watch.feed_since).unwrap_or_default(),
            last_frame: ago(watch.heard),
            last_event: ago(watch.delivered),
            session: watch.session,
            session_for: ago(watch.session_since).unwrap_or_default(),
            faults: watch.faults,
            last_fault: fault.map(|(_, reason)| reason.clone()),
            last_fault_ago: ago(fault.map(|&(at, _)| at)),
            queued: self.queue.len(),
        }
    }

    /// The wait that the server asked for last; zero before the first time.
    pub fn last_wait(&self) -> Duration {
        self.net.watch.last_wait
    }

    /// Takes down what has changed.
    pub(super) fn watch(&mut self, now: Now) {
        let feed = if self.ending == Ending::Finished { FeedState::Ended } else { self.feed_state() };
        let session = self.session.is_ready();
        let watch = &mut self.net.watch;
        watch.latest = Some(now.mono);
        watch.feed_since.get_or_insert(now.mono);
        watch.session_since.get_or_insert(now.mono);
        if watch.feed != feed {
            (watch.feed, watch.feed_since) = (feed, Some(now.mono));
        }
        if session {
            watch.set_session(now, SessionState::Good);
        }
    }
}
