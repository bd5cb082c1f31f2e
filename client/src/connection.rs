//! What handles, replies and the driver share: the engine behind a lock.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use sechat_core::engine::{Pending, Ticket};
use sechat_core::{Config, Credentials as Session, Engine, Error, Now, RoomId};

use crate::batch::Batch;
use crate::call::{Call, Closing};
use crate::driver::Driver;
use crate::reply::Reply;
use crate::runtime::Runtime;
use crate::session_file::SessionFile;
use crate::state::{End, State, Wakes};
use crate::subscriber::{Reading, SubscriberId};

/// The claim of all users: handles, pending replies, streams of events. When the last of them goes, the connection ends.
pub(crate) struct Connection {
    pub(crate) shared: Arc<Shared>,
    reading: Reading,
}

/// The engine behind its lock, and the clock that it is told.
pub(crate) struct Shared {
    state: Mutex<State>,
    clock: Box<dyn Fn() -> Now + Send + Sync>,
    timer: Box<dyn Fn(Duration) -> oneshot::Receiver<()> + Send + Sync>,
    session_file: Option<SessionFile>,
}

impl Connection {
    /// Starts an engine and its driver.
    pub(crate) fn start<R: Runtime>(
        mut config: Config,
        runtime: &R,
        reading: Reading,
        session_file: Option<SessionFile>,
    ) -> Result<Arc<Self>, Error> {
        if config.seed == 0 {
            config.seed = runtime.seed();
        }
        let (clock, timer) = (runtime.clone(), runtime.clone());
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(Engine::new(config)?)),
            clock: Box::new(move || clock.now()),
            timer: Box::new(move |span| set_timer(&timer, span)),
            session_file,
        });
        runtime.spawn(Driver::new(Arc::clone(&shared), runtime.clone()).run());
        Ok(Arc::new(Self { shared, reading }))
    }

    /// Submits a call now; the reply is its result. `what` is its name for those who watch.
    pub(crate) fn call<T: Send + 'static>(
        self: &Arc<Self>,
        what: &'static str,
        verb: impl FnOnce(&mut Engine, Now) -> Ticket<T>,
    ) -> Reply<T> {
        match self.shared.tell(verb) {
            Ok(ticket) => Reply::new(Call::new(Arc::clone(self), what, ticket)),
            Err(error) => Reply::ready(Err(error)),
        }
    }

    /// Submits several calls with nothing between them, or none.
    pub(crate) fn calls<T: Send + 'static>(
        self: &Arc<Self>,
        what: &'static str,
        verbs: impl FnOnce(&mut Engine, Now) -> Result<Vec<Ticket<T>>, Error>,
    ) -> Result<Vec<Reply<T>>, Error> {
        let tickets = self.shared.tell(verbs)??;
        Ok(tickets.into_iter().map(|ticket| Reply::new(Call::new(Arc::clone(self), what, ticket))).collect())
    }

    /// Joins a room, going on from where an earlier process stood in it.
    pub(crate) fn join(self: &Arc<Self>, room: RoomId) -> Reply<()> {
        let position = self.with(|state| state.resume_at(room));
        self.call("join", |engine, now| match position {
            Some(position) => engine.resume(now, room, position),
            None => engine.join(now, room),
        })
    }

    /// Waits for a while, on whatever thread.
    pub(crate) async fn sleep(&self, span: Duration) -> Result<(), Error> {
        self.timer(span).await
    }

    /// The same, with the time running already.
    pub(crate) fn timer(&self, span: Duration) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let over = (self.shared.timer)(span);
        async move { over.await.map_err(|_| Error::Closed) }
    }

    /// The time of the runtime.
    pub(crate) fn now(&self) -> Now {
        (self.shared.clock)()
    }

    /// Looks at the engine.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        self.shared.with(|state, _| look(&state.engine))
    }

    /// Makes sure that there is a session, and that it is in its file if it has one.
    pub(crate) fn log_in(self: &Arc<Self>) -> Reply<Session> {
        let shared = Arc::clone(&self.shared);
        self.call("log_in", Engine::log_in).then(move |session| {
            let session = session?;
            shared.settle_session()?;
            Ok(session)
        })
    }

    /// Ends the engine; the reply comes when it is done.
    pub(crate) fn shut_down(&self, pending: Pending) -> Reply<()> {
        self.shared.shut_down(pending);
        let shared = Arc::clone(&self.shared);
        Reply::new(Closing::new(Arc::clone(&self.shared)))
            .then(move |ended| ended.and_then(|()| shared.settle_session()))
    }

    /// Looks at the engine and those who read.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        self.shared.with(|state, _| look(state))
    }

    pub(crate) fn subscribe(&self, room: Option<RoomId>) -> (SubscriberId, Batch) {
        self.shared.with(|state, _| state.subscribe(room, self.reading))
    }

    /// How the events of a reader ended, if they have.
    pub(crate) fn end_of(&self, id: SubscriberId) -> Option<Result<(), Error>> {
        self.shared.with(|state, _| state.subscribers.get(&id)?.result().cloned())
    }

    /// The next events of a reader that has read its batch, `false` at the end; the driver learns of one that has read
    /// all that was kept, and missed more.
    pub(crate) fn poll_batch(&self, id: SubscriberId, batch: &mut Batch, cx: &Context<'_>) -> Poll<bool> {
        self.shared.with(|state, due| {
            let Some(subscriber) = state.subscribers.get_mut(&id) else { return Poll::Ready(false) };
            let next = subscriber.poll_batch(batch, cx, due);
            if subscriber.lags() {
                state.wake_driver(due);
            }
            next
        })
    }

    pub(crate) fn unsubscribe(&self, id: SubscriberId) {
        // What is left in the buffer is dropped after the lock is free.
        let _gone = self.shared.with(|state, _| state.subscribers.remove(&id));
    }

    /// Ends the streams of one room that was left.
    pub(crate) fn end_room(&self, room: RoomId) {
        self.shared.with(|state, due| {
            state.forget(room);
            for subscriber in state.subscribers.values_mut().filter(|subscriber| subscriber.is_for(room)) {
                subscriber.end(Ok(()), due);
            }
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.shut_down(Pending::Flush);
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
    pub(crate) fn tell<T>(&self, verb: impl FnOnce(&mut Engine, Now) -> T) -> Result<T, Error> {
        self.with(|state, due| {
            if state.end().is_some() {
                return Err(Error::Closed);
            }
            state.wake_driver(due);
            // Read under the lock, so that the engine sees time go forward only.
            Ok(verb(&mut state.engine, (self.clock)()))
        })
    }

    /// The session may have changed: stores it if it has a file. To be called without the lock.
    pub(crate) fn follow_session(&self) {
        if let Some(file) = &self.session_file {
            file.follow(self);
        }
    }

    /// Stores the session if it has a file and is not in it.
    fn settle_session(&self) -> Result<(), Error> {
        self.session_file.as_ref().map_or(Ok(()), |file| file.settle(self))
    }

    /// Begins to end the engine.
    pub(crate) fn shut_down(&self, pending: Pending) {
        // One that has ended already needs nothing more.
        let _ = self.tell(|engine, now| engine.shut_down(now, pending));
    }

    fn locked<T>(&self, work: impl FnOnce(&mut State, &mut Wakes) -> T) -> T {
        let mut due = Wakes::default();
        let poisoned = self.state.is_poisoned();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if poisoned {
            // The engine stopped half-way: nothing it says now can be trusted.
            state.finish(End::Lost, &mut due);
        }
        work(&mut state, &mut due)
    }
}

/// Replies are awaited on any thread, sleeping may need the runtime's own: so a task sleeps. It ends with its receiver.
fn set_timer<R: Runtime>(runtime: &R, span: Duration) -> oneshot::Receiver<()> {
    let (mut over, slept) = oneshot::channel();
    let sleeping = runtime.clone();
    runtime.spawn(async move {
        // A time too far off to be told never comes.
        let Some(at) = sleeping.now().mono.checked_add(span) else { return over.cancellation().await };
        if let Either::Left(_) = select(pin!(sleeping.sleep_until(at)), over.cancellation()).await {
            let _ = over.send(());
        }
    });
    slept
}

struct OnPanic<'a>(&'a Shared);

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if self.0.state.is_poisoned() {
            self.0.locked(|_, _| ());
        }
    }
}
