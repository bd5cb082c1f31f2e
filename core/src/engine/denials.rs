//! Rooms in which posts were denied a moment ago, after the session had been looked at and was good.
//!
//! A denial may come of a stale fkey, and looking into that costs several requests. Further posts to the same room need
//! not look again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::RoomId;

/// For so long a denial stands.
const HOLDS: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Denials(BTreeMap<RoomId, Instant>);

impl Denials {
    pub(super) fn note(&mut self, now: Instant, room: RoomId) {
        self.0.retain(|_, since| stands(*since, now));
        self.0.entry(room).or_insert(now);
    }

    /// Whether a denial of this room needs no looking into.
    pub(super) fn hold(&self, now: Instant, room: RoomId) -> bool {
        self.0.get(&room).is_some_and(|since| stands(*since, now))
    }

    /// The room takes posts, or somebody wants to be in it anew.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.0.remove(&room);
    }
}

fn stands(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) < HOLDS
}
