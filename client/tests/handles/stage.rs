//! A runtime that moves when the test says so: one thread, a clock that stands still, a network that the test plays.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt;
use sechat_client::bytes::Bytes;
use sechat_client::http::{Request, Response};
use sechat_client::{AsyncMode, Error, Mode, Now, Reply, Runtime, Socket, TransportError};

/// More polls than any test needs: a task that never rests fails the test.
const POLLS: usize = 100_000;

#[derive(Clone)]
pub(crate) struct Stage(Arc<Mutex<Inner>>);

struct Inner {
    now: Now,
    broken_clock: bool,
    tasks: Vec<Task>,
    on_wake: Interruption,
    sleepers: Vec<(Instant, Waker)>,
    requests: VecDeque<Exchange>,
    openings: VecDeque<Opening>,
    polls: usize,
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
    woken: Arc<Flag>,
}

struct Flag {
    set: AtomicBool,
    on_wake: Interruption,
}

/// What happens once, when a task is woken.
type Interruption = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

/// A request that waits for its answer. Dropping it is a lost answer.
pub(crate) struct Exchange {
    pub(crate) request: Request<Bytes>,
    answer: oneshot::Sender<Result<Response<Bytes>, TransportError>>,
}

/// A WebSocket that waits to be opened.
pub(crate) struct Opening {
    pub(crate) request: Request<()>,
    answer: oneshot::Sender<Result<StageSocket, TransportError>>,
}

/// The client's end of a WebSocket.
pub(crate) struct StageSocket {
    frames: mpsc::UnboundedReceiver<Result<Bytes, TransportError>>,
    farewell: Option<oneshot::Sender<()>>,
    /// Closing takes for ever.
    stubborn: bool,
    /// There is always another frame.
    flooded: Arc<AtomicBool>,
}

/// The server's end of a WebSocket.
pub(crate) struct Line {
    frames: mpsc::UnboundedSender<Result<Bytes, TransportError>>,
    farewell: oneshot::Receiver<()>,
    flooded: Arc<AtomicBool>,
}

/// Futures, run on the stage that was made last on this thread.
#[derive(Debug)]
pub(crate) struct Staged;

