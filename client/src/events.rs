//! A stream of events.

use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_util::future::{Either, select};
use sechat_core::{Error, Event, EventKind, RoomId};

use crate::batch::Batch;
use crate::blocking::wait_in;
use crate::connection::Connection;
use crate::runtime::{AsyncMode, BlockingMode, Mode};
use crate::subscriber::SubscriberId;

/// The events of a room or of all rooms, from the moment it was made: a `Stream` in async modes, an `Iterator` in
/// blocking ones.
///
/// Each one has a buffer of its own, of 1024 events unless
/// [`ChatBuilder::event_buffer`](crate::ChatBuilder::event_buffer) says otherwise. For a reader that falls behind
/// further, what comes is dropped until it has read its buffer to the end. Then it reads a `FeedChange::Lagged` with the
/// number, and after it what was dropped, brought again from the server; a `FeedChange::Gap` tells if that has forgotten
/// part of it. Changes of the feed itself are not told again. A slow reader never slows down the account's calls or
/// other readers.
///
/// Faults of the connection do not end it: they show as events of their own kind, `FeedChange`, which every reader gets.
/// It ends when the connection is closed, when its room is left, or when the feed fails for good;
/// [`result`](Self::result) tells which. As long as it exists, the connection stays open.
#[must_use = "events are only buffered until they are read"]
pub struct Events<M: Mode> {
    connection: Arc<Connection>,
    id: SubscriberId,
    batch: Batch,
    only: Option<Box<Only>>,
    by_others: bool,
    mode: PhantomData<fn() -> M>,
}

type Only = dyn Fn(&EventKind) -> bool + Send + Sync;

/// No event came in the time given. The stream goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say")]
pub struct TimedOut;

impl<M: Mode> Events<M> {
    /// Why the stream ended, or will end after what is buffered, if it was not by closing it here: the fault that ended
    /// it. `Ok` otherwise, also while it goes on.
    ///
    /// After the loop over the events it is what the bot came to.
    pub fn result(&self) -> Result<(), Error> {
        self.end().unwrap_or(Ok(()))
    }

    /// Leaves out what this account does itself, so that a bot does not answer its own words. Changes of the feed stay.
    ///
    /// Goes with [`only`](Self::only). Without an account nothing is left out.
    pub fn by_others(mut self) -> Self {
        self.by_others = true;
        self
    }

    /// Only events of the kinds that are wanted. What is not wanted is passed over when it is read, and takes up room in
    /// the buffer until then. A second filter takes the place of the first.
    ///
    /// ```
    /// # use sechat_client::{EventKind, Events, Mode};
    /// # fn with<M: Mode>(events: Events<M>) -> Events<M> {
    /// events.only(|kind| matches!(kind, EventKind::MessagePosted(_) | EventKind::Feed(_)))
    /// # }
    /// ```
    pub fn only(mut self, wanted: impl Fn(&EventKind) -> bool + Send + Sync + 'static) -> Self {
        self.only = Some(Box::new(wanted));
        self
    }

    /// Says that the event read last is dealt with, without asking for the next one: [`Chat::state`](crate::Chat::state)
    /// moves past it.
    pub fn done(&mut self) {
        self.batch.done();
    }

    pub(crate) fn new(connection: &Arc<Connection>, room: Option<RoomId>) -> Self {
        let (id, batch) = connection.subscribe(room);
        Self { connection: Arc::clone(connection), id, batch, only: None, by_others: false, mode: PhantomData }
    }

    /// The next event that somebody waits for; the ones before it are read and gone.
    fn find<P>(&mut self, mut wanted: P) -> impl Future<Output = Option<Event>> + use<'_, M, P>
    where
        P: FnMut(&Event) -> bool,
    {
        poll_fn(move |cx| {
            loop {
                let event = ready!(self.poll(cx));
                if event.as_ref().is_none_or(&mut wanted) {
                    return Poll::Ready(event);
                }
            }
        })
    }

    fn wants(&self, event: &Event) -> bool {
        let own =
            || event.user_id.is_some() && event.user_id == self.connection.look(|engine| engine.me().map(|me| me.id));
        self.only.as_ref().is_none_or(|only| only(&event.kind)) && !(self.by_others && own())
    }

