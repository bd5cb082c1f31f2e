//! The driver's world: a thread of its own, with smol on it.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use sechat_client::network::{Dial, Network, STAGGER, Stream, race};
use sechat_client::websocket::WebSocket;
use sechat_client::wire::Wire;
use sechat_client::{BlockingMode, Error, Mode, Reply, Runtime, TransportError};
use smol::Executor;
use smol::channel::{Sender, bounded};
use smol::net::TcpStream;

use crate::waiting;

/// Calls that block. The runtime of one connection, or of several that share a thread.
#[derive(Clone)]
pub struct Blocking {
    wire: Wire<Tcp>,
    executor: Arc<Executor<'static>>,
    /// Closed with the last clone, which ends the thread.
    _alive: Sender<()>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tcp;

impl Blocking {
    /// Starts the background thread, with the usual settings of the network.
    pub fn new() -> io::Result<Self> {
        Self::with(Network::new())
    }

    /// As [`new`](Self::new), with settings of your own for the network.
    pub fn with(network: Network) -> io::Result<Self> {
        let executor = Arc::new(Executor::new());
        let (alive, ended) = bounded::<()>(1);
        let running = Arc::clone(&executor);
        thread::Builder::new().name("sechat".to_owned()).spawn(move || {
            waiting::mark_this_thread();
            // Nothing is ever sent: it ends with an error, when the last sender is gone.
            let _ = smol::block_on(running.run(ended.recv()));
        })?;
        Ok(Self { wire: Wire::new(Tcp, network), executor, _alive: alive })
    }
}

impl Runtime for Blocking {
    type Socket = WebSocket<Stream>;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.wire.fetch(request).await
    }

    async fn open(&self, request: Request<()>) -> Result<Self::Socket, TransportError> {
        self.wire.open(request).await
    }

    async fn sleep_until(&self, at: Instant) {
        smol::Timer::at(at).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.executor.spawn(task).detach();
    }
}

impl Mode for Blocking {
    type Runtime = Self;
    type Reply<T: Send + 'static> = Result<T, Error>;

    fn runtime() -> Result<Self, Error> {
        let started = Self::new();
        started.map_err(|error| TransportError::unsent(format_args!("cannot start a thread: {error}")).into())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Result<T, Error> {
        reply.before_waiting(waiting::check_this_thread).wait()
    }
}

impl BlockingMode for Blocking {
    fn before_waiting() {
        waiting::check_this_thread();
    }
}

impl Dial for Tcp {
    type Stream = TcpStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let addresses = smol::net::resolve((host, port)).await?;
        let stream = race(addresses, TcpStream::connect, || smol::Timer::after(STAGGER)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn sleep(&self, span: Duration) {
        smol::Timer::after(span).await;
    }
}

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}
