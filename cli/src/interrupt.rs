//! Ctrl-C.

use std::{process, thread};

use crate::exit::{Code, Failure};
use crate::tape;

/// What a shell says of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Runs `end` at the first Ctrl-C or termination signal, on a thread of its own. A second one ends the program at once.
/// In a replay, runs it where the recorded program was interrupted.
pub(crate) fn at_first(end: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let Some(end) = tape::at_interrupt(end) else { return Ok(()) };
    let mut end = Some(end);
    ctrlc::set_handler(move || match end.take() {
        Some(end) => {
            thread::spawn(end);
        }
        None => process::exit(INTERRUPTED),
    })
    .map_err(|error| Failure::new(Code::Other, format!("cannot listen for Ctrl-C: {error}")))
}
