//! A runtime in the hands of a test: how fast its clock runs, what day it has, and whether its tasks live.

use std::future::Future;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{AbortHandle, abortable};
use sechat_client::bytes::Bytes;
use sechat_client::http::{Request, Response};
use sechat_client::{Now, Runtime, TransportError};
use sechat_fixtures::Clock;

use super::stage::LIMIT;

/// Does everything as the runtime inside does, but for what it is told.
#[derive(Debug, Clone)]
pub struct Altered<R> {
    inner: R,
    clock: Option<Clock>,
    levers: Arc<Levers>,
}

#[derive(Debug, Default)]
struct Levers {
    state: Mutex<State>,
    task_ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    ahead: Duration,
    behind: Duration,
    tasks: usize,
    handles: Vec<AbortHandle>,
    gone: bool,
}

impl<R: Runtime> Altered<R> {
    /// As it is, until it is told otherwise.
    pub fn new(inner: R) -> Self {
        Self { inner, clock: None, levers: Arc::default() }
    }

    /// With this clock.
    pub fn with_clock(inner: R, clock: Clock) -> Self {
        Self { clock: Some(clock), ..Self::new(inner) }
    }

    /// Sets the wall clock so far ahead of where it would be, or behind.
    pub fn set_wall_clock(&self, ahead: Duration, behind: Duration) {
        let mut state = self.levers.lock();
        (state.ahead, state.behind) = (ahead, behind);
    }

    /// Drops all tasks, those of the future included, as a runtime does that shuts down.
    pub fn collapse(&self) {
        let handles = {
            let mut state = self.levers.lock();
            state.gone = true;
            std::mem::take(&mut state.handles)
        };
        handles.iter().for_each(AbortHandle::abort);
    }

    /// Whether all tasks end in time. It blocks the thread.
    pub fn ends(&self) -> bool {
        let waited = self.levers.task_ended.wait_timeout_while(self.levers.lock(), LIMIT, |state| state.tasks > 0);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl<R: Runtime> Runtime for Altered<R> {
    type Socket = R::Socket;

    fn fetch(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        self.inner.fetch(request)
    }

    fn open(&self, request: Request<()>) -> impl Future<Output = Result<Self::Socket, TransportError>> + Send {
        self.inner.open(request)
    }

    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()> + Send {
        self.inner.sleep_until(self.clock.map_or(at, |clock| clock.at(at)))
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let (task, handle) = abortable(task);
        let counted = {
            let mut state = self.levers.lock();
            if state.gone {
                return;
            }
            state.handles.push(handle);
            Counted::new(Arc::clone(&self.levers), &mut state)
        };
        self.inner.spawn(async move {
            let _ = task.await;
            drop(counted);
        });
    }

    fn now(&self) -> Now {
        let mut now = self.clock.map_or_else(|| self.inner.now(), |clock| clock.now());
        let state = self.levers.lock();
        now.wall = now.wall + state.ahead - state.behind;
        now
    }

    fn seed(&self) -> u64 {
        self.inner.seed()
    }
}

impl Levers {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One task, as long as it lives.
struct Counted(Arc<Levers>);

impl Counted {
    fn new(levers: Arc<Levers>, state: &mut State) -> Self {
        state.tasks += 1;
        Self(levers)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.lock().tasks -= 1;
        self.0.task_ended.notify_all();
    }
}
