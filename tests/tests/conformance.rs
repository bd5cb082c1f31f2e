//! The conformance suite, on every adapter.

use std::future::Future;

use sechat_client::Network;
use sechat_tests::conformance::{Adapter, trace};
use sechat_tests::conforms;
use sechat_tokio::Tokio;

conforms!(on_tokio_with_threads: TokioOnSeveralThreads);
conforms!(on_tokio_with_one_thread: TokioOnOneThread);
conforms!(on_async_std: AsyncStd);
conforms!(on_the_runtime_of_blocking: Blocking);
conforms!(on_smol: Smol);

#[test]
fn every_adapter_asks_the_same() {
    let first = trace::<TokioOnSeveralThreads>();
    assert!(first.len() >= 20, "{first:#?}");
    let others = [trace::<TokioOnOneThread>(), trace::<AsyncStd>(), trace::<Blocking>(), trace::<Smol>()];
    for other in others {
        assert_eq!(other, first);
    }
}

struct TokioOnSeveralThreads;
struct TokioOnOneThread;
struct AsyncStd;
struct Blocking;
struct Smol;

impl Adapter for TokioOnSeveralThreads {
    type Runtime = Tokio;

    fn block_on<T>(scene: impl Future<Output = T>) -> T {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().expect("a runtime").block_on(scene)
    }

    fn runtime(network: Network) -> Tokio {
        Tokio::with(network)
    }
}

impl Adapter for TokioOnOneThread {
    type Runtime = Tokio;

    fn block_on<T>(scene: impl Future<Output = T>) -> T {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().expect("a runtime").block_on(scene)
    }

    fn runtime(network: Network) -> Tokio {
        Tokio::with(network)
    }
}

impl Adapter for AsyncStd {
    type Runtime = sechat_async_std::AsyncStd;

    fn block_on<T>(scene: impl Future<Output = T>) -> T {
        async_std::task::block_on(scene)
    }

    fn runtime(network: Network) -> Self::Runtime {
        sechat_async_std::AsyncStd::with(network)
    }
}

impl Adapter for Blocking {
    type Runtime = sechat_blocking::Blocking;

    /// The thread of the runtime is its own, so any way to wait will do.
    fn block_on<T>(scene: impl Future<Output = T>) -> T {
        async_std::task::block_on(scene)
    }

    fn runtime(network: Network) -> Self::Runtime {
        sechat_blocking::Blocking::with(network).expect("a thread")
    }
}

impl Adapter for Smol {
    type Runtime = sechat_blocking::smol::Smol;

    fn block_on<T>(scene: impl Future<Output = T>) -> T {
        smol::block_on(scene)
    }

    fn runtime(network: Network) -> Self::Runtime {
        sechat_blocking::smol::Smol::with(network)
    }
}
