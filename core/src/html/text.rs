//! The text of pages: what stands between their tags.

use std::borrow::Cow;

use super::{Inside, Page};
use crate::excerpt::excerpt;

/// What a reader sees of some markup, white space run together.
pub(crate) fn shown_text(markup: &str) -> String {
    Page::new(markup.as_bytes()).map(|page| page.shown(&page.all())).unwrap_or_default()
}

impl Page<'_> {
    /// The start of what a reader of the page would see.
    pub(crate) fn excerpt(&self) -> String {
        excerpt(&htmlize::unescape(self.between(&self.all(), |_| "")))
    }

    /// What a reader sees, white space run together.
    pub(super) fn shown(&self, inside: &Inside) -> String {
        let gap = |name: &str| if matches!(name, "br" | "div" | "p" | "li" | "td" | "tr") { " " } else { "" };
        let text = htmlize::unescape(self.between(inside, gap));
        let mut out = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        out
    }

    /// The text with its white space: what stands in a `<pre>`. One line break at its start is not part of it.
    pub(super) fn exact(&self, inside: &Inside) -> String {
        let text = htmlize::unescape(self.between(inside, |_| ""));
        text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(&text).to_owned()
    }

    /// What is between the tags, and for each of them what its name stands for.
    fn between(&self, inside: &Inside, gap: impl Fn(&str) -> &'static str) -> Cow<'_, str> {
        let mut from = inside.markup.start;
        let mut text = Cow::Borrowed("");
        for tag in &self.tags[inside.tags.clone()] {
            text += &self.source[from..tag.start];
            text += gap(tag.name(&self.source));
            from = tag.end;
        }
        text + &self.source[from..inside.markup.end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_a_reader_sees() {
        for (markup, seen) in [
            ("<b>a</b>  &amp;\n b<br>c", "a & b c"),
            ("<a title=\"x > y\">&laquo; d</a>", "« d"),
            ("a < b", "a < b"),
            ("a <b", "a"),
            ("", ""),
        ] {
            assert_eq!(shown_text(markup), seen, "{markup}");
        }
    }

    #[test]
    fn exact_text_has_its_white_space() {
        let exact = |markup: &str| {
            let page = Page::new(markup.as_bytes()).unwrap();
            page.exact(&page.all())
        };
        assert_eq!(exact("\n\n  a <b>b</b>\n&lt;"), "\n  a b\n<");
        assert_eq!(exact("\r\n a"), " a");
    }
}
