//! Texts of messages, from the command line or from standard input.

use std::io::{self, Read as _};

/// The text, or standard input without the end of its last line where the text is `-`.
pub(super) fn text_or_input(text: String) -> io::Result<String> {
    if !is_input(&text) {
        return Ok(text);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    Ok(text)
}

pub(super) fn is_input(text: &str) -> bool {
    text == "-"
}
