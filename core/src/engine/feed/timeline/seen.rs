//! Which events were seen before.

use std::collections::VecDeque;

use crate::EventId;

/// How many ids are remembered to recognise a repetition; older ones count as repetitions.
const REMEMBERED: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Ids up to here are repetitions, remembered or not.
    floor: EventId,
    /// In order.
    ids: VecDeque<EventId>,
}

impl Seen {
    /// From now on whatever is as old as that counts as seen.
    pub(super) fn set_floor(&mut self, floor: EventId) {
        self.floor = floor;
    }

    /// Nothing after that event was seen.
    pub(super) fn restart(&mut self, floor: EventId) {
        *self = Self { floor, ids: VecDeque::new() };
    }

    pub(super) fn is_new(&self, id: EventId) -> bool {
        id > self.floor && self.place(id).is_err()
    }

    /// Whether the id is new; it is not any more after this.
    pub(super) fn remember(&mut self, id: EventId) -> bool {
        let new = id > self.floor && self.note(id);
        if self.ids.len() > REMEMBERED {
            self.floor = self.floor.max(self.ids.pop_front().unwrap_or_default());
        }
        new
    }

    /// Puts an id among those seen, unless it is there.
    fn note(&mut self, id: EventId) -> bool {
        let place = self.place(id);
        if let Err(at) = place {
            self.ids.insert(at, id);
        }
        place.is_err()
    }

    /// Where an id is, or where it belongs: at the end, for nearly all are newer than those before.
    fn place(&self, id: EventId) -> Result<usize, usize> {
        if self.ids.back().is_none_or(|&last| last < id) { Err(self.ids.len()) } else { self.ids.binary_search(&id) }
    }
}
