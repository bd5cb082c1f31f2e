//! The promises of a runtime, kept by this one.

use sechat_async_std::{AsyncStd, conformance};

#[test]
fn from_a_thread_that_is_not_its_own() {
    async_std::task::block_on(conformance::all(AsyncStd::with));
}

#[test]
fn from_a_task() {
    async_std::task::block_on(async_std::task::spawn(conformance::all(AsyncStd::with)));
}
