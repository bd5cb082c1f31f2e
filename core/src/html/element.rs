//! One element of a page.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Page, joined, tags};

/// How many pieces of an element's text are read.
const MAX_TEXT_NODES: usize = 10_000;

/// One element of a page.
#[derive(Clone, Copy)]
pub(crate) struct Element<'p> {
    pub(super) page: &'p Page<'p>,
    pub(super) tag: &'p tl::HTMLTag<'p>,
    /// Its number among the elements of the page.
    pub(super) at: usize,
}

impl<'p> Element<'p> {
    /// Whether it has this name, in lower case.
    pub(crate) fn is(self, name: &str) -> bool {
        self.tag.name().as_bytes() == name.as_bytes()
    }

    /// An attribute, decoded; an attribute without a value is empty.
    pub(crate) fn attribute(self, name: &'static str) -> Option<Cow<'p, str>> {
        let value = self.tag.attributes().get(name)?;
        let raw = value.and_then(tl::Bytes::try_as_utf8_str).unwrap_or_default();
        Some(htmlize::unescape_attribute(raw))
    }

    /// Its name, in lower case.
    pub(crate) fn name(self) -> Cow<'p, str> {
        self.tag.name().as_utf8_str()
    }

    /// All attributes, decoded.
    pub(crate) fn attributes(self) -> BTreeMap<String, String> {
        let decoded = |raw: Cow<'p, str>| htmlize::unescape_attribute(raw.as_ref()).into_owned();
        let all = self.tag.attributes().iter();
        all.map(|(name, value)| (name.into_owned(), value.map(decoded).unwrap_or_default())).collect()
    }

    /// The words of `class`.
    pub(crate) fn classes(self) -> impl Iterator<Item = &'p str> {
        let class = self.tag.attributes().class().and_then(|raw| raw.try_as_utf8_str());
        class.unwrap_or_default().split_ascii_whitespace()
    }

    /// Whether `class` has this word.
    pub(crate) fn has_class(self, class: &str) -> bool {
        let words = self.tag.attributes().class().map_or(&[][..], tl::Bytes::as_bytes);
        words.split(u8::is_ascii_whitespace).any(|word| word == class.as_bytes())
    }

    /// The markup inside, without blanks at its ends; `None` when the end tag is missing.
    pub(crate) fn inner(self) -> Option<&'p str> {
        let (from, to) = self.end()?;
        Some(self.page.source[from..to].trim())
    }

    /// As [`Element::inner`], with its blanks.
    pub(crate) fn inner_raw(self) -> Option<&'p str> {
        let (from, to) = self.end()?;
        Some(&self.page.source[from..to])
    }

    /// What a reader sees of [`Element::inner`], white space run together.
    pub(crate) fn inner_text(self) -> Option<String> {
        Some(tags::text(self.inner()?))
    }

    /// Where it begins in the page's markup.
    pub(crate) fn start(self) -> usize {
        self.page.starts[self.at]
    }

    /// Where its inside begins, and where its end tag does.
    pub(crate) fn end(self) -> Option<(usize, usize)> {
        self.page.insides.get_or_init(|| tags::Insides::of(self.page.source)).get(self.start())
    }

    /// Where the first tag after its own end tag begins or text that is not blank, in the page's markup.
    pub(crate) fn after(self) -> Option<usize> {
        let (_, end) = self.end()?;
        Some(end + self.page.source[end..].find('>')? + 1)
    }

    /// The markup between two points of its page.
    pub(crate) fn slice(self, from: usize, to: usize) -> Option<&'p str> {
        self.page.source.get(from..to).map(str::trim)
    }

    /// The text inside, decoded and trimmed.
    pub(crate) fn text(self) -> String {
        let parser = self.page.dom.parser();
        let mut texts = Vec::new();
        let mut stack = Vec::new();
        push_children(&mut stack, self.tag);
        let mut left = MAX_TEXT_NODES;
        while let (Some(handle), Some(next_left)) = (stack.pop(), left.checked_sub(1)) {
            left = next_left;
            match handle.get(parser) {
                Some(tl::Node::Raw(raw)) => texts.push(raw.as_utf8_str()),
                Some(tl::Node::Tag(tag)) => push_children(&mut stack, tag),
                _ => {}
            }
        }
        joined(texts.into_iter()).trim().to_owned()
    }
}

/// The first child ends up on top.
fn push_children(stack: &mut Vec<tl::NodeHandle>, tag: &tl::HTMLTag<'_>) {
    let below = stack.len();
    stack.extend(tag.children().top().iter().copied());
    stack[below..].reverse();
}

#[cfg(test)]
mod tests {
    use super::super::Html;

    #[test]
    fn attributes_and_text_are_decoded() {
        let body = "<span class='x links'><b><a href='/users/7/a-b' title='A &quot;B&quot;'>A <i>B</i><br/> C</a></b>\
                    </span>after";
        let html = Html::new(body.as_bytes()).unwrap();
        let page = html.page().unwrap();
        let link = page.elements().find(|element| element.is("a")).unwrap();
        assert_eq!(link.attribute("href").as_deref(), Some("/users/7/a-b"));
        assert_eq!(link.attribute("title").as_deref(), Some("A \"B\""));
        assert_eq!(link.text(), "A B C");
        assert!(link.attribute("rel").is_none());
        assert_eq!(page.elements().next().unwrap().classes().collect::<Vec<_>>(), ["x", "links"]);
    }
}
