//! One runtime in place of all others, for a thread: so that a program for any runtime can be tried on a simulated one.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use sechat_core::{Config, Error};

use crate::connection::Connection;
use crate::runtime::Runtime;
use crate::session_file::SessionFile;
use crate::subscriber::Reading;

/// How a thread waits for calls and events in blocking modes.
pub trait Park {
    /// The time, by the clock that limits are told in.
    fn now(&self) -> Instant;

    /// What ends a rest when it is called, or keeps the next one from beginning.
    fn waker(&self) -> Waker;

    /// Rests until the waker is called, or until `limit`. It may return earlier.
    fn park(&self, limit: Option<Instant>);
}

/// Keeps a runtime in its place: see [`stand_in`].
#[must_use = "the runtime stands in for others as long as this lives"]
#[derive(Debug)]
pub struct StandIn {
    id: u64,
    /// It belongs to the thread.
    thread: PhantomData<Rc<()>>,
}

pub(crate) type Start = Rc<dyn Fn(Config, Reading, Option<SessionFile>) -> Result<Arc<Connection>, Error>>;

struct Layer {
    id: u64,
    start: Start,
    park: Rc<dyn Park>,
}

thread_local! {
    static LAYERS: RefCell<Vec<Layer>> = const { RefCell::new(Vec::new()) };
}

/// Lets a runtime stand in for all others on this thread, until what this gives is dropped.
///
/// Connections that are made meanwhile run on it, whatever the type of their handles says, unless their
/// [`ChatBuilder`](crate::ChatBuilder::runtime) was given another one; and when the thread waits in blocking modes, it
/// waits as `park` does. Of several, the last one counts. This is for simulations, such as that of `sechat-fixtures`:
/// bots run there unchanged, from their own login on.
pub fn stand_in(runtime: impl Runtime, park: Rc<dyn Park>) -> StandIn {
    let start: Start = Rc::new(move |config, reading, file| Connection::start(config, &runtime, reading, file));
    let id = LAYERS.with_borrow_mut(|layers| {
        let id = layers.last().map_or(0, |layer| layer.id + 1);
        layers.push(Layer { id, start, park });
        id
    });
    StandIn { id, thread: PhantomData }
}

/// What starts connections on the runtime that stands in for others, if one does.
pub(crate) fn start() -> Option<Start> {
    LAYERS.with_borrow(|layers| layers.last().map(|layer| Rc::clone(&layer.start)))
}

/// How this thread waits, if not as usual.
pub(crate) fn park() -> Option<Rc<dyn Park>> {
    LAYERS.try_with(|layers| layers.borrow().last().map(|layer| Rc::clone(&layer.park))).ok().flatten()
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let gone = LAYERS.try_with(|layers| {
            let mut layers = layers.borrow_mut();
            let at = layers.iter().position(|layer| layer.id == self.id);
            at.map(|at| layers.remove(at))
        });
        // Dropped when the list is free: it may end a connection.
        drop(gone);
    }
}
