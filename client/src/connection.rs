//! What handles, replies and the driver share: the engine behind a lock, and those who wait for it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use sechat_core::engine::{Output, Pending, Ticket, TicketId};
use sechat_core::{Config, Engine, Error, Now, RoomId};

use crate::driver::Driver;
use crate::reply::Reply;
use crate::runtime::Runtime;
use crate::subscriber::{Subscriber, SubscriberId};

/// The claim of one user: a handle, a pending reply, a stream of events. The last one to go ends the connection.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    event_buffer: usize,
}

/// The engine, and everybody who waits for something of it.
pub(crate) struct Shared {
    state: Mutex<State>,
    clock: Box<dyn Fn() -> Now + Send + Sync>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The engine shut down.
    Finished,
    /// The runtime dropped the driver, or something panicked.
    Lost,
}

pub(crate) struct State {
    engine: Engine,
    driver: Option<Waker>,
    calls: BTreeMap<TicketId, Waker>,
    closing: Vec<Waker>,
    subscribers: BTreeMap<SubscriberId, Subscriber>,
    next_subscriber: SubscriberId,
    feed_end: Option<Result<(), Error>>,
    stopping: bool,
    end: Option<End>,
}

/// Wakers that are called when this is dropped: once the lock is free, even if that is by a panic.
#[derive(Default)]
pub(crate) struct Wakes(Vec<Waker>);

impl Connection {
    /// Starts an engine and its driver.
    pub(crate) fn start<R: Runtime>(mut config: Config, runtime: &R, event_buffer: usize) -> Result<Arc<Self>, Error> {
        if config.seed == 0 {
            config.seed = runtime.seed();
        }
        let clock = runtime.clone();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(Engine::new(config)?)),
            clock: Box::new(move || clock.now()),
        });
        runtime.spawn(Driver::new(Arc::clone(&shared), runtime.clone()).run());
        Ok(Arc::new(Self { shared, event_buffer }))
    }

    /// Submits a call now; the reply is its result.
    pub(crate) fn call<T: Send + 'static>(
        self: &Arc<Self>,
        verb: impl FnOnce(&mut Engine, Now) -> Ticket<T>,
    ) -> Reply<T> {
        match self.shared.engine(verb) {
            Ok(ticket) => Reply::new(Call { connection: Arc::clone(self), ticket: Some(ticket) }),
            Err(error) => Reply::ready(Err(error)),
        }
    }

    /// Looks at the engine.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        self.shared.with(|state, _| look(&state.engine))
    }

    /// Ends the engine; the reply comes when it is done.
    pub(crate) fn shut_down(self: &Arc<Self>, pending: Pending) -> Reply<()> {
        self.shared.shut_down(pending, true);
        Reply::new(Closing { shared: Arc::clone(&self.shared) })
    }

    pub(crate) fn subscribe(&self, room: Option<RoomId>) -> SubscriberId {
        self.shared.with(|state, _| {
            let id = state.next_subscriber;
            state.next_subscriber = id.next();
            let subscriber = Subscriber::new(room, self.event_buffer, state.feed_end.clone());
            state.subscribers.insert(id, subscriber);
            id
        })
    }

    pub(crate) fn subscriber<T>(&self, id: SubscriberId, look: impl FnOnce(&mut Subscriber) -> T) -> Option<T> {
        self.shared.with(|state, _| state.subscribers.get_mut(&id).map(look))
    }

    pub(crate) fn unsubscribe(&self, id: SubscriberId) {
        // What is left in the buffer is dropped after the lock is free.
        let _gone = self.shared.with(|state, _| state.subscribers.remove(&id));
    }

    /// Ends the streams of one room that was left.
    pub(crate) fn end_room(&self, room: RoomId) {
        self.shared.with(|state, wakes| {
            for subscriber in state.subscribers.values_mut().filter(|s| s.is_for(room)) {
                subscriber.end(Ok(()), wakes);
            }
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.shut_down(Pending::Flush, false);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Shared {
    /// Does something under the lock, then calls the wakers.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut State, &mut Wakes) -> T) -> T {
        // Dropped last, and so after the lock: if `work` panics, it closes the connection and wakes all who wait.
        let _on_panic = OnPanic(self);
        self.locked(work)
    }

    /// Calls a verb of the engine and wakes the driver to see what came of it.
    fn engine<T>(&self, verb: impl FnOnce(&mut Engine, Now) -> T) -> Result<T, Error> {
        self.with(|state, wakes| {
            if state.end.is_some() {
                return Err(Error::Closed);
            }
            wakes.extend(state.driver.take());
            // Read under the lock, so that the engine sees time go forward only.
            Ok(verb(&mut state.engine, (self.clock)()))
        })
    }

    fn shut_down(&self, pending: Pending, again: bool) {
        self.with(|state, wakes| {
            if state.end.is_none() && (again || !state.stopping) {
                state.stopping = true;
                wakes.extend(state.driver.take());
                state.engine.shut_down((self.clock)(), pending);
            }
        });
    }

    fn locked<T>(&self, work: impl FnOnce(&mut State, &mut Wakes) -> T) -> T {
        let mut wakes = Wakes::default();
        let poisoned = self.state.is_poisoned();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if poisoned {
            // The engine stopped half-way: nothing it says now can be trusted.
            state.finish(End::Lost, &mut wakes);
        }
        work(&mut state, &mut wakes)
    }
}

struct OnPanic<'a>(&'a Shared);

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if self.0.state.is_poisoned() {
            self.0.locked(|_, _| ());
        }
    }
}

