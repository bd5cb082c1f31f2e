//! The futures behind replies.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use sechat_core::Error;
use sechat_core::engine::Ticket;
use tracing::{Span, debug, debug_span};

use crate::connection::{Connection, Shared};
use crate::state::{End, Waiting};

/// The result of one call of the engine. Dropped before that, it takes the call back.
pub(crate) struct Call<T> {
    connection: Arc<Connection>,
    ticket: Option<Ticket<T>>,
    span: Span,
}

/// Resolves when the connection is over. It is no user of it.
pub(crate) struct Closing {
    shared: Arc<Shared>,
    waiting: Waiting,
}

impl<T> Call<T> {
    pub(crate) fn new(connection: Arc<Connection>, what: &'static str, ticket: Ticket<T>) -> Self {
        let span = debug_span!(target: "sechat", "sechat.call", what, id = ?ticket.id());
        Self { connection, ticket: Some(ticket), span }
    }
}

impl<T: 'static> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(ticket) = &this.ticket else { return Poll::Ready(Err(Error::Closed)) };
        let result = this.connection.shared.with(|state, due| {
            // After a panic the engine is not asked any more.
            let result = if state.end() == Some(End::Lost) { None } else { state.engine.take(ticket) };
            if result.is_none() && state.end().is_some() {
                return Some(Err(Error::Closed));
            }
            if result.is_none() {
                state.wait(Waiting::Call(ticket.id()), cx.waker(), due);
            }
            result
        });
        match result {
            Some(result) => {
                this.ticket = None;
                match &result {
                    Ok(_) => debug!(name: "sechat.call.done", target: "sechat", parent: &this.span, "a call is done"),
                    Err(error) => {
                        debug!(name: "sechat.call.failed", target: "sechat", parent: &this.span, %error, "a call failed");
                    }
                }
                Poll::Ready(result)
            }
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        let Some(id) = self.ticket.as_ref().map(Ticket::id) else { return };
        let shared = &self.connection.shared;
        shared.with(|state, due| state.wait_no_more(Waiting::Call(id), due));
        debug!(name: "sechat.call.dropped", target: "sechat", parent: &self.span, "nobody waits for a call");
        // A closed connection has nothing to cancel.
        let _ = shared.tell(|engine, now| engine.cancel(now, id));
    }
}

impl Closing {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let waiting = Waiting::End(shared.with(|state, _| state.fresh_id()));
        Self { shared, waiting }
    }
}

impl Future for Closing {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.shared.with(|state, due| match state.end() {
            Some(End::Finished) => Poll::Ready(Ok(())),
            Some(End::Lost) => Poll::Ready(Err(Error::Closed)),
            None => {
                state.wait(self.waiting, cx.waker(), due);
                Poll::Pending
            }
        })
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.shared.with(|state, due| state.wait_no_more(self.waiting, due));
    }
}