thread_local! {
    static CURRENT: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

impl Stage {
    pub(crate) fn new() -> Self {
        let stage = Self(Arc::new(Mutex::new(Inner {
            now: Now::new(Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
            broken_clock: false,
            tasks: Vec::new(),
            on_wake: Arc::default(),
            sleepers: Vec::new(),
            requests: VecDeque::new(),
            openings: VecDeque::new(),
            polls: 0,
        })));
        CURRENT.set(Some(stage.clone()));
        stage
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Polls tasks until none of them can go on.
    pub(crate) fn settle(&self) {
        loop {
            let next = {
                let mut inner = self.inner();
                let woken = inner.tasks.iter().position(|task| task.woken.set.swap(false, Ordering::SeqCst));
                woken.map(|at| inner.tasks.remove(at))
            };
            let Some(mut task) = next else { return };
            let waker = Waker::from(Arc::clone(&task.woken));
            let finished = task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
            let mut inner = self.inner();
            inner.polls += 1;
            assert!(inner.polls < POLLS, "a task never rests");
            if !finished {
                inner.tasks.push(task);
            }
        }
    }

    /// Lets time pass, to the next sleeper at a time.
    pub(crate) fn advance(&self, span: Duration) {
        let end = self.inner().now + span;
        loop {
            self.settle();
            let mut inner = self.inner();
            let next = inner.sleepers.iter().map(|(at, _)| *at).filter(|at| *at <= end.mono).min();
            let Some(next) = next else {
                inner.now = end;
                break;
            };
            inner.now = inner.now + next.saturating_duration_since(inner.now.mono);
            let (due, later) = std::mem::take(&mut inner.sleepers).into_iter().partition(|(at, _)| *at <= next);
            inner.sleepers = later;
            drop(inner);
            Vec::into_iter(due).for_each(|(_, waker): (Instant, Waker)| waker.wake());
        }
        self.settle();
    }

    /// Does something in the midst of what wakes a task next, as another thread may.
    pub(crate) fn interrupt(&self, work: impl FnOnce() + Send + 'static) {
        *self.inner().on_wake.lock().unwrap() = Some(Box::new(work));
    }

    /// How many tasks have not ended.
    pub(crate) fn tasks(&self) -> usize {
        self.inner().tasks.len()
    }

    /// How often any task was polled.
    pub(crate) fn polls(&self) -> usize {
        self.inner().polls
    }

    /// Drops all tasks, as a runtime that shuts down does.
    pub(crate) fn collapse(&self) {
        let tasks = std::mem::take(&mut self.inner().tasks);
        drop(tasks);
    }

    /// From now on reading the clock panics.
    pub(crate) fn break_clock(&self) {
        self.inner().broken_clock = true;
    }

    /// The next request that nobody has taken and nobody has given up.
    pub(crate) fn request(&self) -> Option<Exchange> {
        self.settle();
        let mut inner = self.inner();
        while let Some(exchange) = inner.requests.pop_front() {
            if !exchange.answer.is_canceled() {
                return Some(exchange);
            }
        }
        None
    }

    pub(crate) fn opening(&self) -> Option<Opening> {
        self.settle();
        self.inner().openings.pop_front()
    }

    /// What a future gives if it is polled once.
    pub(crate) fn look<F: Future + Unpin>(&self, future: &mut F) -> Option<F::Output> {
        self.settle();
        match Pin::new(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

impl Exchange {
    pub(crate) fn answer(self, answer: Result<Response<Bytes>, TransportError>) {
        let _ = self.answer.send(answer);
    }

    pub(crate) fn given_up(&self) -> bool {
        self.answer.is_canceled()
    }
}

impl Opening {
    pub(crate) fn accept(self) -> Line {
        self.accept_as(false)
    }

    /// A socket whose closing never ends.
    pub(crate) fn accept_stubborn(self) -> Line {
        self.accept_as(true)
    }

    fn accept_as(self, stubborn: bool) -> Line {
        let (frames, received) = mpsc::unbounded();
        let (leave, farewell) = oneshot::channel();
        let flooded = Arc::new(AtomicBool::new(false));
        let socket = StageSocket { frames: received, farewell: Some(leave), stubborn, flooded: Arc::clone(&flooded) };
        let _ = self.answer.send(Ok(socket));
        Line { frames, farewell, flooded }
    }

    pub(crate) fn given_up(&self) -> bool {
        self.answer.is_canceled()
    }

    pub(crate) fn refuse(self) {
        let _ = self.answer.send(Err(TransportError::maybe_sent("refused")));
    }
}

impl Line {
    pub(crate) fn send(&self, text: impl Into<Bytes>) {
        let _ = self.frames.unbounded_send(Ok(text.into()));
    }

    /// From now on there is always another frame.
    pub(crate) fn flood(&self) {
        self.flooded.store(true, Ordering::SeqCst);
    }

    pub(crate) fn cut(&self) {
        let _ = self.frames.unbounded_send(Err(TransportError::maybe_sent("cut")));
    }

    /// Whether the client took leave.
    pub(crate) fn closed(&mut self) -> bool {
        matches!(self.farewell.try_recv(), Ok(Some(())))
    }

    /// Whether the client's end is gone.
    pub(crate) fn dropped(&self) -> bool {
        self.frames.is_closed()
    }
}

impl Socket for StageSocket {
    async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        if self.flooded.load(Ordering::SeqCst) {
            return Some(Ok(Bytes::from_static(b"{}")));
        }
        self.frames.next().await
    }

    async fn close(&mut self) {
        if let Some(farewell) = self.farewell.take() {
            let _ = farewell.send(());
        }
        if self.stubborn {
            std::future::pending::<()>().await;
        }
    }
}

impl Runtime for Stage {
    type Socket = StageSocket;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (answer, answered) = oneshot::channel();
        self.inner().requests.push_back(Exchange { request, answer });
        answered.await.unwrap_or_else(|_| Err(TransportError::maybe_sent("lost")))
    }

    async fn open(&self, request: Request<()>) -> Result<StageSocket, TransportError> {
        let (answer, answered) = oneshot::channel();
        self.inner().openings.push_back(Opening { request, answer });
        answered.await.unwrap_or_else(|_| Err(TransportError::maybe_sent("lost")))
    }

    async fn sleep_until(&self, at: Instant) {
        poll_fn(|cx| {
            let mut inner = self.inner();
            if inner.now.mono >= at {
                return Poll::Ready(());
            }
            inner.sleepers.push((at, cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut inner = self.inner();
        let woken = Arc::new(Flag { set: AtomicBool::new(true), on_wake: Arc::clone(&inner.on_wake) });
        inner.tasks.push(Task { future: Box::pin(task), woken });
    }

    fn now(&self) -> Now {
        let inner = self.inner();
        let (now, broken) = (inner.now, inner.broken_clock);
        drop(inner);
        assert!(!broken, "the clock is broken");
        now
    }

    fn seed(&self) -> u64 {
        1
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.set.store(true, Ordering::SeqCst);
        let work = self.on_wake.lock().unwrap().take();
        if let Some(work) = work {
            work();
        }
    }
}

impl Mode for Staged {
    type Runtime = Stage;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<Stage, Error> {
        CURRENT.with_borrow(Clone::clone).ok_or_else(|| TransportError::unsent("no stage").into())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply
    }
}

impl AsyncMode for Staged {}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").finish_non_exhaustive()
    }
}
