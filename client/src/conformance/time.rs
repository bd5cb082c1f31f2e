//! Sleeping and spawning.

use std::time::Duration;

use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt;

use crate::runtime::Runtime;

pub(super) async fn all<R: Runtime>(runtime: &R) {
    spawned_tasks_run(runtime).await;
    sleeps_end_in_order_and_never_early(runtime).await;
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

async fn sleeps_end_in_order_and_never_early<R: Runtime>(runtime: &R) {
    let (sender, ended) = mpsc::unbounded();
    let start = runtime.now().mono;
    for delay in [40, 0, 20] {
        let (runtime, sender) = (runtime.clone(), sender.clone());
        runtime.clone().spawn(async move {
            let at = start + Duration::from_millis(delay);
            runtime.sleep_until(at).await;
            let early = runtime.now().mono < at;
            sender.unbounded_send((delay, early)).expect("the receiver waits");
        });
    }
    drop(sender);
    assert_eq!(ended.collect::<Vec<_>>().await, [(0, false), (20, false), (40, false)]);
}

fn seeds_differ<R: Runtime>(runtime: &R) {
    assert_ne!(runtime.seed(), runtime.seed());
}
