//! The engine, and everybody who waits for something of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;

use sechat_core::engine::{Output, TicketId};
use sechat_core::{Engine, Error, RoomId};

use crate::subscriber::{Subscriber, SubscriberId};

/// What the lock protects.
pub(crate) struct State {
    pub(crate) engine: Engine,
    pub(crate) subscribers: BTreeMap<SubscriberId, Subscriber>,
    driver: Option<Waker>,
    waiting: BTreeMap<Waiting, Waker>,
    next_id: u64,
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

    pub(crate) fn subscribe(&mut self, room: Option<RoomId>, capacity: usize) -> SubscriberId {
        let id = SubscriberId(self.fresh_id());
        self.subscribers.insert(id, Subscriber::new(room, capacity, self.feed_end.clone()));
        id
    }

    /// Sees to an output that is for somebody inside the process; gives back one that is for the world.
    pub(crate) fn dispatch(&mut self, output: Output, due: &mut Wakes) -> Option<Output> {
        match output {
            Output::Done(id) => due.extend(self.waiting.remove(&Waiting::Call(id))),
            Output::Event(event) => {
                let event = Arc::from(event);
                for subscriber in self.subscribers.values_mut() {
                    subscriber.offer(&event, due);
                }
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
