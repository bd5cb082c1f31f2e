//! The events of one room in order, each once, whatever the order and number of their arrivals.
//!
//! An update covers the half-open interval `(t − d, t]` of event ids (protocol notes, 2.6). As long as each begins at
//! or before the *cursor*, the end of what was covered so far, nothing is missing. When one begins later, it and all
//! that follow are held back until the server has been asked for the rest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::engine::Position;
use crate::event::{Event, EventKind, RoomUpdate};
use crate::{EventId, MessageId};

/// How many ids are remembered to recognise a repetition; older ones count as repetitions.
const REMEMBERED: usize = 4096;
/// So many gaps that turn out to be none, and `d` is no longer believed.
const FALSE_ALARMS: u32 = 3;
/// So many events wait for the room's own updates; what goes beyond is left to those.
const PARKED_AT_MOST: usize = 1024;

/// What is known of a room's events.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Everything up to here has been delivered.
    cursor: EventId,
    /// Ids up to here are repetitions, remembered or not.
    floor: EventId,
    /// In order.
    seen: VecDeque<EventId>,
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
        self.floor = time;
        self.last_message = last_message;
        for id in known.filter(|id| *id > time) {
            self.note(id);
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
        (self.cursor, self.floor) = (from.after, from.after);
        (self.last_message, self.known_messages) = (from.message, from.message);
        self.seen.clear();
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
            && self.is_new(id)
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
        while self.from_room.len() > REMEMBERED {
            self.from_room.pop_first();
        }
        let mut rest = RoomUpdate::default();
        for Held { update, .. } in covered {
            rest.t = rest.t.max(update.t);
            rest.events.extend(update.events);
        }
        let mut events = merged(events, self.deliver(rest));
        // What turns up of the gap after all would come out of order.
        self.floor = self.cursor;
        for Held { update, size, .. } in later {
            events.extend(self.take_in(update, size));
        }
        Filled { events, missed, too_short: false }
    }

    /// Goes on without what is missing.
    pub(super) fn give_up(&mut self) -> Vec<Event> {
        self.reading();
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
        events.retain(|event| {
            let new = event.id.is_none_or(|id| self.remember(id));
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

    fn is_new(&self, id: EventId) -> bool {
        id > self.floor && self.place(id).is_err()
    }

    /// Whether the id is new; it is not any more after this.
    fn remember(&mut self, id: EventId) -> bool {
        let new = id > self.floor && self.note(id);
        if self.seen.len() > REMEMBERED {
            self.floor = self.floor.max(self.seen.pop_front().unwrap_or_default());
        }
        new
    }

    /// Puts an id among those seen, unless it is there.
    fn note(&mut self, id: EventId) -> bool {
        let place = self.place(id);
        if let Err(at) = place {
            self.seen.insert(at, id);
        }
        place.is_err()
    }

    /// Where an id is among those seen, or where it belongs: at the end, for nearly all are newer than those before.
    fn place(&self, id: EventId) -> Result<usize, usize> {
        if self.seen.back().is_none_or(|&last| last < id) { Err(self.seen.len()) } else { self.seen.binary_search(&id) }
    }
}

/// A room's messages and its events in one order. A message stands before every event that is not sure to be older, which
/// only the posting of an earlier message is: whoever stops reading in between and goes on after an event must not pass a
/// message that has no event of its own.
fn merged(messages: Vec<Event>, events: Vec<Event>) -> Vec<Event> {
    let mut messages = messages.into_iter().peekable();
    let posts: Vec<MessageId> = events.iter().filter_map(posted).collect();
    let mut posts = posts.into_iter().peekable();
    let mut all = Vec::new();
    for event in events {
        let next = posts.peek().copied();
        all.extend(std::iter::from_fn(|| messages.next_if(|message| next.is_none() || posted(message) < next)));
        posts.next_if(|&post| posted(&event) == Some(post));
        all.push(event);
    }
    all.extend(messages);
    all
}

fn ids(update: &RoomUpdate) -> impl Iterator<Item = EventId> {
    update.events.iter().filter_map(|event| event.id)
}

fn posted(event: &Event) -> Option<MessageId> {
    match &event.kind {
        EventKind::MessagePosted(message) => Some(message.id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: u64) -> Event {
        Event::parse(format!(r#"{{"event_type":3,"id":{id},"room_id":1,"user_id":7}}"#).as_bytes())
    }

    fn id(event: &Event) -> Option<u64> {
        event.id.map(|id| id.0)
    }

    #[test]
    fn a_room_may_begin_after_the_last_of_all_events() {
        let mut timeline = Timeline::default();
        timeline.park(event(5));
        timeline.park(event(u64::MAX));
        let early = timeline.start(EventId(u64::MAX), None, std::iter::empty());
        assert_eq!(early.iter().map(id).collect::<Vec<_>>(), [Some(5), Some(u64::MAX)]);
    }

    #[test]
    fn what_has_happened_by_the_start_comes_at_once_and_the_rest_in_its_turn() {
        let mut timeline = Timeline::default();
        for id in [5, 6, 7] {
            timeline.park(event(id));
        }
        let early = timeline.start(EventId(6), None, std::iter::empty());
        assert_eq!(early.iter().map(id).collect::<Vec<_>>(), [Some(5), Some(6)]);
        let update = RoomUpdate { t: Some(EventId(9)), d: Some(3), ..RoomUpdate::default() };
        assert_eq!(timeline.update(update, 0).iter().map(id).collect::<Vec<_>>(), [Some(7)]);
    }

    #[test]
    fn what_was_delivered_before_the_start_is_not_delivered_again() {
        let mut timeline = Timeline::default();
        drop(timeline.start(EventId(10), None, [EventId(12)].into_iter()));
        let events = vec![event(10), event(11), event(12), event(13)];
        let update = RoomUpdate { t: Some(EventId(13)), d: Some(4), events, ..RoomUpdate::default() };
        assert_eq!(timeline.update(update, 0).iter().map(id).collect::<Vec<_>>(), [Some(11), Some(13)]);
    }

    #[test]
    fn what_comes_late_is_delivered_all_the_same_and_once() {
        let mut timeline = Timeline::default();
        drop(timeline.start(EventId(10), None, std::iter::empty()));
        let mut bring = |ids: std::ops::Range<u64>| {
            let events = ids.map(event).collect();
            timeline.update(RoomUpdate { events, ..RoomUpdate::default() }, 0).len()
        };
        assert_eq!((bring(12..14), bring(11..12), bring(11..14)), (2, 1, 0));
        assert_eq!((bring(14..6000), bring(11..6000)), (5986, 0), "not all of them are remembered");
    }

    #[test]
    fn alarms_that_are_false_are_raised_three_times() {
        let mut timeline = Timeline::default();
        drop(timeline.start(EventId(10), None, std::iter::empty()));
        let update =
            |t, d| RoomUpdate { t: Some(EventId(t)), d: Some(d), events: vec![event(t)], ..Default::default() };
        for t in [20, 30, 40] {
            assert_eq!(timeline.update(update(t, 1), 0), []);
            timeline.asked();
            let filled = timeline.filled(EventId(t - 10), update(t, 10));
            assert_eq!((filled.events.iter().map(id).collect::<Vec<_>>(), filled.missed), (vec![Some(t)], 0));
        }
        assert_eq!(timeline.update(update(50, 1), 0).iter().map(id).collect::<Vec<_>>(), [Some(50)]);
    }

    #[test]
    fn what_is_held_back_is_counted() {
        let mut timeline = Timeline::default();
        timeline.recover();
        for (events, size) in [(vec![event(1)], 10), (vec![event(2), event(3)], 20), (Vec::new(), 40)] {
            drop(timeline.update(RoomUpdate { events, ..RoomUpdate::default() }, size));
        }
        assert_eq!(timeline.held(), (3, 30), "a heartbeat is nothing to hold");
    }

    #[test]
    fn messages_without_events_come_before_all_that_may_be_newer() {
        let posted = |event: u64, message: u64| {
            let id = if event > 0 { format!(r#""id":{event},"#) } else { String::new() };
            let json =
                format!(r#"{{"event_type":1,{id}"room_id":1,"user_id":7,"message_id":{message},"content":"x"}}"#);
            Event::parse(json.as_bytes())
        };
        let read = vec![posted(0, 8), posted(0, 9), posted(0, 12), posted(0, 13)];
        let held = vec![event(47), posted(50, 10), event(53), posted(54, 14), event(55)];
        let order: Vec<_> = merged(read, held).iter().map(|one| (id(one), super::posted(one).map(|id| id.0))).collect();
        let (of, without) =
            (|event: u64, message: u64| (Some(event), Some(message)), |message: u64| (None, Some(message)));
        let expected = [
            without(8),
            without(9),
            (Some(47), None),
            of(50, 10),
            without(12),
            without(13),
            (Some(53), None),
            of(54, 14),
            (Some(55), None),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn what_is_parked_without_end_is_left_to_the_room_itself() {
        let mut timeline = Timeline::default();
        drop(timeline.start(EventId(10), None, std::iter::empty()));
        for id in 11..20_000 {
            timeline.park(event(id));
        }
        assert_eq!(timeline.parked.len(), PARKED_AT_MOST);
        assert_eq!(timeline.parked.first_key_value().map(|(id, _)| id.0), Some(11), "the earliest are kept");
        assert!(timeline.is_recovering(), "the server is asked for the others");
    }
}
