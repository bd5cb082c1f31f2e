//! Text that shows as it is, and names with and without a ping.

use super::names::SHORTEST;

/// Keeps marks apart without showing. Neither readers nor [`Content::to_text`](super::Content::to_text) see it.
pub(super) const INVISIBLE: char = '\u{200c}';

/// A source text that shows as this text, whatever marks it has.
///
/// Addresses stay as they are, for the server makes links of them before it looks for marks. Where the dialect has no
/// escape (`---`, and a quote or reply mark at the start) an invisible U+200C keeps the mark from being one. A text
/// of several lines is given back unchanged, for chat reads no marks in such a message.
///
/// ```
/// use sechat_core::text::escape;
///
/// assert_eq!(escape("2*3 is [not] a_b"), r"2\*3 is \[not\] a_b");
/// assert_eq!(escape("see https://a.example/_x_"), "see https://a.example/_x_");
/// assert_eq!(escape("> no quote"), "\u{200c}> no quote");
/// assert_eq!(escape("*a*\n*b*"), "*a*\n*b*");
/// ```
pub fn escape(text: &str) -> String {
    if text.contains('\n') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_into(&mut out, text);
    out
}

/// The text that pings a user of this name: `@` and the name without blanks.
///
/// `None` when fewer than three characters are left, for no such name can be pinged (protocol notes, 7.4). A ping
/// reaches everybody in the room whose name begins like that; answering a message reaches its author alone.
///
/// ```
/// use sechat_core::text::mention;
///
/// assert_eq!(mention("Marvin the Bot").as_deref(), Some("@MarvintheBot"));
/// assert_eq!(mention("J C"), None);
/// ```
#[must_use = "the text is to be put into a message"]
pub fn mention(name: &str) -> Option<String> {
    let name = compact(name);
    name.chars().nth(SHORTEST - 1).is_some().then(|| format!("@{name}"))
}

/// `@name` as [`mention`] writes it, but with an invisible U+200C after the `@`, so that it pings nobody.
///
/// ```
/// use sechat_core::text::{name_without_ping, pings};
///
/// let text = name_without_ping("Marvin the Bot");
/// assert_eq!(text, "@\u{200c}MarvintheBot");
/// assert!(!pings(&text, "Marvin the Bot"));
/// ```
#[must_use = "the text is to be put into a message"]
pub fn name_without_ping(name: &str) -> String {
    format!("@{INVISIBLE}{}", compact(name))
}

/// A text with an invisible U+200C after each `@`, so that it pings nobody: for repeating what others said.
///
/// ```
/// use sechat_core::text::without_pings;
///
/// assert_eq!(without_pings("hi @Ann"), "hi @\u{200c}Ann");
/// ```
#[must_use = "the text is to be put into a message"]
pub fn without_pings(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        out.push(c);
        if c == '@' {
            out.push(INVISIBLE);
        }
    }
    out
}

/// Escapes a text of one line behind what is written already.
pub(super) fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    if out.is_empty() && means_something_first(text) {
        // Blanks at the start are cut off, unless they make code.
        let blanks = text.len() - text.trim_start().len();
        let before = if text.starts_with("    ") { 0 } else { blanks };
        out.push_str(&text[..before]);
        out.push(INVISIBLE);
        rest = &text[before..];
    }
    while let Some(c) = rest.chars().next() {
        let previous = out.chars().next_back().unwrap_or(' ');
        let address = if previous.is_alphanumeric() { 0 } else { address_len(rest) };
        if address > 0 {
            out.push_str(&rest[..address]);
            rest = &rest[address..];
            continue;
        }
        let dashes = rest.len() - rest.trim_start_matches('-').len();
        if dashes > 0 {
            // Between blanks they can neither begin nor end anything.
            let apart = previous.is_whitespace() && rest[dashes..].starts_with(char::is_whitespace);
            for _ in 0..dashes {
                if !apart && out.ends_with("--") {
                    out.push(INVISIBLE);
                }
                out.push('-');
            }
            rest = &rest[dashes..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let inside_word = || previous.is_alphanumeric() && rest.chars().next().is_some_and(char::is_alphanumeric);
        // `](` is looked for first, with a backslash before it or not.
        let in_link = c == '(' && previous == ']';
        if matches!(c, '\\' | '`' | '*' | '[' | ']') || in_link || (c == '_' && !inside_word()) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Whether an address can be linked.
pub(super) fn is_linkable(url: &str) -> bool {
    url.starts_with("//") || has_scheme(url)
}

pub(super) fn has_scheme(text: &str) -> bool {
    ["http://", "https://", "ftp://"].iter().any(|scheme| text.starts_with(scheme))
}

/// A name without blanks and without what cannot be seen.
pub(super) fn compact(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}')).collect()
}

/// Whether the start of a message would be read as a quote, a reply, code, or a picture.
fn means_something_first(text: &str) -> bool {
    let trimmed = text.trim_start();
    trimmed.starts_with('>')
        || trimmed.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || trimmed.strip_prefix('!').is_some_and(has_scheme)
        || text.starts_with("    ")
}

/// The length of the address that a text begins with, or 0.
fn address_len(text: &str) -> usize {
    if !has_scheme(text) {
        return 0;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '*' | '[' | ']' | '`' | '\\');
    let end = text.find(ends).unwrap_or(text.len());
    let scheme = text.find("://").map_or(0, |at| at + 3);
    if end > scheme { end } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_escaped_where_they_are_marks() {
        for (text, escaped) in [
            ("plain (text)! 100%", "plain (text)! 100%"),
            ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
            ("snake_case", "snake_case"),
            ("_snake_case_", r"\_snake_case\_"),
            (r"\o/ \*", r"\\o/ \\\*"),
            ("[a](http://b)", r"\[a\]\(http://b)"),
            ("---no---", "--\u{200c}-no--\u{200c}-"),
            (" > a", " \u{200c}> a"),
            ("a --- b", "a --- b"),
            ("-----x", "--\u{200c}--\u{200c}-x"),
            (":12 x", "\u{200c}:12 x"),
            (":) x", ":) x"),
            ("    x", "\u{200c}    x"),
            ("!http://a.example", "\u{200c}!http://a.example"),
            ("http://", "http://"),
            ("(https://a.example/a_b_(c)) *", r"(https://a.example/a_b_(c)) \*"),
            ("", ""),
        ] {
            assert_eq!(escape(text), escaped, "{text}");
        }
    }

    #[test]
    fn names_lose_what_no_ping_can_have() {
        assert_eq!(mention(" a\u{200b} b\tc ").as_deref(), Some("@abc"));
        assert_eq!(mention(""), None);
        assert_eq!(name_without_ping("x"), "@\u{200c}x");
    }
}
