//! Waiting for a future on a thread that has nothing else to do.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::runtime::BlockingMode;
use crate::stand_in::{self, Park};

/// The future's output, however long it takes.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    wait_for(future, None).expect("without a limit it ends with the future only")
}

/// The future's output, or `None` when the time is over first: for those who wait in a blocking mode.
///
/// Zero only looks, which may be done on any thread.
pub(crate) fn wait_in<M: BlockingMode, F: Future>(future: F, timeout: Option<Duration>) -> Option<F::Output> {
    if timeout.is_none_or(|timeout| !timeout.is_zero()) {
        M::before_waiting();
    }
    wait_for(future, timeout)
}

/// The future's output, or `None` when the time is over first. Zero only looks.
pub(crate) fn wait_for<F: Future>(future: F, time: Option<Duration>) -> Option<F::Output> {
    let park = stand_in::park().unwrap_or_else(|| Rc::new(Thread::new()));
    // A time too far off to be told is no limit.
    let limit = time.and_then(|time| park.now().checked_add(time));
    let waker = park.waker();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        if limit.is_some_and(|limit| park.now() >= limit) {
            return None;
        }
        park.park(limit);
    }
}

/// A thread that rests as threads do.
struct Thread {
    parker: parking::Parker,
    waker: Waker,
}

impl Thread {
    fn new() -> Self {
        let (parker, unparker) = parking::pair();
        Self { parker, waker: Waker::from(unparker) }
    }
}

impl Park for Thread {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn waker(&self) -> Waker {
        self.waker.clone()
    }

    fn park(&self, limit: Option<Instant>) {
        match limit {
            None => self.parker.park(),
            Some(limit) => drop(self.parker.park_deadline(limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn without_time_it_still_looks_once() {
        assert_eq!(wait_for(ready(1), Some(Duration::ZERO)), Some(1));
        assert_eq!(wait_for(pending::<()>(), Some(Duration::ZERO)), None);
        assert_eq!(wait_for(ready(1), Some(Duration::MAX)), Some(1));
    }

    #[test]
    fn another_thread_wakes_the_waiter() {
        let (sender, receiver) = futures_channel::oneshot::channel();
        let thread = std::thread::spawn(move || sender.send(7).unwrap());
        assert_eq!(wait(receiver), Ok(7));
        thread.join().unwrap();
    }
}
