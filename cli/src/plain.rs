//! Texts of other people, made fit for a terminal.

/// A message's HTML as text: without tags, with its characters, and harmless.
///
/// Messages hold no nested structure worth keeping on a terminal. One that is only a picture keeps its HTML.
pub(crate) fn from_html(html: &str) -> String {
    let mut bare = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        bare.push_str(before);
        let Some((tag, after)) = tag.split_once('>') else { break };
        if tag.starts_with("br") {
            bare.push('\n');
        }
        rest = after;
    }
    if !rest.contains('<') {
        bare.push_str(rest);
    }
    let text = htmlize::unescape(bare);
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    harmless(&if lines.is_empty() { html.to_owned() } else { lines.join("\n") })
}

/// The text without what would move the cursor, change colours, or turn the direction of writing.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if is_trouble(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `1 star`, `2 stars`.
pub(crate) fn count(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

fn is_trouble(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        for (html, text) in [
            ("hello <b>world</b> &amp; <a href=\"x\">co</a>", "hello world & co"),
            ("<div class='full'>one <br> two &lt;br&gt;</div>", "one\ntwo <br>"),
            ("no end <b", "no end"),
            ("<img src=\"x\">", "<img src=\"x\">"),
            ("", ""),
        ] {
            assert_eq!(from_html(html), text);
        }
    }

    #[test]
    fn nothing_reaches_into_the_terminal() {
        assert_eq!(from_html("a\u{1b}[31m&#27;]0;b\u{202e}c\td"), "a\u{fffd}[31m\u{fffd}]0;b\u{fffd}c\td");
    }
}
