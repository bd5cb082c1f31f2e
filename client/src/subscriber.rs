//! One reader of events, and the buffer that keeps a slow one from growing without bound or holding others up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use sechat_core::event::{EventKind, FeedChange};
use sechat_core::{Error, Event, RoomId};

use crate::state::Wakes;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SubscriberId(pub(crate) u64);

#[derive(Debug)]
pub(crate) struct Subscriber {
    room: Option<RoomId>,
    capacity: usize,
    buffer: VecDeque<Arc<Event>>,
    /// Events that found the buffer full, and come after all that is in it.
    missed: u64,
    waker: Option<Waker>,
    end: Option<Result<(), Error>>,
}

impl Subscriber {
    pub(crate) fn new(room: Option<RoomId>, capacity: usize, end: Option<Result<(), Error>>) -> Self {
        Self { room, capacity, buffer: VecDeque::new(), missed: 0, waker: None, end }
    }

    pub(crate) fn is_for(&self, room: RoomId) -> bool {
        self.room == Some(room)
    }

    pub(crate) fn result(&self) -> Option<&Result<(), Error>> {
        self.end.as_ref()
    }

    /// Takes the event in if it is wanted and there is room, and counts it otherwise.
    pub(crate) fn offer(&mut self, event: &Arc<Event>, due: &mut Wakes) {
        if self.end.is_some() || !self.wants(event) {
            return;
        }
        let needed = if self.missed == 0 { 1 } else { 2 };
        if self.buffer.len() + needed > self.capacity {
            self.missed += 1;
        } else {
            self.note_missed();
            self.buffer.push_back(Arc::clone(event));
        }
        if let EventKind::Feed(FeedChange::RoomLost { room, reason, .. }) = &event.kind
            && self.room == Some(*room)
        {
            self.end = Some(Err(Error::room_closed(*room, reason)));
        }
        due.extend(self.waker.take());
    }

    /// No more events will come; those in the buffer can still be read. The first end counts.
    pub(crate) fn end(&mut self, result: Result<(), Error>, due: &mut Wakes) {
        self.end.get_or_insert(result);
        due.extend(self.waker.take());
    }

    pub(crate) fn poll_next(&mut self, cx: &Context<'_>, due: &mut Wakes) -> Poll<Option<Arc<Event>>> {
        if self.buffer.is_empty() {
            self.note_missed();
        }
        if let Some(event) = self.buffer.pop_front() {
            return Poll::Ready(Some(event));
        }
        if self.end.is_some() {
            return Poll::Ready(None);
        }
        due.replace(&mut self.waker, cx.waker());
        Poll::Pending
    }

    fn note_missed(&mut self) {
        if self.missed > 0 {
            let missed = std::mem::take(&mut self.missed);
            self.buffer.push_back(Arc::new(Event::feed(FeedChange::lagged(missed))));
        }
    }

    /// What happens to the feed as a whole concerns every reader.
    fn wants(&self, event: &Event) -> bool {
        self.room.is_none()
            || self.room == event.room_id
            || matches!(event.kind, EventKind::Feed(_)) && event.room_id.is_none()
    }
}
