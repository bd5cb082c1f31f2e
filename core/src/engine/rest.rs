//! Whether anything is under way.

use super::calls::{Purpose, Sink};
use super::feed::FeedJob;
use super::{Ending, Engine};

/// What an engine that has nothing to do at this moment waits for: see [`Engine::rest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rest {
    /// For something that is under way: an answer, the turn of a post, a lost connection to come back.
    Busy,
    /// For nothing but the next poll of rooms that no socket carries.
    Polling,
    /// For its user, or for what the sockets bring.
    Quiet,
}

impl Engine {
    /// Whether anything is under way, for simulations that run until all is quiet. Watchdogs are not: they wait for
    /// what should not happen.
    pub fn rest(&self) -> Rest {
        let asks_only =
            self.calls.values().all(|call| matches!(&call.sink, Sink::Engine(Purpose::Feed(FeedJob::Ask(_)))));
        let ends = !matches!(self.ending, Ending::No | Ending::Finished);
        if ends || !asks_only || !self.logins.is_empty() || self.hold_until.is_some() || !self.session.is_at_rest() {
            return Rest::Busy;
        }
        self.feed_rest()
    }
}
