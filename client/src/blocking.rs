//! Waiting for a future on a thread that has nothing else to do.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::runtime::BlockingMode;

/// The future's output, however long it takes.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    wait_until(future, None).expect("without a limit it ends with the future only")
}

/// The future's output, or `None` when the time is over first: for those who wait in a blocking mode.
///
/// Zero only looks, which may be done on any thread.
pub(crate) fn wait_in<M: BlockingMode, F: Future>(future: F, timeout: Option<Duration>) -> Option<F::Output> {
    if timeout.is_none_or(|timeout| !timeout.is_zero()) {
        M::before_waiting();
    }
    // A time too far off to be told is no limit.
    wait_until(future, timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
}

/// The future's output, or `None` when `limit` comes first.
fn wait_until<F: Future>(future: F, limit: Option<Instant>) -> Option<F::Output> {
    let (parker, unparker) = parking::pair();
    let waker = Waker::from(unparker);
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        match limit {
            None => parker.park(),
            Some(limit) if Instant::now() >= limit => return None,
            Some(limit) => {
                parker.park_deadline(limit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn a_limit_gone_by_still_looks_once() {
        let past = Some(Instant::now());
        assert_eq!(wait_until(ready(1), past), Some(1));
        assert_eq!(wait_until(pending::<()>(), past), None);
    }

    #[test]
    fn another_thread_wakes_the_waiter() {
        let (sender, receiver) = futures_channel::oneshot::channel();
        let thread = std::thread::spawn(move || sender.send(7).unwrap());
        assert_eq!(wait(receiver), Ok(7));
        thread.join().unwrap();
    }
}
