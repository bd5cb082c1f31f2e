//! The one task that carries out what an engine asks for.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_channel::oneshot;
use futures_util::future::{Either, FutureExt, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use http::{Request, Response};
use sechat_core::TransportError;
use sechat_core::engine::{Deadline, ExchangeId, Input, Output, SocketId};

use tracing::{Span, debug, debug_span, trace};

use crate::connection::Shared;
use crate::runtime::{Runtime, Socket};
use crate::seen::{News, Observer};
use crate::state::End;

/// Turns in one poll, and outputs in one turn, before other tasks get their chance.
const TURNS: usize = 8;
const OUTPUTS: usize = 128;
/// Frames that are taken in together, if so many have come already; a poll ends with them. Readers are woken, and the
/// lock is taken, once for all of them.
const FRAMES: usize = 128;
/// So many bytes end them as well.
const BATCH: usize = 1 << 20;

/// How long taking leave of a WebSocket may last.
const FAREWELL: Duration = Duration::from_secs(3);

/// Runs until the engine is finished and its last socket closed.
pub(crate) struct Driver<R: Runtime> {
    shared: Arc<Shared>,
    runtime: R,
    jobs: FuturesUnordered<Job<R>>,
    exchanges: BTreeMap<ExchangeId, Stop>,
    sockets: BTreeMap<SocketId, (Stop, Span)>,
    observer: Observer,
    timer: Option<(Instant, Sleep)>,
    /// How many were taken in by this poll.
    frames: usize,
}

/// Dropping it stops the job that has the other half.
type Stop = oneshot::Sender<()>;
type Stopped = oneshot::Receiver<()>;

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;
type Job<R> = Pin<Box<dyn Future<Output = Step<R>> + Send>>;

/// What came of looking at the engine.
struct Drained {
    busy: bool,
    /// There may be more outputs.
    more: bool,
    deadline: Option<Deadline>,
    end: Option<End>,
}

/// What came of a job.
enum Step<R: Runtime> {
    Stopped,
    Answered(ExchangeId, Result<Response<Bytes>, TransportError>),
    Opened(SocketId, R::Socket, Stopped),
    /// Frames, and the end of the socket if that came after them.
    Frames(SocketId, Vec<Bytes>, Result<(R::Socket, Stopped), TransportError>),
    Closed(SocketId, TransportError),
}

impl<R: Runtime> Driver<R> {
    pub(crate) fn new(shared: Arc<Shared>, runtime: R) -> Self {
        Self {
            shared,
            runtime,
            jobs: FuturesUnordered::new(),
            exchanges: BTreeMap::new(),
            sockets: BTreeMap::new(),
            observer: Observer::new(),
            timer: None,
            frames: 0,
        }
    }

    pub(crate) async fn run(mut self) {
        poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.frames = 0;
        for _ in 0..TURNS {
            if !ready!(self.turn(cx)) {
                return Poll::Ready(());
            }
            if self.frames >= FRAMES {
                break;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Does what can be done now: `Ready(true)` if there may be more, `Ready(false)` at the end.
    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let Drained { mut busy, more, deadline, end } = self.drain(cx);
        if more && end.is_none() {
            // What is read makes outputs. They would pile up if a server sent faster than they are carried out.
            return Poll::Ready(true);
        }
        match end {
            None => {}
            Some(End::Lost) => return Poll::Ready(false),
            Some(End::Finished) => {
                self.exchanges.clear();
                self.sockets.clear();
                // Sockets still take leave, within their limit.
                return Poll::Ready(ready!(self.jobs.poll_next_unpin(cx)).is_some());
            }
        }
        if let Poll::Ready(Some(step)) = self.jobs.poll_next_unpin(cx) {
            self.take_in(step);
            busy = true;
        }
        if self.poll_timer(deadline, cx).is_ready() {
            busy = true;
        }
        if busy {
            return Poll::Ready(true);
        }
        if let Some(rest) = self.shared.with(|state, _| state.end().is_none().then(|| state.engine.rest())) {
            self.runtime.resting(rest);
        }
        Poll::Pending
    }

    /// Carries out outputs. The waker is registered before the engine is asked, or a call made in between would wait
    /// for the next event.
    fn drain(&mut self, cx: &Context<'_>) -> Drained {
        let (mut outputs, mut news) = (Vec::new(), News::default());
        let shared = Arc::clone(&self.shared);
        let drained = shared.with(|state, due| {
            state.register_driver(cx.waker(), due);
            let mut count = 0;
            while state.end().is_none() && count < OUTPUTS {
                let Some(output) = state.engine.poll_output() else { break };
                match &output {
                    Output::Event(event) => news.event(event),
                    Output::FeedEnded(result) => news.feed_ended(result),
                    _ => {}
                }
                outputs.extend(state.dispatch(output, due));
                count += 1;
            }
            if state.end().is_none() && count < OUTPUTS && state.catch_up(self.runtime.now(), due) {
                count += 1;
            }
            // What stopped half-way has nothing to tell.
            if state.end() != Some(End::Lost) {
                news.look(&state.engine, self.runtime.now());
            }
            let end = state.end();
            let deadline = end.is_none().then(|| state.engine.poll_timeout()).flatten();
            Drained { busy: count > 0, more: count >= OUTPUTS, deadline, end }
        });
        self.observer.tell(news);
        for output in outputs {
            self.carry_out(output);
        }
        drained
    }

    fn carry_out(&mut self, output: Output) {
        let (stop, stopped) = oneshot::channel();
        let runtime = self.runtime.clone();
        match output {
            Output::Http(id, request) => {
                // No query, no headers, no body: that is where the secrets are.
                let (method, host, path) = (request.method(), request.uri().host(), request.uri().path());
                trace!(name: "sechat.request", target: "sechat", ?id, %method, host, path, "request");
                self.exchanges.insert(id, stop);
                self.jobs.push(Box::pin(exchange(runtime, id, request, stopped)));
            }
            Output::HttpAbort(id) => drop(self.exchanges.remove(&id)),
            Output::SocketOpen(id, request) => {
                let span = debug_span!(target: "sechat", "sechat.socket", ?id, host = request.uri().host());
                debug!(name: "sechat.socket.opening", target: "sechat", parent: &span, "opening a socket");
                self.sockets.insert(id, (stop, span));
                self.jobs.push(Box::pin(open(runtime, id, request, stopped)));
            }
            Output::SocketClose(id) => {
                if let Some((_, span)) = self.sockets.remove(&id) {
                    debug!(name: "sechat.socket.closing", target: "sechat", parent: &span, "closing a socket");
                }
            }
            Output::Done(_) | Output::Event(_) | Output::Replayed(_) | Output::FeedEnded(_) | Output::Finished => {
                unreachable!("dispatched under the lock")
            }
        }
    }

    fn take_in(&mut self, step: Step<R>) {
        match step {
            Step::Stopped => {}
            Step::Answered(id, answer) => {
                match &answer {
                    Ok(answer) => {
                        let status = answer.status().as_u16();
                        trace!(name: "sechat.answer", target: "sechat", ?id, status, "answer");
                    }
                    Err(error) => debug!(name: "sechat.request.failed", target: "sechat", ?id, %error, "no answer"),
                }
                self.exchanges.remove(&id);
                self.hand_in([Input::Http(id, answer)]);
                // Cookies come with answers only; and those who wait for a login find it stored.
                self.shared.follow_session();
            }
            Step::Opened(id, socket, stopped) => {
                if let Some((_, span)) = self.sockets.get(&id) {
                    debug!(name: "sechat.socket.opened", target: "sechat", parent: span, "a socket is open");
                }
                self.read_on(id, socket, stopped);
                self.hand_in_of(id, [Input::SocketOpened(id)]);
            }
            Step::Frames(id, frames, then) => {
                self.frames += frames.len();
                let ended = match then {
                    Ok((socket, stopped)) => {
                        self.read_on(id, socket, stopped);
                        None
                    }
                    Err(reason) => Some(reason),
                };
                self.hand_in_of(id, frames.into_iter().map(|frame| Input::SocketFrame(id, frame)));
                if let Some(reason) = ended {
                    self.take_in(Step::Closed(id, reason));
                }
            }
            Step::Closed(id, reason) => {
                if let Some((_, span)) = self.sockets.remove(&id) {
                    debug!(name: "sechat.socket.lost", target: "sechat", parent: &span, %reason, "a socket ended");
                    self.hand_in([Input::SocketClosed(id, reason)]);
                }
            }
        }
    }

    fn read_on(&self, id: SocketId, socket: R::Socket, stopped: Stopped) {
        self.jobs.push(Box::pin(read(self.runtime.clone(), id, socket, stopped)));
    }

    /// A socket that the engine has closed has nothing to tell it.
    fn hand_in_of(&self, id: SocketId, inputs: impl IntoIterator<Item = Input>) {
        if !self.sockets.contains_key(&id) {
            return;
        }
        self.hand_in(inputs);
    }

    /// Whether the deadline has come is for the clock to say: a timer may fire early or be polled late.
    fn poll_timer(&mut self, deadline: Option<Deadline>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(Deadline { at, why, .. }) = deadline else {
            self.timer = None;
            return Poll::Pending;
        };
        if self.runtime.now().mono >= at {
            trace!(name: "sechat.deadline", target: "sechat", why, "deadline");
            self.timer = None;
            self.hand_in([Input::Timeout]);
            return Poll::Ready(());
        }
        let runtime = &self.runtime;
        let sleep = || -> (Instant, Sleep) {
            let runtime = runtime.clone();
            (at, Box::pin(async move { runtime.sleep_until(at).await }))
        };
        // One that fires too early is set again then: deadlines mostly move on, and a reactor has to be told of each timer.
        if self.timer.as_ref().is_some_and(|(set, _)| *set > at) {
            self.timer = None;
        }
        let (_, timer) = self.timer.get_or_insert_with(sleep);
        ready!(timer.as_mut().poll(cx));
        self.timer = None;
        Poll::Ready(())
    }

    fn hand_in(&self, inputs: impl IntoIterator<Item = Input>) {
        self.shared.with(|state, _| {
            if state.end().is_none() {
                // Read under the lock, so that the engine sees time go forward only.
                let now = self.runtime.now();
                inputs.into_iter().for_each(|input| state.engine.handle_input(now, input));
            }
        });
    }
}

impl<R: Runtime> Drop for Driver<R> {
    fn drop(&mut self) {
        self.shared.with(|state, due| state.finish(End::Lost, due));
    }
}

async fn exchange<R: Runtime>(runtime: R, id: ExchangeId, request: Request<Bytes>, stopped: Stopped) -> Step<R> {
    match select(pin!(runtime.fetch(request)), stopped).await {
        Either::Left((answer, _)) => Step::Answered(id, answer),
        Either::Right(_) => Step::Stopped,
    }
}

async fn open<R: Runtime>(runtime: R, id: SocketId, request: Request<()>, stopped: Stopped) -> Step<R> {
    match select(pin!(runtime.open(request)), stopped).await {
        Either::Left((Ok(socket), stopped)) => Step::Opened(id, socket, stopped),
        Either::Left((Err(error), _)) => Step::Closed(id, error),
        Either::Right(_) => Step::Stopped,
    }
}

async fn read<R: Runtime>(runtime: R, id: SocketId, mut socket: R::Socket, mut stopped: Stopped) -> Step<R> {
    // Whether it is to stop is asked first: a server that never pauses always has a next frame.
    let next = match select(&mut stopped, pin!(socket.next())).await {
        Either::Left(_) => None,
        Either::Right((next, _)) => Some(next),
    };
    match next {
        Some(Some(Ok(frame))) => {
            let mut bytes = frame.len();
            let mut frames = vec![frame];
            while frames.len() < FRAMES && bytes < BATCH {
                // What has come already; nothing is lost by looking.
                match socket.next().now_or_never() {
                    None => break,
                    Some(Some(Ok(frame))) => {
                        bytes += frame.len();
                        frames.push(frame);
                    }
                    Some(end) => return Step::Frames(id, frames, Err(ended(end))),
                }
            }
            Step::Frames(id, frames, Ok((socket, stopped)))
        }
        Some(end) => Step::Closed(id, ended(end)),
        None => {
            let limit = runtime.now().mono + FAREWELL;
            select(pin!(socket.close()), pin!(runtime.sleep_until(limit))).await;
            Step::Stopped
        }
    }
}

/// Why a socket brings nothing more.
fn ended<T>(end: Option<Result<T, TransportError>>) -> TransportError {
    match end {
        Some(Err(error)) => error,
        _ => TransportError::maybe_sent("the server closed the socket"),
    }
}
