//! The promises of a runtime, kept by this one.

use sechat_tokio::{Tokio, conformance};

#[tokio::test]
async fn on_one_thread() {
    conformance::all(Tokio::with).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_several_threads() {
    conformance::all(Tokio::with).await;
}
