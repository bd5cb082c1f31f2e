//! Reading what was said, page after page, no further than somebody reads.

mod cursor;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sechat_core::Error;
use sechat_core::endpoint::Endpoint;

use crate::blocking::wait_in;
use crate::chat::Chat;
use crate::reply::Reply;
use crate::runtime::{AsyncMode, BlockingMode, Mode};

pub use cursor::{Cursor, Onward};

/// Messages, pages or rooms one after the other: a `Stream` in async modes, an `Iterator` in blocking ones.
///
/// A page is asked for when all of the last one has been read and more is wanted, never ahead of that. It ends at the
/// end of what there is, or with the first error. [`cursor`](Self::cursor) is where it stands: a plain value that can be
/// stored, and gone on from with [`Chat::read_back`], also after an error.
///
/// As long as it exists, the connection stays open.
#[must_use = "nothing is asked for before it is read"]
pub struct ReadBack<M: Mode, C: Cursor> {
    chat: Chat<M>,
    /// Where to go on once the items at hand are read; `None` at the end.
    next: Option<C>,
    /// The items at hand, and where to go on if the rest of them is not read.
    items: VecDeque<C::Item>,
    here: Option<C>,
    pending: Option<Reply<<C::Call as Endpoint>::Output>>,
    failed: bool,
}

impl<M: Mode, C: Cursor> ReadBack<M, C> {
    /// Where to go on, from what has been read so far; `None` when there is nothing more.
    ///
    /// Nothing is left out by that. Messages of a room go on exactly there. Found messages and rooms go on with the
    /// page they are on: what was read of it comes again, and as new ones push old ones from page to page, others may.
    #[must_use = "the place is what to store"]
    pub fn cursor(&self) -> Option<&C> {
        if self.items.is_empty() { self.next.as_ref() } else { self.here.as_ref() }
    }

    pub(crate) fn new(chat: Chat<M>, from: C) -> Self {
        Self { chat, next: Some(from), items: VecDeque::new(), here: None, pending: None, failed: false }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<C::Item, Error>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                self.here = self.here.take().map(|here| here.past(&item));
                return Poll::Ready(Some(Ok(item)));
            }
            let Some(cursor) = self.next.as_ref().filter(|_| !self.failed) else { return Poll::Ready(None) };
            let pending = self.pending.get_or_insert_with(|| self.chat.submit(cursor.call()));
            let page = ready!(Pin::new(pending).poll(cx));
            self.pending = None;
            match page {
                Ok(page) => {
                    let (items, next) = cursor.turn(page);
                    self.here = std::mem::replace(&mut self.next, next);
                    self.items = items.into();
                }
                Err(error) => {
                    self.failed = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl<M: AsyncMode, C: Cursor> ReadBack<M, C> {
    /// The next item; `None` at the end. Dropping the future loses nothing.
    #[expect(clippy::should_implement_trait, reason = "it is the async one")]
    pub fn next(&mut self) -> impl Future<Output = Option<Result<C::Item, Error>>> + Send + use<'_, M, C> {
        poll_fn(|cx| self.poll(cx))
    }
}

impl<M: AsyncMode, C: Cursor> Stream for ReadBack<M, C> {
    type Item = Result<C::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(cx)
    }
}

impl<M: BlockingMode, C: Cursor> Iterator for ReadBack<M, C> {
    type Item = Result<C::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        wait_in::<M, _>(poll_fn(|cx| self.poll(cx)), None).expect("without a limit it ends with an item only")
    }
}

impl<M: Mode, C: Cursor> fmt::Debug for ReadBack<M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadBack").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}
