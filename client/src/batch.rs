//! The events that a reader takes along at once, and how far it is with them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sechat_core::Event;

use crate::saved::Delivery;

/// What a reader reads without the lock.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) events: VecDeque<Event>,
    delivery: Delivery,
    progress: Arc<Progress>,
}

/// How far a reader is with its batch, for those who have the lock.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    read: AtomicUsize,
    dealt_with: AtomicUsize,
}

impl Batch {
    pub(crate) fn new(delivery: Delivery, progress: Arc<Progress>) -> Self {
        Self { events: VecDeque::new(), delivery, progress }
    }

    /// The next event; those before it are dealt with.
    pub(crate) fn read(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        let before = self.progress.read.fetch_add(1, Ordering::Relaxed);
        self.progress.deal_with(if self.delivery == Delivery::AtLeastOnce { before } else { before + 1 });
        Some(event)
    }

    /// What was read last is dealt with.
    pub(crate) fn done(&self) {
        self.progress.deal_with(self.progress.read());
    }
}

impl Progress {
    /// How many events of the batch were read.
    pub(crate) fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// How many of them are dealt with.
    pub(crate) fn dealt_with(&self) -> usize {
        self.dealt_with.load(Ordering::Acquire)
    }

    /// A new batch begins.
    pub(crate) fn restart(&self) {
        self.read.store(0, Ordering::Relaxed);
        self.deal_with(0);
    }

    /// Who learns of it sees what the bot did before.
    fn deal_with(&self, count: usize) {
        self.dealt_with.store(count, Ordering::Release);
    }
}
