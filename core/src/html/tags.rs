//! The tags of a tidied page, one after the other.

/// Where the inside of the element that begins at `start` begins and ends: at the end tag that balances the tags of its
/// name. `None` when there is none.
pub(super) fn inside(source: &str, start: usize) -> Option<(usize, usize)> {
    let mut tags = tags(source, start);
    let (_, name, _, from) = tags.next()?;
    let mut depth = 1_usize;
    for (at, other, closes, _) in tags {
        if other == name {
            depth = if closes { depth - 1 } else { depth + 1 };
            if depth == 0 {
                return Some((from, at));
            }
        }
    }
    None
}

/// What a reader sees of some markup, white space run together.
pub(crate) fn text(markup: &str) -> String {
    let mut raw = String::with_capacity(markup.len());
    let mut last = 0;
    for (at, name, _, end) in tags(markup, 0) {
        raw.push_str(&markup[last..at]);
        if matches!(name, "br" | "div" | "p" | "li" | "td" | "tr") {
            raw.push(' ');
        }
        last = end;
    }
    raw.push_str(&markup[last..]);
    let decoded = htmlize::unescape(&raw);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of some markup, with its white space: what stands in a `<pre>`. One line break at its start is not part
/// of it.
pub(crate) fn source(markup: &str) -> String {
    let markup = markup.strip_prefix("\r\n").or_else(|| markup.strip_prefix('\n')).unwrap_or(markup);
    let mut raw = String::with_capacity(markup.len());
    let mut last = 0;
    for (at, _, _, end) in tags(markup, 0) {
        raw.push_str(&markup[last..at]);
        last = end;
    }
    raw.push_str(&markup[last..]);
    htmlize::unescape(&raw).into_owned()
}

/// Start, name, whether it closes, and end of each tag from a point on.
fn tags(source: &str, from: usize) -> impl Iterator<Item = (usize, &str, bool, usize)> {
    let mut next = from;
    std::iter::from_fn(move || {
        let at = next + source.get(next..)?.find('<')?;
        let inside = &source[at + 1..];
        let closes = inside.starts_with('/');
        let name = inside.strip_prefix('/').unwrap_or(inside);
        let name = &name[..name.find([' ', '>']).unwrap_or(name.len())];
        next = at + 1 + end_of_tag(inside)?;
        Some((at, name, closes, next))
    })
}

/// Behind the `>` that is in no attribute's value.
fn end_of_tag(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at + 1),
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_a_reader_sees() {
        for (markup, seen) in [
            ("<b>a</b>  &amp;\n b<br>c", "a & b c"),
            ("<a title=\"x > y\">&laquo; d</a>", "« d"),
            ("a <b", "a <b"),
            ("", ""),
        ] {
            assert_eq!(text(markup), seen, "{markup}");
        }
    }
}
