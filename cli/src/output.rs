//! Lines on standard output.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde::Serialize;

/// Writes a line at once, and fails where `println!` would panic: when the reader has gone.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes a line of JSON.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    line(serde_json::to_string(value)?)
}
