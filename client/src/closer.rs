//! Ending a connection from elsewhere.

use std::fmt;
use std::sync::{Arc, Weak};

use sechat_core::engine::Pending;

use crate::connection::{Connection, Shared};

/// Ends a connection from wherever the end is noticed: in a handler of Ctrl-C, on another thread.
///
/// It never waits, which a handler must not, and does not keep the connection open, so that a handler may hold it for
/// as long as the process lives. It takes a lock, which a bare signal handler must not: crates such as `ctrlc` run theirs
/// on a thread, and there it is at home.
///
/// Calls that wait then end with their result or with [`Error::Closed`](sechat_core::Error::Closed), and streams of
/// events end. The rooms are left by the time [`Chat::close`](crate::Chat::close) gives its result: call it at the end of
/// `main`, or the process may be gone before.
///
/// ```
/// # use sechat_client::{Chat, Error, BlockingMode, Mode};
/// # fn on_ctrl_c(handler: impl FnMut() + Send + 'static) {}
/// # fn serve<M>(chat: Chat<M>) -> Result<(), Error> where M: Mode<Reply<()> = Result<(), Error>> + BlockingMode {
/// let closer = chat.closer();
/// on_ctrl_c(move || closer.close());
/// for event in chat.events() {
///     // …
/// }
/// chat.close()
/// # }
/// ```
#[derive(Clone)]
pub struct Closer {
    shared: Weak<Shared>,
}

impl Closer {
    /// Begins what [`Chat::close`](crate::Chat::close) does: posts that wait are still sent, at the rate that the server
    /// allows, before the streams of events end. Does nothing when that has begun already.
    pub fn close(&self) {
        self.shut_down(Pending::Flush);
    }

    /// As [`close`](Self::close), choosing what becomes of posts that still wait. It may follow an earlier `close` to
    /// drop what that one waits for.
    pub fn shut_down(&self, pending: Pending) {
        if let Some(shared) = self.shared.upgrade() {
            shared.shut_down(pending);
        }
    }

    pub(crate) fn new(connection: &Connection) -> Self {
        Self { shared: Arc::downgrade(&connection.shared) }
    }
}

impl fmt::Debug for Closer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closer").finish_non_exhaustive()
    }
}
