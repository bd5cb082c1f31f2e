//! Sleeping and spawning.

use std::pin::pin;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};

use crate::runtime::Runtime;

pub(super) async fn all<R: Runtime>(runtime: &R) {
    spawned_tasks_run(runtime).await;
    sleeps_end_in_time_and_never_early(runtime).await;
    seeds_differ(runtime);
}

async fn spawned_tasks_run<R: Runtime>(runtime: &R) {
    let (sender, receiver) = oneshot::channel();
    let inner = runtime.clone();
    runtime.spawn(async move {
        inner.spawn(async move { sender.send(7).expect("the receiver waits") });
    });
    assert_eq!(receiver.await, Ok(7));
}

/// Which of two tasks that are both due goes on first is up to the executor, so only one of these ever is.
async fn sleeps_end_in_time_and_never_early<R: Runtime>(runtime: &R) {
    let start = runtime.now().mono;
    for delay in [0, 20, 40] {
        let (sender, ended) = oneshot::channel();
        let inner = runtime.clone();
        runtime.spawn(async move {
            let at = start + Duration::from_millis(delay);
            let late = pin!(inner.sleep_until(start + Duration::from_secs(3600)));
            let in_turn = matches!(select(late, pin!(inner.sleep_until(at))).await, Either::Right(_));
            sender.send((in_turn, inner.now().mono >= at)).expect("the receiver waits");
        });
        assert_eq!(ended.await, Ok((true, true)), "a sleep of {delay} ms beside one of an hour");
    }
}

fn seeds_differ<R: Runtime>(runtime: &R) {
    assert_ne!(runtime.seed(), runtime.seed());
}
