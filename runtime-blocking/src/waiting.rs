//! Where nobody may wait: on a thread that has to carry out what is waited for.

use std::cell::Cell;
use std::thread;

thread_local! {
    static CARRIES_OUT: Cell<bool> = const { Cell::new(false) };
}

/// This thread carries out calls from now on.
pub(crate) fn mark_this_thread() {
    CARRIES_OUT.set(true);
}

/// Panics where waiting for a call might be for ever.
pub(crate) fn check_this_thread() {
    assert!(
        !CARRIES_OUT.get() && !is_smols(),
        "a blocking call of sechat on a thread that runs async tasks, where it could wait for itself: use the async \
         handles and `.await` there, or make the call on another thread, as `smol::unblock` does"
    );
}

/// The threads of `smol::spawn` have names of their own; those of `smol::unblock`, which may wait, have others.
fn is_smols() -> bool {
    let number = |name: &str| name.strip_prefix("smol-").is_some_and(|number| number.parse::<u32>().is_ok());
    thread::current().name().is_some_and(number)
}
