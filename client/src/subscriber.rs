//! One reader of events, and the buffer that keeps a slow one from growing without bound or holding others up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use sechat_core::engine::Position;
use sechat_core::event::{EventKind, FeedChange};
use sechat_core::{Error, Event, RoomId};

use crate::batch::{Batch, Progress};
use crate::saved::Delivery;
use crate::state::Wakes;
use crate::unread::Unread;

/// Events are large: a list with room for more is not kept for the next ones.
const SPARE: usize = 256;
/// More rooms than a bot is in.
const MANY_ROOMS: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SubscriberId(pub(crate) u64);

#[derive(Debug)]
pub(crate) struct Subscriber {
    room: Option<RoomId>,
    reading: Reading,
    buffer: VecDeque<Event>,
    /// How many events are in the batch that the reader took along last.
    taken: usize,
    progress: Arc<Progress>,
    /// Of that batch and then of the buffer, one for each event.
    unread: VecDeque<Option<Unread>>,
    lag: Option<Lag>,
    /// Parts of rooms that are brought again: after the one position, up to the other.
    replays: BTreeMap<RoomId, (Position, Position)>,
    /// Somebody reads: a reader that never did keeps no position back.
    read: bool,
    waker: Option<Waker>,
    end: Option<Result<(), Error>>,
}

/// What can be set about a reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// How many events are kept for it.
    pub(crate) capacity: usize,
    pub(crate) delivery: Delivery,
}

/// The buffer was full. Everything is dropped until it has been read to its end, and then asked for.
#[derive(Debug, Default)]
struct Lag {
    missed: u64,
    rooms: BTreeMap<RoomId, Unread>,
    /// Of rooms that nobody is in: events can name any number of those.
    elsewhere: Option<Unread>,
    /// The buffer has been read.
    over: bool,
}

impl Subscriber {
    pub(crate) fn new(room: Option<RoomId>, reading: Reading, end: Option<Result<(), Error>>) -> Self {
        Self {
            room,
            reading,
            buffer: VecDeque::new(),
            taken: 0,
            progress: Arc::default(),
            unread: VecDeque::new(),
            lag: None,
            replays: BTreeMap::new(),
            read: false,
            waker: None,
            end,
        }
    }

    /// Where its reader keeps what it takes along.
    pub(crate) fn batch(&self) -> Batch {
        Batch::new(self.reading.delivery, Arc::clone(&self.progress))
    }

    pub(crate) fn is_for(&self, room: RoomId) -> bool {
        self.room == Some(room)
    }

    pub(crate) fn result(&self) -> Option<&Result<(), Error>> {
        self.end.as_ref()
    }

    pub(crate) fn is_read(&self) -> bool {
        self.read
    }

    pub(crate) fn hears(&self, room: RoomId) -> bool {
        self.room.is_none_or(|only| only == room)
    }

