//! The result of a call that is under way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use sechat_core::Error;

use crate::blocking::wait;

/// The result of a call, once it is there.
///
/// The call was made when this was created, so posts go out in the order of the calls, not of the awaits. It borrows
/// nothing and keeps the connection alive: it can be stored, spawned, or awaited after the handle is gone.
///
/// Dropping it takes the call back if it has not been sent yet: a post is not posted, a room is not joined. What has been
/// sent stays done.
#[must_use = "a call is taken back when its reply is dropped: await it"]
pub struct Reply<T> {
    result: Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>,
    before_waiting: fn(),
}

impl<T> Reply<T> {
    /// Blocks this thread until the result is there. Not for async code: it would stall the executor, which may be the
    /// one that has to carry out the call.
    ///
    /// # Panics
    ///
    /// On a thread that runs tasks, as far as the crate for the runtime can tell; it says how far. The reply is
    /// dropped then.
    pub fn wait(self) -> Result<T, Error> {
        (self.before_waiting)();
        wait(self)
    }

    /// Has [`wait`](Self::wait) call `check` first, which panics where waiting might be for ever. For
    /// [`Mode`](crate::Mode)s.
    pub fn before_waiting(mut self, check: fn()) -> Self {
        self.before_waiting = check;
        self
    }

    pub(crate) fn new(result: impl Future<Output = Result<T, Error>> + Send + 'static) -> Self {
        Self { result: Box::pin(result), before_waiting: || () }
    }
}

impl<T: Send + 'static> Reply<T> {
    /// What the call gives, made into something else.
    pub(crate) fn then<U>(self, next: impl FnOnce(Result<T, Error>) -> Result<U, Error> + Send + 'static) -> Reply<U> {
        Reply::new(async move { next(self.await) })
    }

    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U + Send + 'static) -> Reply<U> {
        self.then(|result| result.map(map))
    }

    pub(crate) fn ready(result: Result<T, Error>) -> Self {
        Self::new(std::future::ready(result))
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.result.as_mut().poll(cx)
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").finish_non_exhaustive()
    }
}