    /// How it ended, if it has.
    fn end(&self) -> Option<Result<(), Error>> {
        self.connection.end_of(self.id)
    }

    fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<Event>> {
        loop {
            while let Some(event) = self.batch.read() {
                if self.wants(&event) {
                    return Poll::Ready(Some(event));
                }
            }
            if !ready!(self.connection.poll_batch(self.id, &mut self.batch, cx)) {
                return Poll::Ready(None);
            }
        }
    }
}

impl<M: AsyncMode> Events<M> {
    /// The next event; `None` at the end. Dropping the future loses nothing.
    #[expect(clippy::should_implement_trait, reason = "it is the async one")]
    pub fn next(&mut self) -> impl Future<Output = Option<Event>> + Send + use<'_, M> {
        poll_fn(|cx| self.poll(cx))
    }

    /// The next event that is wanted if it comes in time, `Ok(None)` at the end.
    ///
    /// The events before it are read and gone: take another stream, from [`Room::events`](crate::Room::events), where
    /// they matter. Time is that of the runtime. Zero only looks at what has come already. Dropping the future loses no
    /// event that is wanted.
    ///
    /// # Errors
    ///
    /// [`TimedOut`]; the stream goes on.
    pub fn wait_for<P>(
        &mut self,
        wanted: P,
        timeout: Duration,
    ) -> impl Future<Output = Result<Option<Event>, TimedOut>> + Send + use<'_, M, P>
    where
        P: FnMut(&Event) -> bool + Send,
    {
        let connection = Arc::clone(&self.connection);
        async move {
            let mut found = pin!(self.find(wanted));
            if let Poll::Ready(event) = poll_fn(|cx| Poll::Ready(found.as_mut().poll(cx))).await {
                return Ok(event);
            }
            if timeout.is_zero() {
                return Err(TimedOut);
            }
            match select(found, pin!(connection.sleep(timeout))).await {
                Either::Left((event, _)) => Ok(event),
                Either::Right((Ok(()), _)) => Err(TimedOut),
                // The runtime is gone, and the stream has ended with it.
                Either::Right((Err(_), found)) => Ok(found.await),
            }
        }
    }
}

impl<M: BlockingMode> Events<M> {
    /// The next event if one comes in time, `Ok(None)` at the end. Zero only looks at what has come already.
    ///
    /// [`next`](Iterator::next) is the same without a limit. Neither loses anything: what happens between two calls is in
    /// the buffer.
    ///
    /// # Errors
    ///
    /// [`TimedOut`]; the stream goes on.
    ///
    /// # Panics
    ///
    /// As `next` does, unless the timeout is zero: on a thread that the connection itself needs to go on, as far as the
    /// crate for the runtime can tell.
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Option<Event>, TimedOut> {
        wait_in::<M, _>(poll_fn(|cx| self.poll(cx)), Some(timeout)).ok_or(TimedOut)
    }

    /// The next event that is wanted if it comes in time, `Ok(None)` at the end. Zero only looks at what has come
    /// already.
    ///
    /// The events before it are read and gone: take another stream, from [`Room::events`](crate::Room::events), where
    /// they matter.
    ///
    /// # Errors
    ///
    /// [`TimedOut`]; the stream goes on.
    ///
    /// # Panics
    ///
    /// As [`next_timeout`](Self::next_timeout) does.
    pub fn wait_for_timeout(
        &mut self,
        wanted: impl FnMut(&Event) -> bool,
        timeout: Duration,
    ) -> Result<Option<Event>, TimedOut> {
        wait_in::<M, _>(self.find(wanted), Some(timeout)).ok_or(TimedOut)
    }
}

impl<M: AsyncMode> Stream for Events<M> {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll(cx)
    }
}

impl<M: BlockingMode> Iterator for Events<M> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        wait_in::<M, _>(poll_fn(|cx| self.poll(cx)), None).expect("without a limit it ends with the stream only")
    }
}

impl<M: Mode> Drop for Events<M> {
    fn drop(&mut self) {
        self.connection.unsubscribe(self.id);
    }
}

impl<M: Mode> fmt::Debug for Events<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("end", &self.end()).finish_non_exhaustive()
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no event came in time")
    }
}

impl std::error::Error for TimedOut {}
