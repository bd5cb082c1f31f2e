//! One element of a page.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::tag::Tag;
use super::{Inside, Page};

/// One element of a page.
#[derive(Clone, Copy)]
pub(crate) struct Element<'p> {
    pub(super) page: &'p Page<'p>,
    /// The number of its tag.
    pub(super) at: usize,
}

impl<'p> Element<'p> {
    /// Whether it has this name, in lower case.
    pub(crate) fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// Its name, in lower case.
    pub(crate) fn name(self) -> &'p str {
        self.tag().name(&self.page.source)
    }

    /// An attribute, decoded; an attribute without a value is empty.
    pub(crate) fn attribute(self, name: &str) -> Option<Cow<'p, str>> {
        self.raw(name).map(htmlize::unescape_attribute)
    }

    /// All attributes, decoded.
    pub(crate) fn attributes(self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for (name, value) in self.listed() {
            all.entry(name.to_owned()).or_insert_with(|| htmlize::unescape_attribute(value).into_owned());
        }
        all
    }

    /// The words of `class`.
    pub(crate) fn classes(self) -> impl Iterator<Item = &'p str> {
        self.raw("class").unwrap_or_default().split_ascii_whitespace()
    }

    /// Whether `class` has this word.
    pub(crate) fn has_class(self, class: &str) -> bool {
        self.classes().any(|word| word == class)
    }

    /// The markup inside, without blanks at its ends; `None` when the end tag is missing.
    pub(crate) fn inner(self) -> Option<&'p str> {
        Some(self.page.source[self.inside()?.markup].trim())
    }

    /// What a reader sees of [`Element::inner`], white space run together.
    pub(crate) fn inner_text(self) -> Option<String> {
        Some(self.page.shown(&self.inside()?))
    }

    /// The text of [`Element::inner`], with its white space.
    pub(crate) fn exact_text(self) -> Option<String> {
        Some(self.page.exact(&self.inside()?))
    }

    /// Where it begins in the page's markup.
    pub(crate) fn start(self) -> usize {
        self.tag().start
    }

    /// Where its end tag begins.
    pub(crate) fn end(self) -> Option<usize> {
        Some(self.inside()?.markup.end)
    }

    /// Where what follows its end tag begins.
    pub(crate) fn after(self) -> Option<usize> {
        Some(self.page.tags[self.inside()?.tags.end].end)
    }

    /// The markup between two points of its page.
    pub(crate) fn slice(self, from: usize, to: usize) -> Option<&'p str> {
        self.page.source.get(from..to).map(str::trim)
    }

    /// What is between its tags.
    pub(super) fn inside(self) -> Option<Inside> {
        self.page.inside(self.at)
    }

    fn raw(self, name: &str) -> Option<&'p str> {
        self.listed().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The attributes as they are written.
    fn listed(self) -> impl Iterator<Item = (&'p str, &'p str)> {
        let Page { source, tags, attributes, .. } = self.page;
        let to = tags.get(self.at + 1).map_or(attributes.len(), |next| next.attributes);
        let attributes = attributes[tags[self.at].attributes..to].iter();
        attributes.map(|it| (&source[it.name.clone()], &source[it.value.clone()]))
    }

    fn tag(self) -> Tag {
        self.page.tags[self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::super::Page;

    #[test]
    fn attributes_and_text_are_decoded() {
        let body = "<span class='x links'><b><a href='/users/7/a-b' title='A &quot;B&quot;'>A <i>B</i><br/> C</a></b>\
                    </span>after";
        let page = Page::new(body.as_bytes()).unwrap();
        let link = page.elements().find(|element| element.is("a")).unwrap();
        assert_eq!(link.attribute("href").as_deref(), Some("/users/7/a-b"));
        assert_eq!(link.attribute("title").as_deref(), Some("A \"B\""));
        assert_eq!(link.inner_text().as_deref(), Some("A B C"));
        assert!(link.attribute("rel").is_none());
        assert_eq!(page.elements().next().unwrap().classes().collect::<Vec<_>>(), ["x", "links"]);
    }
}
