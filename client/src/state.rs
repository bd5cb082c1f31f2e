//! The engine, and everybody who waits for something of it.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;

use sechat_core::engine::{Output, Position, Post, TicketId};
use sechat_core::event::{Event, EventKind, FeedChange};
use sechat_core::{Engine, Error, EventId, Now, RoomId};

use crate::batch::Batch;
use crate::subscriber::{Reading, Subscriber, SubscriberId};
use crate::unread::Unread;

/// What the lock protects.
pub(crate) struct State {
    pub(crate) engine: Engine,
    pub(crate) subscribers: BTreeMap<SubscriberId, Subscriber>,
    driver: Option<Waker>,
    waiting: BTreeMap<Waiting, Waker>,
    next_id: u64,
    /// Where an earlier process stood in rooms that are not joined yet.
    resume: BTreeMap<RoomId, Position>,
    /// Posts that an earlier process has kept, and this one has not taken.
    kept: Vec<Post>,
    /// After which event the record of a room had its last gap.
    gaps: BTreeMap<RoomId, EventId>,
    feed_end: Option<Result<(), Error>>,
    end: Option<End>,
}

/// What a future waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Waiting {
    Call(TicketId),
    End(u64),
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The engine shut down.
    Finished,
    /// The runtime dropped the driver, or something panicked.
    Lost,
}

/// Wakers to call, and others to forget, when this is dropped: once the lock is free, even if that is by a panic.
///
/// Either may run code of the executor, which may come back for the lock.
#[derive(Default)]
pub(crate) struct Wakes {
    due: Vec<Waker>,
    retired: Vec<Waker>,
}

