//! The events of one room in order, each once, whatever the order and number of their arrivals.
//!
//! An update covers the half-open interval `(t − d, t]` of event ids (protocol notes, 2.6). As long as each begins at
//! or before the *cursor*, the end of what was covered so far, nothing is missing. When one begins later, it and all
//! that follow are held back until the server has been asked for the rest.

mod merge;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

use merge::{merged, posted};
use seen::Seen;

use crate::engine::Position;
use crate::event::{Event, RoomUpdate};
use crate::{EventId, MessageId};

/// How many messages that were read in the room are remembered, to recognise their events.
const READ_REMEMBERED: usize = 4096;
/// So many gaps that turn out to be none, and `d` is no longer believed.
const FALSE_ALARMS: u32 = 3;
/// So many events wait for the room's own updates; what goes beyond is left to those.
const PARKED_AT_MOST: usize = 1024;

/// What is known of a room's events.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Everything up to here has been delivered.
    cursor: EventId,
    seen: Seen,
    last_message: Option<MessageId>,
    /// Messages up to here were delivered to an earlier process.
    known_messages: Option<MessageId>,
    /// Everything up to here was delivered before, and is delivered again for who was too slow.
    replays_until: Option<Position>,
    /// Messages that were delivered without an event id, from the room itself.
    from_room: BTreeSet<MessageId>,
    /// Updates that came after a gap.
    held: Vec<Held>,
    recovery: Recovery,
    /// What is missing was given up. It ends with whatever comes next.
    gave_up: bool,
    /// A gap was seen between two updates of a socket.
    alarmed: bool,
    false_alarms: u32,
    /// The last answer said that nothing is missing, but not up to where: the next update may begin there.
    answered_without_t: bool,
    /// Events that arrived under another room's key. They wait for this room's own, so that the order is kept.
    parked: BTreeMap<EventId, Event>,
}

/// Whether something may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Recovery {
    #[default]
    Nothing,
    /// The server has to be asked; an answer under way comes too early.
    Wanted,
    /// The server has been asked.
    Asked,
}

#[derive(Debug)]
struct Held {
    update: RoomUpdate,
    /// It came before the server was asked: whatever the answer lacks did not happen.
    covered: bool,
    /// How many bytes the server took for it.
    size: usize,
}

/// What an answer to "what came after this event?" brought.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Filled {
    /// To be delivered.
    pub(super) events: Vec<Event>,
    /// How many of them no socket had brought.
    pub(super) missed: u64,
    /// The answer does not reach back far enough: the room's messages must be read as well.
    pub(super) too_short: bool,
}

impl Timeline {
    /// Starts after `time`, the event that the room's snapshot covers. `known` were delivered before the room was joined.
    /// Gives the personal events that came in meanwhile and are as old as that: the room itself will not bring them.
    pub(super) fn start(
        &mut self,
        time: EventId,
        last_message: Option<MessageId>,
        known: impl Iterator<Item = EventId>,
    ) -> Vec<Event> {
        self.cursor = time;
        self.seen.set_floor(time);
        self.last_message = last_message;
        for id in known {
            self.seen.remember(id);
        }
        let later = self.parked.split_off(&time);
        let mut early = std::mem::replace(&mut self.parked, later);
        early.extend(self.parked.remove_entry(&time));
        early.into_values().collect()
    }

    /// Goes on where an earlier reader of the room stood. What happened since has to be asked for.
    pub(super) fn resume(&mut self, at: Position, known: impl Iterator<Item = EventId>) {
        // What is as old as that, the earlier reader has had.
        drop(self.start(at.after, at.message, known));
        self.known_messages = at.message;
        self.recover();
    }

    /// Goes back, to bring again what came after an event.
    pub(super) fn replay(&mut self, from: Position) {
        let now = self.position();
        let until = self.replays_until.unwrap_or_default();
        self.replays_until = Some(Position::new(now.after.max(until.after), now.message.max(until.message)));
        self.cursor = from.after;
        self.seen.restart(from.after);
        (self.last_message, self.known_messages) = (from.message, from.message);
        self.from_room.clear();
        self.recover();
    }

    /// Whether an event that is being delivered was delivered before.
    pub(super) fn is_replayed(&self, event: &Event) -> bool {
        let Some(until) = self.replays_until else { return false };
        event.id.is_some_and(|id| id <= until.after) || posted(event).is_some_and(|id| Some(id) <= until.message)
    }

