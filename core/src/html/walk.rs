//! A page from its start to its end, with the nesting that its tags give it.

use super::{Element, Page};

/// What is nested in what, as the parser has it.
pub(crate) struct Tree<'p> {
    page: &'p Page<'p>,
    dom: tl::VDom<'p>,
}

/// One thing met on the way.
#[derive(Clone)]
pub(crate) enum Step<'p> {
    /// An element begins. Every one ends as well, in the right order, whatever the page leaves out.
    Open(Element<'p>),
    /// Text, decoded.
    Text(String),
    /// The last element that began ends.
    Close,
}

impl Page<'_> {
    /// What is nested in what.
    pub(crate) fn tree(&self) -> Option<Tree<'_>> {
        Some(Tree { page: self, dom: tl::parse(&self.source, tl::ParserOptions::default()).ok()? })
    }
}

impl<'p> Tree<'p> {
    /// Everything in it, in the order of the page. Takes linear time, and memory for as much as is nested.
    pub(crate) fn walk(&self) -> impl Iterator<Item = Step<'p>> {
        let parser = self.dom.parser();
        // The elements that are open, and which of their children is next.
        let mut open: Vec<(&tl::HTMLTag<'_>, usize)> = Vec::new();
        let mut top = self.dom.children().iter();
        std::iter::from_fn(move || {
            loop {
                let handle = match open.last_mut() {
                    None => top.next().copied()?,
                    Some((tag, next)) => {
                        let Some(child) = tag.children().top().get(*next).copied() else {
                            open.pop();
                            return Some(Step::Close);
                        };
                        *next += 1;
                        child
                    }
                };
                match handle.get(parser) {
                    Some(tl::Node::Tag(tag)) => {
                        let start = tag.boundaries(parser).0;
                        // Markup is tidied so that the parser sees the same tags; one more would be no element.
                        let at = self.page.tags.binary_search_by_key(&start, |tag| tag.start).ok()?;
                        open.push((tag, 0));
                        return Some(Step::Open(Element { page: self.page, at }));
                    }
                    Some(tl::Node::Raw(raw)) => {
                        return Some(Step::Text(htmlize::unescape(raw.as_utf8_str().as_ref()).into_owned()));
                    }
                    _ => {}
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::Step;
    use crate::html::Page;

    fn walked(body: &str) -> String {
        let page = Page::new(body.as_bytes()).unwrap();
        let mut out = String::new();
        for step in page.tree().unwrap().walk() {
            match step {
                Step::Open(element) => write!(out, "<{}{:?}>", element.name(), element.attributes()).unwrap(),
                Step::Text(text) => out.push_str(&text),
                Step::Close => out.push_str("</>"),
            }
        }
        out
    }

    #[test]
    fn shows_everything_in_order() {
        assert_eq!(walked("a &lt; <b>c<I>d</i></b><br/> e"), "a < <b{}>c<i{}>d</></><br{}></> e");
        assert_eq!(
            walked("<a class='x y' id=z title=\"A &quot;B&quot;\" href=//u>t</a>"),
            "<a{\"class\": \"x y\", \"href\": \"//u\", \"id\": \"z\", \"title\": \"A \\\"B\\\"\"}>t</>"
        );
        assert_eq!(walked("<pre class='full'>  a\n\n  b </pre>"), "<pre{\"class\": \"full\"}>  a\n\n  b </>");
    }

    #[test]
    fn ends_what_the_page_does_not_end() {
        assert_eq!(walked("<b><i>x"), "<b{}><i{}>x</></>");
        assert_eq!(walked("</b>x</i>"), "x");
    }
}
