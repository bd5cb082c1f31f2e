//! Long texts in several messages.

use super::breaks::Breaks;
use crate::Invalid;

/// The most characters of a message of one line (protocol notes, 4.3).
pub const MAX_LINE: usize = 500;
/// The least that [`split_within`] cuts to.
const MIN_LINE: usize = 32;

/// What to do with a text that is too long for one message.
///
/// One line may have 500 characters; with a line break in it a message may be longer, but has no marks and is shown
/// cut (protocol notes, 4.3 and 7.2).
///
/// ```
/// use sechat_core::text::{Split, split};
///
/// let long = "word ".repeat(120);
/// assert!(split(&long, Split::Never).is_err());
/// assert_eq!(split(&long, Split::AtWord)?.len(), 2);
/// assert_eq!(split(&long, Split::Multiline)?.len(), 1);
/// assert_eq!(split("short", Split::AtWord)?, ["short"]);
/// # Ok::<(), sechat_core::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Split {
    /// One message; a line that is too long is an error.
    #[default]
    Never,
    /// Messages of up to 500 characters made of whole lines. A line that is too long by itself is cut between words.
    AtNewline,
    /// Messages of up to 500 characters, each as full as can be, cut between words or lines.
    AtWord,
    /// One message; a line that is too long gets a line break between two words, which lifts the limit and costs the
    /// marks.
    Multiline,
}

/// Cuts a text into messages that can be posted one after the other.
///
/// A text that can be posted whole and has up to 500 characters stays as it is, and so does any text of several lines
/// with [`Split::Never`] and [`Split::Multiline`]. Otherwise:
///
/// * a block of code (lines that begin with four blanks) becomes a message of its own and is never
///   cut, however long; empty lines in it get their four blanks, without which it would be no code;
/// * `` `code` ``, links and tags are not cut, unless one of them is longer than a message;
/// * nothing is lost but white space where a cut is. A word that is too long is cut after 500 characters;
/// * where two parts in a row would be equal the second is cut shorter, for the server drops a message that repeats the
///   last one (protocol notes, 4.1).
///
/// Cuts are made by UTF-16 units, which are never fewer than the characters, as it is not known which of them the
/// server counts. Fails with [`Invalid::EmptyMessage`], and in [`Split::Never`] with [`Invalid::LineTooLong`].
///
/// ```
/// use sechat_core::text::{Split, split};
///
/// let report = format!("{}\n    let x = 1;\n\n    let y = 2;\ndone", "many words ".repeat(50));
/// let parts = split(&report, Split::AtNewline)?;
/// assert_eq!(parts.len(), 4);
/// assert_eq!(parts[2], "    let x = 1;\n    \n    let y = 2;");
/// assert_eq!(parts[3], "done");
/// # Ok::<(), sechat_core::Invalid>(())
/// ```
pub fn split(text: &str, how: Split) -> Result<Vec<String>, Invalid> {
    split_within(text, how, MAX_LINE)
}

/// As [`split`], for messages with something else in them, such as the `:ID ` of a reply: with at most `limit`
/// characters each, which is taken as 500 if it is more and as 32 if it is less.
///
/// ```
/// use sechat_core::text::{Split, split_within};
///
/// let parts = split_within(&"word ".repeat(120), Split::AtWord, 500 - ":12345678 ".len())?;
/// assert!(parts.iter().all(|part| part.len() <= 490));
/// # Ok::<(), sechat_core::Invalid>(())
/// ```
pub fn split_within(text: &str, how: Split, limit: usize) -> Result<Vec<String>, Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::EmptyMessage);
    }
    let limit = limit.clamp(MIN_LINE, MAX_LINE);
    let whole = || Ok(vec![text.to_owned()]);
    if fits(text, limit) {
        return whole();
    }
    match how {
        // What the server might still take is left to it.
        Split::Never if text.contains('\n') || text.chars().count() <= limit => whole(),
        Split::Never => Err(Invalid::LineTooLong { length: text.chars().count(), max: limit }),
        Split::Multiline if text.contains('\n') => whole(),
        Split::Multiline => Ok(vec![with_line_break(text, limit)]),
        Split::AtNewline | Split::AtWord => {
            let mut parts = Vec::new();
            for section in sections(text) {
                match section {
                    Section::Code(lines) => parts.push(code(&lines, limit)),
                    Section::Prose(prose) => cut_prose(prose, how == Split::AtNewline, limit, &mut parts),
                }
            }
            Ok(parts)
        }
    }
}