    /// Up to where what comes after this event was delivered before, if it was.
    pub(super) fn replays_until(&self, after: EventId) -> Option<EventId> {
        self.replays_until.map(|until| until.after).filter(|&until| after < until)
    }

    /// Everything up to here has been delivered.
    pub(super) fn position(&self) -> Position {
        Position { after: self.cursor, message: self.last_message }
    }

    /// The event to resume after.
    pub(super) fn cursor(&self) -> EventId {
        self.cursor
    }

    /// Whether the server must be asked for what is missing.
    pub(super) fn is_recovering(&self) -> bool {
        self.recovery != Recovery::Nothing
    }

    /// From now on events are held back until [`filled`](Self::filled).
    pub(super) fn recover(&mut self) {
        self.recovery = Recovery::Wanted;
    }

    /// An update from a socket, out of a frame of so many bytes. Gives the events that can be delivered now.
    pub(super) fn update(&mut self, update: RoomUpdate, size: usize) -> Vec<Event> {
        if !self.is_recovering() && self.replays_until(self.cursor).is_none() {
            // Only now: what came before is still told apart by it when it is delivered.
            self.replays_until = None;
        }
        self.take_in(update, size)
    }

    fn take_in(&mut self, update: RoomUpdate, size: usize) -> Vec<Event> {
        let covered = std::mem::take(&mut self.answered_without_t) || self.follows_on(&update) != Some(false);
        if !covered && self.d_is_right(&update) {
            if !self.is_recovering() {
                self.recover();
            }
            self.alarmed = true;
        }
        if self.is_recovering() {
            // Heartbeats come for as long as the server does not answer, and hold nothing.
            if !update.events.is_empty() {
                self.held.push(Held { update, covered: false, size });
            }
            return Vec::new();
        }
        self.deliver(update)
    }

    /// An event of this room that arrived under another room's key.
    pub(super) fn park(&mut self, event: Event) {
        if let Some(id) = event.id
            && self.seen.is_new(id)
        {
            self.parked.insert(id, event);
        }
        if self.parked.len() > PARKED_AT_MOST {
            // The room itself has it as well.
            self.parked.pop_last();
            self.recover();
        }
    }

    /// All that waits for something else, when nothing more will come.
    pub(super) fn rest(&mut self) -> Vec<Event> {
        let mut events = self.give_up();
        events.extend(std::mem::take(&mut self.parked).into_values());
        events
    }

    /// The server is being asked for everything after the cursor.
    pub(super) fn asked(&mut self) {
        if self.is_recovering() {
            self.recovery = Recovery::Asked;
        }
        for held in &mut self.held {
            held.covered = true;
        }
    }

    /// The question was not answered.
    pub(super) fn unanswered(&mut self) {
        if self.is_recovering() {
            self.recovery = Recovery::Wanted;
        }
    }

    /// The server's answer. `after` is the event it was asked from.
    pub(super) fn filled(&mut self, after: EventId, mut answer: RoomUpdate) -> Filled {
        let (covered, later): (Vec<Held>, Vec<Held>) =
            std::mem::take(&mut self.held).into_iter().partition(|h| h.covered);
        let begins_late = matches!((answer.t, answer.d), (Some(t), Some(d)) if t.0.saturating_sub(d) > after.0);
        if answer.reset || (begins_late && self.d_is_right(&answer)) {
            // An answer that covers one id only, when more have gone by, comes from a server that always says 1.
            self.false_alarms += u32::from(answer.d == Some(1));
            // Everything waits on for the room's messages, which come before it.
            self.held = covered;
            self.held.push(Held { update: answer, covered: true, size: 0 });
            self.held.extend(later);
            return Filled { too_short: true, ..Filled::default() };
        }
        self.recovered();
        self.answered_without_t = answer.t.is_none() && !self.is_recovering();
        let from_sockets: BTreeSet<EventId> = covered.iter().flat_map(|held| ids(&held.update)).collect();
        for Held { update, .. } in covered {
            answer.t = answer.t.max(update.t);
            answer.events.extend(update.events);
        }
        let mut events = self.deliver(answer);
        let is_missed =
            |event: &&Event| event.id.is_some_and(|id| !from_sockets.contains(&id)) && !self.is_replayed(event);
        let missed = events.iter().filter(is_missed).count() as u64;
        if std::mem::take(&mut self.alarmed) {
            self.false_alarms = if missed == 0 { self.false_alarms + 1 } else { 0 };
        }
        for Held { update, size, .. } in later {
            events.extend(self.take_in(update, size));
        }
        Filled { events, missed, too_short: false }
    }