    /// What it has not dealt with.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Unread> {
        let kept = self.unread.iter().skip(self.progress.dealt_with()).copied().flatten();
        let missed = self.lag.iter().flat_map(|lag| lag.rooms.values().copied().chain(lag.elsewhere));
        kept.chain(missed)
    }

    /// Whether the event is to be [kept](Self::keep), as it is wanted and there is room. Counts it if there is none.
    pub(crate) fn takes(&mut self, event: &Event, unread: Option<Unread>, due: &mut Wakes) -> bool {
        if self.end.is_some() || !self.wants(event) {
            return false;
        }
        if let Some(room) = event.room_id.filter(|_| !matches!(event.kind, EventKind::Feed(_))) {
            // What is repeated comes before anything new.
            self.replays.remove(&room);
        }
        let fits = self.lag.is_none() && self.waiting() < self.reading.capacity;
        if !fits {
            self.lag.get_or_insert_default().add(event, unread);
        }
        if let EventKind::Feed(FeedChange::RoomLost { room, reason, .. }) = &event.kind
            && self.room == Some(*room)
        {
            self.end = Some(Err(Error::room_closed(*room, reason)));
        }
        due.extend(self.waker.take());
        fits
    }

    /// Keeps an event until it is read.
    pub(crate) fn keep(&mut self, event: Event, unread: Option<Unread>) {
        self.buffer.push_back(event);
        self.unread.push_back(unread);
    }

    /// Whether what it missed names more rooms than anybody is in.
    pub(crate) fn lags_widely(&self) -> bool {
        self.lag.as_ref().is_some_and(|lag| lag.rooms.len() > MANY_ROOMS)
    }

    /// What it missed of rooms that are not joined is kept as one.
    pub(crate) fn narrow(&mut self, is_joined: impl Fn(RoomId) -> bool) {
        let Some(lag) = &mut self.lag else { return };
        let all = std::mem::take(&mut lag.rooms);
        let (here, elsewhere): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(room, _)| is_joined(*room));
        lag.rooms = here;
        lag.elsewhere = lag.elsewhere.into_iter().chain(elsewhere.into_values()).reduce(Unread::and);
    }

    /// Whether the event is to be [kept](Self::keep), as it was dropped before. One answer of the server may go beyond the
    /// capacity: it is in memory anyway, and to drop part of it would only ask for it again.
    pub(crate) fn takes_again(&mut self, event: &Event, due: &mut Wakes) -> bool {
        let wanted = event.room_id.and_then(|room| self.replays.get_mut(&room));
        let missed = wanted.is_some_and(|(after, until)| event_is_between(event, after, *until));
        if missed {
            due.extend(self.waker.take());
        }
        missed
    }

    /// What has to be brought again, once all that was kept has been read. Here the reader learns that it lagged.
    pub(crate) fn catch_up(
        &mut self,
        positions: &BTreeMap<RoomId, Position>,
        due: &mut Wakes,
    ) -> Vec<(RoomId, Position)> {
        if !self.lag.as_ref().is_some_and(|lag| lag.over) {
            return Vec::new();
        }
        let rooms = self.tell_lag();
        due.extend(self.waker.take());
        let mut wanted = Vec::new();
        for (room, unread) in rooms {
            let Some(&until) = positions.get(&room) else { continue };
            // What is still to come of an earlier repetition stays wanted.
            let pending = self.replays.get(&room).map_or(until, |&(after, _)| after);
            let after = unread.keep_back(until).min(pending);
            self.replays.insert(room, (after, until));
            wanted.push((room, after));
        }
        wanted
    }

    /// No more events will come; those in the buffer can still be read. The first end counts.
    pub(crate) fn end(&mut self, result: Result<(), Error>, due: &mut Wakes) {
        self.end.get_or_insert(result);
        due.extend(self.waker.take());
    }

    /// Gives the reader all that is kept for it, now that it has dealt with what it took along before. `false` at the
    /// end.
    pub(crate) fn poll_batch(&mut self, batch: &mut Batch, cx: &Context<'_>, due: &mut Wakes) -> Poll<bool> {
        self.read = true;
        self.unread.drain(..self.taken);
        self.taken = 0;
        self.progress.restart();
        if self.buffer.is_empty() && self.end.is_some() && self.lag.is_some() {
            // Nobody can be asked any more.
            self.tell_lag();
        }
        if !self.buffer.is_empty() {
            std::mem::swap(&mut self.buffer, &mut batch.events);
            if self.buffer.capacity() > SPARE {
                self.buffer = VecDeque::new();
            }
            self.taken = batch.events.len();
            return Poll::Ready(true);
        }
        if self.end.is_some() {
            return Poll::Ready(false);
        }
        if let Some(lag) = &mut self.lag {
            lag.over = true;
        }
        due.replace(&mut self.waker, cx.waker());
        Poll::Pending
    }

    /// Whether it waits for [`catch_up`](Self::catch_up).
    pub(crate) fn lags(&self) -> bool {
        self.lag.as_ref().is_some_and(|lag| lag.over)
    }

    /// How many events are kept that were not read yet.
    fn waiting(&self) -> usize {
        self.buffer.len() + self.taken - self.progress.read()
    }

    /// The reader learns how many events were dropped.
    fn tell_lag(&mut self) -> BTreeMap<RoomId, Unread> {
        let Lag { missed, rooms, elsewhere, .. } = self.lag.take().unwrap_or_default();
        let event = Event::feed(FeedChange::lagged(missed));
        let unread = rooms.values().copied().chain(elsewhere).reduce(Unread::and);
        self.keep(event, unread);
        rooms
    }

    /// What happens to the feed as a whole concerns every reader.
    fn wants(&self, event: &Event) -> bool {
        self.room.is_none()
            || self.room == event.room_id
            || matches!(event.kind, EventKind::Feed(_)) && event.room_id.is_none()
    }
}

impl Lag {
    fn add(&mut self, event: &Event, unread: Option<Unread>) {
        self.missed += 1;
        if let (Some(room), Some(unread)) = (event.room_id, unread) {
            self.rooms.entry(room).and_modify(|known| *known = known.and(unread)).or_insert(unread);
        }
    }
}

/// Whether an event lies after one position and not after another. The one moves up to it then, so that it counts once.
fn event_is_between(event: &Event, after: &mut Position, until: Position) -> bool {
    if let EventKind::Feed(FeedChange::Gap { after: gap, .. }) = event.kind {
        return gap < until.after;
    }
    let before = *after;
    let new = match (&event.kind, event.id) {
        (_, Some(id)) => id > before.after && id <= until.after,
        (EventKind::MessagePosted(message), None) => {
            Some(message.id) > before.message && Some(message.id) <= until.message
        }
        _ => false,
    };
    if new {
        after.pass(event);
    }
    new
}

#[cfg(test)]
mod tests {
    use sechat_core::EventId;

    use super::*;

    #[test]
    fn a_slow_reader_does_not_remember_every_room_there_is() {
        let mut slow = Subscriber::new(None, Reading { capacity: 1, delivery: Delivery::AtLeastOnce }, None);
        let joined = RoomId(5000);
        for n in 2..=10_000 {
            let event = Event::parse(format!(r#"{{"event_type":3,"id":{n},"room_id":{n},"user_id":7}}"#).as_bytes());
            let unread = Unread::new(&event, None);
            if slow.takes(&event, unread, &mut Wakes::default()) {
                slow.keep(event, unread);
            }
            if slow.lags_widely() {
                slow.narrow(|room| room == joined);
            }
        }
        let lag = slow.lag.as_ref().unwrap();
        assert!(lag.rooms.len() <= MANY_ROOMS && lag.rooms.contains_key(&joined));
        assert_eq!(lag.missed, 9998);
        let kept = slow.unread().fold(Position::new(EventId(20_000), None), |at, unread| unread.keep_back(at));
        assert_eq!(kept.after, EventId(1), "none of them is passed");
    }
}
