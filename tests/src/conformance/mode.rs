//! How the suite uses a runtime.

use std::future::Future;
use std::marker::PhantomData;

use sechat_client::{AsyncMode, Error, Mode, Network, Reply, Runtime, TransportError};

/// Where a runtime comes from.
pub trait Adapter {
    /// The runtime under test.
    type Runtime: Runtime;

    /// Runs a future to its end in the surroundings that the runtime needs, and ends those.
    fn block_on<T>(scene: impl Future<Output = T>) -> T;

    /// A runtime with these settings. Called inside of [`block_on`](Self::block_on).
    fn runtime(network: Network) -> Self::Runtime;
}

/// Async handles on any runtime; one is to be given to [`ChatBuilder::runtime`](sechat_client::ChatBuilder::runtime).
#[derive(Debug)]
#[non_exhaustive]
pub struct Driven<R>(PhantomData<fn() -> R>);

impl<R: Runtime> Mode for Driven<R> {
    type Runtime = R;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<R, Error> {
        Err(TransportError::unsent("the suite says what to run on").into())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply
    }
}

impl<R: Runtime> AsyncMode for Driven<R> {}