enum Section<'a> {
    /// Lines that begin with four blanks, and empty ones between them.
    Code(Vec<&'a str>),
    Prose(&'a str),
}

/// Runs of code and of anything else.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let mut prose_from = 0;
    // The lines of the last run of code, the length up to its last line that is not empty, and where that ends.
    let mut code: Vec<&str> = Vec::new();
    let (mut solid, mut solid_end) = (0, 0);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let blank = line.trim().is_empty();
        if line.starts_with("    ") && !blank {
            if code.is_empty() {
                push_prose(&mut sections, &text[prose_from..at]);
            }
            code.push(line);
            (solid, solid_end) = (code.len(), end);
        } else if blank && !code.is_empty() {
            code.push(line);
        } else if !code.is_empty() {
            code.truncate(solid);
            sections.push(Section::Code(std::mem::take(&mut code)));
            prose_from = solid_end;
        }
        at = end;
    }
    if code.is_empty() {
        push_prose(&mut sections, &text[prose_from..]);
    } else {
        code.truncate(solid);
        sections.push(Section::Code(code));
    }
    sections
}

fn push_prose<'a>(sections: &mut Vec<Section<'a>>, prose: &'a str) {
    if !prose.trim().is_empty() {
        sections.push(Section::Prose(prose));
    }
}

/// A block of code. Only a single line can be too long.
fn code(lines: &[&str], limit: usize) -> String {
    let mut out = String::new();
    for line in lines {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(if line.trim().is_empty() { "    " } else { line.trim_end_matches(['\n', '\r']) });
    }
    if out.contains('\n') || fits(&out, limit) {
        return out;
    }
    let (first, rest) = out.split_at(Breaks::new(&out).cut(0, limit));
    format!("{}\n    {}", first.trim_end(), rest.trim_start())
}

fn cut_prose(prose: &str, by_lines: bool, limit: usize, parts: &mut Vec<String>) {
    let breaks = Breaks::new(prose);
    let mut from = 0;
    loop {
        from += prose[from..].len() - prose[from..].trim_start().len();
        if from == prose.len() {
            return;
        }
        // A part that equals the one before would be taken for a repetition and dropped: a shorter one does not.
        let ends = [limit, limit * 2 / 3, limit / 3].map(|limit| end_of_part(prose, &breaks, from, by_lines, limit));
        let repeats = |end: &usize| parts.last().is_some_and(|last| last == prose[from..*end].trim());
        let end = ends.into_iter().find(|end| !repeats(end)).unwrap_or(ends[0]);
        parts.push(prose[from..end].trim().to_owned());
        from = end;
    }
}

/// Where the part that begins at a place ends. No part begins with a blank.
fn end_of_part(prose: &str, breaks: &Breaks<'_>, from: usize, by_lines: bool, limit: usize) -> usize {
    let lines = if by_lines { whole_lines(&prose[from..], limit) } else { 0 };
    if lines > 0 { from + lines } else { breaks.cut(from, limit) }
}

/// The length of as many whole lines as fit, 0 for none.
fn whole_lines(text: &str, limit: usize) -> usize {
    let (mut length, mut units) = (0, 0);
    // A unit has three bytes at most. Looking further would take quadratic time.
    let window = (0..=text.len().min(3 * limit + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    for line in text[..window].split_inclusive('\n') {
        if !line.ends_with('\n') && window < text.len() {
            break;
        }
        let content = line.trim_end();
        if units + size(content, limit - units) > limit {
            break;
        }
        length += line.len();
        // A line break may be all that is left over; more blanks at the end of a line count as they are.
        units += size(line, limit + 1);
        if units >= limit {
            break;
        }
    }
    length
}

/// The text with a line break in it.
fn with_line_break(text: &str, limit: usize) -> String {
    let text = text.trim();
    let (first, rest) = text.split_at(Breaks::new(text).cut(0, limit));
    // A text that fits without the blanks around it needs none.
    if rest.is_empty() { first.to_owned() } else { format!("{}\n{}", first.trim_end(), rest.trim_start()) }
}

fn fits(text: &str, limit: usize) -> bool {
    size(text, limit) <= limit
}

/// UTF-16 units, counted a little beyond the limit at most.
fn size(text: &str, limit: usize) -> usize {
    text.encode_utf16().take(limit.saturating_add(1)).count()
}