    /// The room's messages are being read: they account for what is held back by now.
    pub(super) fn reading(&mut self) {
        for held in &mut self.held {
            held.covered = true;
        }
    }

    /// The room's messages, read because its events do not reach back far enough, and what was held back by then.
    pub(super) fn rebuilt(&mut self, snapshot: Vec<Event>) -> Filled {
        self.recovered();
        self.alarmed = false;
        let (covered, later): (Vec<Held>, Vec<Held>) =
            std::mem::take(&mut self.held).into_iter().partition(|held| held.covered);
        let coming: BTreeSet<MessageId> =
            covered.iter().flat_map(|held| &held.update.events).filter_map(posted).collect();
        let after = self.last_message;
        let mut events = snapshot;
        events.retain(|event| posted(event).is_some_and(|id| Some(id) > after && !coming.contains(&id)));
        let missed = events.iter().filter(|event| !self.is_replayed(event)).count() as u64;
        self.last_message = self.last_message.max(events.iter().filter_map(posted).max());
        self.from_room.extend(events.iter().filter_map(posted));
        while self.from_room.len() > READ_REMEMBERED {
            self.from_room.pop_first();
        }
        let mut rest = RoomUpdate::default();
        for Held { update, .. } in covered {
            rest.t = rest.t.max(update.t);
            rest.events.extend(update.events);
        }
        let mut events = merged(events, self.deliver(rest));
        // What turns up of the gap after all would come out of order.
        self.seen.set_floor(self.cursor);
        for Held { update, size, .. } in later {
            events.extend(self.take_in(update, size));
        }
        Filled { events, missed, too_short: false }
    }

    /// Goes on without what is missing.
    pub(super) fn give_up(&mut self) -> Vec<Event> {
        self.reading();
        self.gave_up = true;
        let events = self.rebuilt(Vec::new()).events;
        self.recovery = Recovery::Nothing;
        events
    }

    /// How many events are held back, and how many bytes the server took for them.
    pub(super) fn held(&self) -> (usize, usize) {
        let all = self.held.iter().map(|held| (held.update.events.len(), held.size));
        all.fold((0, 0), |(events, bytes), (more, size)| (events + more, bytes + size))
    }

    fn recovered(&mut self) {
        if self.recovery == Recovery::Asked {
            self.recovery = Recovery::Nothing;
        }
    }

    fn deliver(&mut self, update: RoomUpdate) -> Vec<Event> {
        let last = update.events.iter().filter_map(|event| event.id).max();
        self.cursor = self.cursor.max(update.t.max(last).unwrap_or_default());
        let mut events = update.events;
        while let Some(entry) = self.parked.first_entry()
            && *entry.key() <= self.cursor
        {
            events.push(entry.remove());
        }
        // Without an id there is no telling repetitions: such events keep their place at the end.
        events.sort_by_key(|event| event.id.map_or(u64::MAX, |id| id.0));
        if self.gave_up
            && let Some(EventId(first)) = events.iter().filter_map(|event| event.id).find(|&id| self.seen.is_new(id))
        {
            self.gave_up = false;
            // What turns up of the gap after all would come out of order.
            self.seen.set_floor(EventId(first.saturating_sub(1)));
        }
        events.retain(|event| {
            let new = event.id.is_none_or(|id| self.seen.remember(id));
            new && posted(event).is_none_or(|id| !self.knows(id))
        });
        self.last_message = self.last_message.max(events.iter().filter_map(posted).max());
        events
    }

    /// Whether a message was delivered without the event that would tell.
    fn knows(&self, message: MessageId) -> bool {
        Some(message) <= self.known_messages || self.from_room.contains(&message)
    }

    /// Whether an update begins at or before the cursor, if it says.
    fn follows_on(&self, update: &RoomUpdate) -> Option<bool> {
        let (t, d) = (update.t?, update.d?);
        Some(t.0.saturating_sub(d) <= self.cursor.0)
    }

    /// Whether `d` is what it is taken for: it was not wrong too often, and all events listed lie in `(t − d, t]`.
    fn d_is_right(&mut self, update: &RoomUpdate) -> bool {
        if let (Some(t), Some(d)) = (update.t, update.d)
            && ids(update).any(|id| id.0 <= t.0.saturating_sub(d))
        {
            self.false_alarms = FALSE_ALARMS;
        }
        self.false_alarms < FALSE_ALARMS
    }
}

fn ids(update: &RoomUpdate) -> impl Iterator<Item = EventId> {
    update.events.iter().filter_map(|event| event.id)
}

#[cfg(test)]
mod tests;