impl State {
    fn new(engine: Engine) -> Self {
        Self {
            engine,
            driver: None,
            calls: BTreeMap::new(),
            closing: Vec::new(),
            subscribers: BTreeMap::new(),
            next_subscriber: SubscriberId::default(),
            feed_end: None,
            stopping: false,
            end: None,
        }
    }

    pub(crate) fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    /// Whom to wake when a handle has told the engine something.
    pub(crate) fn register_driver(&mut self, waker: &Waker) {
        if !self.driver.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.driver = Some(waker.clone());
        }
    }

    /// Sees to an output that is for somebody inside the process; gives back one that is for the world.
    pub(crate) fn dispatch(&mut self, output: Output, wakes: &mut Wakes) -> Option<Output> {
        match output {
            Output::Done(id) => wakes.extend(self.calls.remove(&id)),
            Output::Event(event) => {
                let event = Arc::from(event);
                for subscriber in self.subscribers.values_mut() {
                    subscriber.offer(&event, wakes);
                }
            }
            Output::FeedEnded(result) => self.end_feed(&result, wakes),
            Output::Finished => self.finish(End::Finished, wakes),
            world => return Some(world),
        }
        None
    }

    /// Everything is over: wakes all who wait. The first end counts.
    pub(crate) fn finish(&mut self, end: End, wakes: &mut Wakes) {
        if self.end.is_some() {
            return;
        }
        self.end = Some(end);
        wakes.extend(self.driver.take());
        wakes.extend(std::mem::take(&mut self.calls).into_values());
        wakes.extend(self.closing.drain(..));
        self.end_feed(&if end == End::Finished { Ok(()) } else { Err(Error::Closed) }, wakes);
    }

    fn end_feed(&mut self, result: &Result<(), Error>, wakes: &mut Wakes) {
        let result = self.feed_end.get_or_insert_with(|| result.clone());
        for subscriber in self.subscribers.values_mut() {
            subscriber.end(result.clone(), wakes);
        }
    }
}

impl Wakes {
    pub(crate) fn extend(&mut self, wakers: impl IntoIterator<Item = Waker>) {
        self.0.extend(wakers);
    }
}

impl Drop for Wakes {
    fn drop(&mut self) {
        self.0.drain(..).for_each(Waker::wake);
    }
}

/// The result of one call of the engine. Dropped before that, it takes the call back.
struct Call<T> {
    connection: Arc<Connection>,
    ticket: Option<Ticket<T>>,
}

impl<T: 'static> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(ticket) = &this.ticket else { return Poll::Ready(Err(Error::Closed)) };
        let result = this.connection.shared.with(|state, _| {
            if state.end == Some(End::Lost) {
                return Some(Err(Error::Closed));
            }
            let result = state.engine.take(ticket);
            if result.is_none() && state.end.is_some() {
                return Some(Err(Error::Closed));
            }
            if result.is_none() {
                state.calls.insert(ticket.id(), cx.waker().clone());
            }
            result
        });
        match result {
            Some(result) => {
                this.ticket = None;
                Poll::Ready(result)
            }
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        let Some(id) = self.ticket.as_ref().map(Ticket::id) else { return };
        let shared = &self.connection.shared;
        // A closed connection has nothing to cancel.
        let _ = shared.engine(|engine, now| engine.cancel(now, id));
        shared.with(|state, _| state.calls.remove(&id));
    }
}

/// Resolves when the connection is over.
struct Closing {
    shared: Arc<Shared>,
}

impl Future for Closing {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.shared.with(|state, _| match state.end {
            Some(End::Finished) => Poll::Ready(Ok(())),
            Some(End::Lost) => Poll::Ready(Err(Error::Closed)),
            None => {
                state.closing.push(cx.waker().clone());
                Poll::Pending
            }
        })
    }
}
