//! One reader of events, and the buffer that keeps a slow one from growing without bound or holding others up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use sechat_core::event::{EventKind, FeedChange};
use sechat_core::{Error, Event, RoomId};

use crate::saved::Delivery;
use crate::state::Wakes;
use crate::unread::Unread;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SubscriberId(pub(crate) u64);

#[derive(Debug)]
pub(crate) struct Subscriber {
    room: Option<RoomId>,
    capacity: usize,
    buffer: VecDeque<Buffered>,
    /// Events that found the buffer full, and come after all that is in it.
    missed: u64,
    missed_unread: Option<Unread>,
    /// What was read last, as long as it may still be dealt with.
    current: Option<Unread>,
    delivery: Delivery,
    /// Somebody reads: a reader that never did keeps nothing back.
    read: bool,
    waker: Option<Waker>,
    end: Option<Result<(), Error>>,
}

#[derive(Debug)]
struct Buffered {
    event: Arc<Event>,
    unread: Option<Unread>,
}

/// What can be set about a reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// How many events are kept for it.
    pub(crate) capacity: usize,
    pub(crate) delivery: Delivery,
}

impl Subscriber {
    pub(crate) fn new(room: Option<RoomId>, reading: Reading, end: Option<Result<(), Error>>) -> Self {
        let Reading { capacity, delivery } = reading;
        Self {
            room,
            capacity,
            buffer: VecDeque::new(),
            missed: 0,
            missed_unread: None,
            current: None,
            delivery,
            read: false,
            waker: None,
            end,
        }
    }

    pub(crate) fn is_for(&self, room: RoomId) -> bool {
        self.room == Some(room)
    }

    pub(crate) fn result(&self) -> Option<&Result<(), Error>> {
        self.end.as_ref()
    }

    pub(crate) fn is_read(&self) -> bool {
        self.read
    }

    pub(crate) fn hears(&self, room: RoomId) -> bool {
        self.room.is_none_or(|only| only == room)
    }

    /// What it has not dealt with.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Unread> {
        let buffered = self.buffer.iter().filter_map(|buffered| buffered.unread);
        self.current.into_iter().chain(buffered).chain(self.missed_unread)
    }

    /// What was read last is dealt with.
    pub(crate) fn done(&mut self) {
        self.current = None;
    }

    /// Takes the event in if it is wanted and there is room, and counts it otherwise.
    pub(crate) fn offer(&mut self, event: &Arc<Event>, unread: Option<Unread>, due: &mut Wakes) {
        if self.end.is_some() || !self.wants(event) {
            return;
        }
        let needed = if self.missed == 0 { 1 } else { 2 };
        if self.buffer.len() + needed > self.capacity {
            self.missed += 1;
            self.missed_unread = self.missed_unread.into_iter().chain(unread).reduce(Unread::and);
        } else {
            self.note_missed();
            self.buffer.push_back(Buffered { event: Arc::clone(event), unread });
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
        self.read = true;
        self.done();
        if self.buffer.is_empty() {
            self.note_missed();
        }
        if let Some(Buffered { event, unread }) = self.buffer.pop_front() {
            self.current = unread.filter(|_| self.delivery == Delivery::AtLeastOnce);
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
            let event = Arc::new(Event::feed(FeedChange::lagged(missed)));
            self.buffer.push_back(Buffered { event, unread: self.missed_unread.take() });
        }
    }

    /// What happens to the feed as a whole concerns every reader.
    fn wants(&self, event: &Event) -> bool {
        self.room.is_none()
            || self.room == event.room_id
            || matches!(event.kind, EventKind::Feed(_)) && event.room_id.is_none()
    }
}
