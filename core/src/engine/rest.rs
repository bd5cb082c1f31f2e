//! Whether anything is under way.

use super::calls::{Purpose, Sink};
use super::feed::FeedJob;
use super::{Ending, Engine};
use crate::Now;

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

    /// Whether there is nothing to do, and no room needs anything.
    pub(super) fn is_quiet(&self) -> bool {
        self.rest() == Rest::Quiet && self.no_room_is_restless()
    }

    /// Whether a frame has changed nothing but what it brought. Nearly all are such, and looking after everything takes as long
    /// as the rest that the engine does for one.
    pub(super) fn is_still_quiet(&mut self, now: Now) -> bool {
        self.tidy_rooms();
        self.quiet.is_some_and(|deadline| now.mono < deadline.at) && self.is_quiet()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::engine::{Access, Config, Input, Output};
    use crate::{RoomId, Server, TransportError};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
    fn it_is_busy_until_every_call_has_ended() {
        let now = Now::new(std::time::Instant::now(), UNIX_EPOCH);
        let mut config = Config::new(Server::StackExchange, Access::Anonymous);
        config.attempts = std::num::NonZeroU32::MIN;
        let mut engine = Engine::new(config).unwrap();
        assert_eq!(engine.rest(), Rest::Quiet);
        let _room = engine.join(now, RoomId(1));
        assert_eq!(engine.rest(), Rest::Busy);
        let Some(Output::Http(id, _)) = engine.poll_output() else { panic!("the room is asked for") };
        engine.handle_input(now, Input::Http(id, Err(TransportError::unsent("no network"))));
        assert_eq!(engine.rest(), Rest::Quiet);
    }
}