impl State {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            subscribers: BTreeMap::new(),
            driver: None,
            waiting: BTreeMap::new(),
            next_id: 0,
            resume: BTreeMap::new(),
            kept: Vec::new(),
            gaps: BTreeMap::new(),
            feed_end: None,
            end: None,
        }
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Whom to wake when a handle has told the engine something.
    pub(crate) fn register_driver(&mut self, waker: &Waker, due: &mut Wakes) {
        due.replace(&mut self.driver, waker);
    }

    pub(crate) fn wake_driver(&mut self, due: &mut Wakes) {
        due.extend(self.driver.take());
    }

    pub(crate) fn wait(&mut self, what: Waiting, waker: &Waker, due: &mut Wakes) {
        let mut slot = self.waiting.remove(&what);
        due.replace(&mut slot, waker);
        self.waiting.extend(slot.map(|waker| (what, waker)));
    }

    pub(crate) fn wait_no_more(&mut self, what: Waiting, due: &mut Wakes) {
        due.retired.extend(self.waiting.remove(&what));
    }

    pub(crate) fn subscribe(&mut self, room: Option<RoomId>, reading: Reading) -> (SubscriberId, Batch) {
        let id = SubscriberId(self.fresh_id());
        let subscriber = Subscriber::new(room, reading, self.feed_end.clone());
        let batch = subscriber.batch();
        self.subscribers.insert(id, subscriber);
        (id, batch)
    }

    /// Rooms that are joined from now on go on from here; posts that nobody took are kept on, those of the last call alone.
    pub(crate) fn resume(&mut self, positions: BTreeMap<RoomId, Position>, posts: Vec<Post>) {
        self.resume.extend(positions);
        self.kept = posts;
    }

    /// The posts for a later process.
    pub(crate) fn kept(&self) -> Vec<Post> {
        self.kept.iter().cloned().chain(self.engine.kept()).collect()
    }

    /// Where the room goes on if it is joined now.
    pub(crate) fn resume_at(&self, room: RoomId) -> Option<Position> {
        self.resume.get(&room).copied()
    }

    /// The room was left: it begins anew if it is joined again.
    pub(crate) fn forget(&mut self, room: RoomId) {
        self.resume.remove(&room);
        self.gaps.remove(&room);
    }

    /// How far what has happened in each room was dealt with, by those who read.
    pub(crate) fn positions(&self) -> BTreeMap<RoomId, Position> {
        let mut positions = self.engine.positions();
        let joined: BTreeSet<RoomId> = positions.keys().copied().collect();
        for (&room, position) in &mut positions {
            let readers = || self.subscribers.values().filter(|reader| reader.hears(room));
            let any_reads = readers().any(Subscriber::is_read);
            for reader in readers().filter(|reader| reader.is_read() == any_reads) {
                let unread = reader.unread().filter(|unread| unread.concerns(room, |other| joined.contains(&other)));
                *position = unread.fold(*position, |position, unread| unread.keep_back(position));
            }
        }
        for (&room, &position) in &self.resume {
            positions.entry(room).or_insert(position);
        }
        positions
    }

    /// Has what readers had to drop brought again, once they have read all that was kept; whether there was any.
    /// All outputs have been seen to.
    pub(crate) fn catch_up(&mut self, now: Now, due: &mut Wakes) -> bool {
        if !self.subscribers.values().any(Subscriber::lags) {
            return false;
        }
        let positions = self.engine.positions();
        let replays: Vec<_> =
            self.subscribers.values_mut().flat_map(|reader| reader.catch_up(&positions, due)).collect();
        for (room, from) in replays {
            self.engine.replay(now, room, from);
        }
        true
    }

    /// Rooms that have gone on need no word of where any more.
    fn resumed(&mut self) {
        if !self.resume.is_empty() {
            let joined = self.engine.positions();
            self.resume.retain(|room, _| !joined.contains_key(room));
        }
    }

    /// Sees to an output that is for somebody inside the process; gives back one that is for the world.
    pub(crate) fn dispatch(&mut self, output: Output, due: &mut Wakes) -> Option<Output> {
        match output {
            Output::Done(id) => {
                self.resumed();
                due.extend(self.waiting.remove(&Waiting::Call(id)));
            }
            Output::Event(event) => {
                let unread = self.unread(&event);
                self.hand_out(event, unread, |reader, event| reader.takes(event, unread, due));
                if self.subscribers.values().any(Subscriber::lags_widely) {
                    let joined = self.engine.positions();
                    let readers = self.subscribers.values_mut();
                    readers.for_each(|reader| reader.narrow(|room| joined.contains_key(&room)));
                }
            }
            Output::Replayed(event) => {
                let unread = self.unread(&event);
                self.hand_out(event, unread, |reader, event| reader.takes_again(event, due));
            }
            Output::FeedEnded(result) => self.end_feed(&result, due),
            Output::Finished => self.finish(End::Finished, due),
            world => return Some(world),
        }
        None
    }

    /// Everything is over: wakes all who wait. The first end counts.
    pub(crate) fn finish(&mut self, end: End, due: &mut Wakes) {
        if self.end.is_some() {
            return;
        }
        self.end = Some(end);
        self.wake_driver(due);
        due.extend(std::mem::take(&mut self.waiting).into_values());
        self.end_feed(&if end == End::Finished { Ok(()) } else { Err(Error::Closed) }, due);
    }

    /// Keeps an event for all who take it. Mostly that is one reader, who gets it as it is.
    fn hand_out(
        &mut self,
        event: Event,
        unread: Option<Unread>,
        mut takes: impl FnMut(&mut Subscriber, &Event) -> bool,
    ) {
        let mut last: Option<&mut Subscriber> = None;
        for reader in self.subscribers.values_mut() {
            if takes(reader, &event)
                && let Some(other) = last.replace(reader)
            {
                other.keep(event.clone(), unread);
            }
        }
        if let Some(last) = last {
            last.keep(event, unread);
        }
    }

    /// How far back an event keeps those who have not read it.
    fn unread(&mut self, event: &Event) -> Option<Unread> {
        if let EventKind::Feed(FeedChange::Gap { room, after, .. }) = event.kind {
            self.gaps.insert(room, after);
        }
        let gap = event.room_id.and_then(|room| self.gaps.get(&room).copied());
        Unread::new(event, gap)
    }

    fn end_feed(&mut self, result: &Result<(), Error>, due: &mut Wakes) {
        let result = self.feed_end.get_or_insert_with(|| result.clone());
        for subscriber in self.subscribers.values_mut() {
            subscriber.end(result.clone(), due);
        }
    }
}

impl Wakes {
    pub(crate) fn extend(&mut self, wakers: impl IntoIterator<Item = Waker>) {
        self.due.extend(wakers);
    }

    pub(crate) fn replace(&mut self, slot: &mut Option<Waker>, waker: &Waker) {
        if !slot.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.retired.extend(slot.replace(waker.clone()));
        }
    }
}

impl Drop for Wakes {
    fn drop(&mut self) {
        self.due.drain(..).for_each(Waker::wake);
    }
}
