//! The promises of a runtime, kept by these.

use std::sync::Arc;

use sechat_blocking::smol::Smol;
use sechat_blocking::{Blocking, conformance};

#[test]
fn from_a_thread_that_is_not_smols() {
    smol::future::block_on(conformance::all(|network| Blocking::with(network).unwrap()));
}

#[test]
fn on_the_threads_of_smol() {
    smol::block_on(conformance::all(Smol::with));
}

#[test]
fn on_another_executor() {
    let executor = Arc::new(smol::Executor::new());
    let spawner = Arc::clone(&executor);
    let on = move |task| spawner.spawn(task).detach();
    smol::block_on(executor.run(conformance::all(|network| Smol::with(network).on(on.clone()))));
}
