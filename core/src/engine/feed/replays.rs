//! What was delivered already, brought again for a reader who was too slow.

use crate::engine::io::Output;
use crate::engine::{Engine, Position};
use crate::event::{Event, FeedChange};
use crate::{EventId, Now, RoomId};

impl Engine {
    /// Brings again what was delivered of a room after a position: as [`Output::Replayed`], in order, and before
    /// anything newer. A gap in the server's record that only the repetition meets is told in the same way. Does nothing
    /// for a room that is not joined.
    ///
    /// For drivers with several readers of events, one of which had to drop some.
    pub fn replay(&mut self, now: Now, room: RoomId, from: Position) {
        if let Some(live) = self.feed.live_room(room)
            && from.after < live.timeline.cursor()
        {
            live.timeline.replay(from);
            live.handed_out = live.handed_out.min(from);
        }
        self.run(now);
    }

    pub(super) fn is_replayed(&self, event: &Event) -> bool {
        let room = event.room_id.and_then(|id| self.feed.rooms.get(id));
        room.is_some_and(|room| room.joining.is_none() && room.timeline.is_replayed(event))
    }

    /// Tells of a gap: those who read what is repeated of the whole of it, the others of what is new to them.
    pub(super) fn announce_gap(&mut self, room: RoomId, after: EventId, until: Option<EventId>) {
        let known = self.feed.live_room(room).and_then(|room| room.timeline.replays_until(after));
        if known.is_some() {
            let gap = Event::feed(FeedChange::Gap { room, after, until });
            self.net.push(Output::Replayed(gap));
        }
        let after = known.unwrap_or(after);
        if known.is_none() || until.is_none_or(|until| until > after) {
            self.announce(FeedChange::Gap { room, after, until });
        }
    }
}
