//! What handles promise over real sockets, whatever runs them: one suite, generic over the runtime.
//!
//! An [`Adapter`] says how a runtime is started; [`conforms!`](crate::conforms) runs every check on it. Handles are async
//! on all of them, [`Driven`] by the runtime alone, that of blocking calls included. Each check has a server of its own
//! and waits for what it sees, not for time to pass; one that takes longer than a minute fails with what was asked.

mod altered;
mod cancel;
mod clocks;
mod endings;
mod entering;
mod exchanges;
mod mode;
mod orders;
mod restarts;
mod rooms;
mod slow;
mod stage;
mod threads;
mod throttle;
mod trace;

pub use altered::Altered;
pub use cancel::{calls_dropped_after_each_poll, calls_dropped_after_each_request, streams_dropped_after_each_poll};
pub use clocks::wall_clock_jumps;
pub use endings::driver_dropped_by_the_runtime;
pub use entering::{connects_and_takes_leave, says_why_it_is_refused, trusts_only_whom_it_should};
pub use exchanges::exchanges_dropped_after_each_poll;
pub use mode::{Adapter, Driven};
pub use orders::handles_dropped_in_every_order;
pub use restarts::server_restarts;
pub use rooms::two_hundred_rooms_on_one_socket;
pub use slow::slow_reader_catches_up;
pub use stage::Stage;
pub use threads::handles_on_many_threads;
pub use throttle::two_thousand_sends_under_a_throttle;
pub use trace::trace;

/// Tests in a module of this name: every check of the suite, on one adapter.
#[macro_export]
macro_rules! conforms {
    ($name:ident: $adapter:ty) => {
        $crate::conforms! { $name: $adapter,
            connects_and_takes_leave says_why_it_is_refused trusts_only_whom_it_should
            calls_dropped_after_each_request calls_dropped_after_each_poll streams_dropped_after_each_poll
            exchanges_dropped_after_each_poll handles_dropped_in_every_order driver_dropped_by_the_runtime
            slow_reader_catches_up two_thousand_sends_under_a_throttle two_hundred_rooms_on_one_socket
            server_restarts wall_clock_jumps handles_on_many_threads
        }
    };
    ($name:ident: $adapter:ty, $($check:ident)+) => {
        mod $name {
            use super::*;
            $(#[test] fn $check() { $crate::conformance::$check::<$adapter>(); })+
        }
    };
}
