//! The tags of a tidied page, one after the other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// What lies deeper in others is not told apart from them: were it, the insides of a page could be many times its size.
const MAX_DEPTH: usize = 128;

/// Where the inside of each element begins and ends, by where the element begins: at the end tag that balances the tags
/// of its name. Found once for the whole page, for each of many nested elements would take a pass of its own.
pub(super) struct Insides(Vec<(usize, (usize, usize))>);

impl Insides {
    pub(super) fn of(source: &str) -> Self {
        let mut open: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        let mut insides = Vec::new();
        for (at, name, closes, end) in tags(source, 0) {
            if !closes {
                open.entry(name).or_default().push((at, end));
            } else if let Some((start, from)) = open.get_mut(name).and_then(Vec::pop) {
                insides.push((start, (from, at)));
            }
        }
        insides.sort_unstable();
        let mut around = BinaryHeap::new();
        insides.retain(|&(start, (_, to))| {
            while around.peek().is_some_and(|Reverse(end)| *end < start) {
                around.pop();
            }
            let kept = around.len() < MAX_DEPTH;
            if kept {
                around.push(Reverse(to));
            }
            kept
        });
        Self(insides)
    }

    /// `None` when there is no end, or it lies too deep.
    pub(super) fn get(&self, start: usize) -> Option<(usize, usize)> {
        let at = self.0.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        Some(self.0[at].1)
    }
}

/// The markup inside the first element of a name.
pub(super) fn first<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    let mut named = tags(source, 0).filter(|(_, found, ..)| *found == name);
    let (_, _, _, from) = named.find(|(.., closes, _)| !closes)?;
    let (to, ..) = named.find(|(.., closes, _)| *closes)?;
    Some(&source[from..to])
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
    fn insides_end_where_the_tags_of_a_name_balance() {
        let source = "<a><b>1<a>2</a></b>3</a></b><a>";
        let insides = Insides::of(source);
        let inside = |start| insides.get(start).map(|(from, to)| &source[from..to]);
        assert_eq!([inside(0), inside(3)], [Some("<b>1<a>2</a></b>3"), Some("1<a>2</a>")]);
        assert_eq!([inside(7), inside(1), inside(28)], [Some("2"), None, None]);
        let deep = "<i>".repeat(MAX_DEPTH + 1) + &"</i>".repeat(MAX_DEPTH + 1);
        let insides = Insides::of(&deep);
        assert!(insides.get(3 * (MAX_DEPTH - 1)).is_some() && insides.get(3 * MAX_DEPTH).is_none());
    }

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
