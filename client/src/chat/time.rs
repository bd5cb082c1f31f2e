//! The time of the runtime, for bots that are to run on any.

use std::time::Duration;

use sechat_core::Now;

use super::Chat;
use crate::reply::Reply;
use crate::runtime::Mode;

impl<M: Mode> Chat<M> {
    /// The time, by the clock of the runtime: in a simulation, the virtual one.
    pub fn now(&self) -> Now {
        self.connection.now()
    }

    /// Lets this much time pass, by the clock of the runtime, from now on. A bot that sleeps in this way instead of by its
    /// runtime's own means can be tested under a virtual clock.
    ///
    /// It has nothing to do with the connection, but keeps it open. It fails only when the runtime is gone.
    pub fn sleep(&self, time: Duration) -> M::Reply<()> {
        let (connection, over) = (self.connection.clone(), self.connection.timer(time));
        M::hand_over(Reply::new(async move {
            let slept = over.await;
            drop(connection);
            slept
        }))
    }
}
