//! What the driver tells those who watch, by `tracing`. Names, fields and levels are a stable interface: they stand in
//! `docs/observability.md`.

use sechat_core::engine::{FeedState, Health, SessionState, Stats};
use sechat_core::event::{Event, EventKind, FeedChange};
use sechat_core::{Engine, Error, Now};
use tracing::{Span, debug, info, info_span, warn};

/// What was told last.
#[derive(Debug)]
pub(crate) struct Observer {
    stats: Stats,
    feed: FeedState,
    session: SessionState,
    recovery: Option<Span>,
}

/// What there is to tell, taken under the lock and told when it is free: a subscriber may come back for it.
#[derive(Debug, Default)]
pub(crate) struct News {
    seen: Option<(Stats, Health, std::time::Duration)>,
    changes: Vec<FeedChange>,
    feed_end: Option<Result<(), Error>>,
}

impl News {
    pub(crate) fn event(&mut self, event: &Event) {
        if let EventKind::Feed(change) = &event.kind {
            self.changes.push(change.clone());
        }
    }

    pub(crate) fn feed_ended(&mut self, result: &Result<(), Error>) {
        self.feed_end = Some(result.clone());
    }

    pub(crate) fn look(&mut self, engine: &Engine, now: Now) {
        self.seen = Some((engine.stats(), engine.health(now), engine.last_wait()));
    }
}

impl Observer {
    pub(crate) fn new() -> Self {
        let (stats, feed, session) = Default::default();
        Self { stats, feed, session, recovery: None }
    }

    pub(crate) fn tell(&mut self, news: News) {
        if let Some((stats, health, wait)) = news.seen {
            self.compare(stats, &health, wait);
        }
        for change in &news.changes {
            self.change(change);
        }
        match news.feed_end {
            Some(Ok(())) => info!(name: "sechat.feed.ended", target: "sechat", "the feed has ended"),
            Some(Err(error)) => {
                warn!(name: "sechat.feed.ended", target: "sechat", %error, "the feed has ended for good");
            }
            None => {}
        }
    }

    fn compare(&mut self, stats: Stats, health: &Health, wait: std::time::Duration) {
        let before = std::mem::replace(&mut self.stats, stats);
        let fault = health.last_fault.as_deref().unwrap_or_default();
        if stats.session_faults > before.session_faults {
            let attempts = stats.session_faults;
            warn!(name: "sechat.session.fault", target: "sechat", attempts, error = fault, "no session yet");
        }
        if stats.retries > before.retries {
            debug!(name: "sechat.call.retried", target: "sechat", retries = stats.retries, error = fault, "a call is sent again");
        }
        if stats.refusals > before.refusals {
            let (seconds, queued) = (wait.as_secs_f64(), stats.queued);
            info!(name: "sechat.throttle", target: "sechat", wait = seconds, queued, "the server asks for a wait");
        }
        let session = std::mem::replace(&mut self.session, health.session);
        match health.session {
            now if now == session => {}
            SessionState::Good => {
                info!(name: "sechat.session.good", target: "sechat", logins = stats.logins, "there is a session");
            }
            SessionState::Ended => {
                warn!(name: "sechat.session.ended", target: "sechat", error = fault, "the session has ended");
            }
            _ => {}
        }
        let feed = std::mem::replace(&mut self.feed, health.feed);
        if feed != health.feed {
            self.feed_is(health.feed, feed);
        }
    }

    fn feed_is(&mut self, state: FeedState, before: FeedState) {
        if matches!(state, FeedState::Down | FeedState::Polling) && before != FeedState::Idle {
            self.recovery.get_or_insert_with(|| info_span!(target: "sechat", "sechat.recovery"));
        }
        let parent = self.recovery.as_ref().and_then(Span::id);
        debug!(name: "sechat.feed.state", target: "sechat", parent: parent, state = ?state, "the feed");
        if matches!(state, FeedState::Live | FeedState::Idle | FeedState::Ended) {
            self.recovery = None;
        }
    }

    fn change(&self, change: &FeedChange) {
        let parent = self.recovery.as_ref().and_then(Span::id);
        match change {
            FeedChange::Reconnecting { attempt, retry_in, reason, .. } => {
                let retry_in = retry_in.as_secs_f64();
                warn!(name: "sechat.feed.lost", target: "sechat", parent: parent, attempt, retry_in, reason, "events do not arrive");
            }
            FeedChange::Polling { reason, .. } => {
                warn!(name: "sechat.feed.polling", target: "sechat", parent: parent, reason, "the server is asked from time to time");
            }
            FeedChange::Live => info!(name: "sechat.feed.live", target: "sechat", "events arrive"),
            FeedChange::Resumed { missed, .. } => {
                info!(name: "sechat.feed.resumed", target: "sechat", missed, "events arrive again");
            }
            FeedChange::Gap { room, after, until, .. } => {
                let until = until.map(|until| until.0);
                warn!(name: "sechat.feed.gap", target: "sechat", parent: parent, room = room.0, after = after.0, until, "something may be missing");
            }
            FeedChange::RoomLost { room, reason, .. } => {
                warn!(name: "sechat.room.lost", target: "sechat", room = room.0, reason, "a room cannot be read any more");
            }
            FeedChange::LoggedInAgain => {
                info!(name: "sechat.session.renewed", target: "sechat", "the session had ended, and a new login was made");
            }
            // What ends the session or the feed is told as such, and lagging is a matter of one reader.
            _ => {}
        }
    }
}
