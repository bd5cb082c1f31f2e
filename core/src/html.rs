//! Pages. This is the only module that knows the parser, `tl`.
//!
//! `tl` is fast and never panics, but parts of it recurse over the document, and its grammar is its own. So a page is
//! rewritten first ([`tidy`]) into the HTML that it reads well, elements are then looked at in the order of
//! the document, and nothing here calls itself.

mod region;
mod selector;
pub(crate) mod selectors;
mod tags;
mod tidy;
mod walk;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use walk::Step;

use crate::excerpt::excerpt;
pub(crate) use region::{Missing, Region};
pub(crate) use selector::Selector;
pub(crate) use tags::{source as text_of, text as shown_text};

/// The largest page that is looked at, in bytes. Most chat pages have less than 200 kB; the transcript of a busy day
/// has some thousand messages of less than 1 kB each.
pub(crate) const MAX_PAGE: usize = 8 << 20;
/// How much of an element's text is read.
const MAX_TEXT: usize = 64 << 10;
const MAX_TEXT_NODES: usize = 10_000;

/// A page ready to be parsed.
pub(crate) struct Html {
    tidied: String,
}

/// A parsed page.
pub(crate) struct Page<'a> {
    dom: tl::VDom<'a>,
    source: &'a str,
    /// The nodes that are elements, and where each begins in the source: both in the order of the page.
    tags: Vec<usize>,
    starts: Vec<usize>,
}

/// One element of a page.
#[derive(Clone, Copy)]
pub(crate) struct Element<'p> {
    page: &'p Page<'p>,
    tag: &'p tl::HTMLTag<'p>,
    at: usize,
}

/// What is inside the scripts of a page.
pub(crate) fn scripts(body: &[u8]) -> String {
    let page = String::from_utf8_lossy(&body[..body.len().min(MAX_PAGE)]);
    let bodies = page.split("<script").skip(1).filter_map(|rest| rest.split_once('>'));
    let bodies = bodies.filter_map(|(_, rest)| Some(rest.split_once("</script")?.0));
    bodies.collect::<Vec<_>>().join("\n")
}

impl Html {
    /// `None` when the page is too large.
    pub(crate) fn new(body: &[u8]) -> Option<Self> {
        (body.len() <= MAX_PAGE).then(|| Self { tidied: tidy::tidy(&String::from_utf8_lossy(body)) })
    }

    /// The page, as far as it can be read.
    pub(crate) fn page(&self) -> Option<Page<'_>> {
        let dom = tl::parse(&self.tidied, tl::ParserOptions::default()).ok()?;
        let nodes = dom.nodes().iter().enumerate();
        let found = nodes.filter_map(|(node, it)| Some((node, it.as_tag()?.boundaries(dom.parser()).0)));
        let (tags, starts) = found.unzip();
        Some(Page { dom, source: &self.tidied, tags, starts })
    }

    /// Whether the page is there to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.tidied.trim_end().ends_with("</html>")
    }

    /// Whether a part of a page, made of a list's items, is there to its end.
    pub(crate) fn is_complete_list(&self) -> bool {
        let text = self.tidied.trim();
        text.is_empty() || text.ends_with("</li>") || text.ends_with("</ul>")
    }
}

impl Page<'_> {
    /// All elements, in the order in which they begin.
    pub(crate) fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        (0..self.tags.len()).map(|at| self.element(at))
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Region<'_> {
        Region::whole(self)
    }

    fn element(&self, at: usize) -> Element<'_> {
        let tag = self.dom.nodes()[self.tags[at]].as_tag().expect("only elements are listed");
        Element { page: self, tag, at }
    }

    /// The element that a handle of the parser stands for.
    fn element_of(&self, handle: tl::NodeHandle) -> Option<Element<'_>> {
        let node = usize::try_from(handle.get_inner()).ok()?;
        Some(self.element(self.tags.binary_search(&node).ok()?))
    }

    /// The elements that begin after the first one of a class: the way to look inside it without trusting nesting.
    pub(crate) fn after_class<'p>(&'p self, class: &'p str) -> impl Iterator<Item = Element<'p>> {
        self.elements().skip_while(move |element| !element.has_class(class)).skip(1)
    }

    /// The text of `<title>`.
    pub(crate) fn title(&self) -> Option<String> {
        self.elements().find(|element| element.is("title")).map(Element::text)
    }

    /// The first value that is not empty among the inputs of this name.
    pub(crate) fn input(&self, name: &str) -> Option<String> {
        self.elements().find_map(|element| element.input_value(name))
    }

    /// As [`Page::input`], but only up to the form that follows the one with this id.
    pub(crate) fn input_of_form(&self, form: &str, name: &str) -> Option<String> {
        self.elements()
            .skip_while(|element| !(element.is("form") && element.attribute("id").as_deref() == Some(form)))
            .skip(1)
            .take_while(|element| !element.is("form"))
            .find_map(|element| element.input_value(name))
    }

    /// The element with this id.
    pub(crate) fn by_id(&self, id: &str) -> Option<Element<'_>> {
        self.elements().find(|element| element.attribute("id").as_deref() == Some(id))
    }

    /// The start of what a reader of the page would see.
    pub(crate) fn excerpt(&self) -> String {
        let texts = self.dom.nodes().iter().filter_map(|node| node.as_raw());
        excerpt(&joined(texts.map(tl::Bytes::as_utf8_str)))
    }
}

impl<'p> Element<'p> {
    /// Whether it has this name, in lower case.
    pub(crate) fn is(self, name: &str) -> bool {
        self.tag.name().as_bytes() == name.as_bytes()
    }

    /// An attribute, decoded; an attribute without a value is empty.
    pub(crate) fn attribute(self, name: &str) -> Option<Cow<'p, str>> {
        let value = self.tag.attributes().get(name)?;
        Some(value.map_or(Cow::Borrowed(""), |raw| {
            let raw = raw.as_utf8_str();
            Cow::Owned(htmlize::unescape_attribute(raw.as_ref()).into_owned())
        }))
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
        self.classes().any(|word| word == class)
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
        tags::inside(self.page.source, self.start())
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

    fn input_value(self, name: &str) -> Option<String> {
        if !self.is("input") || self.attribute("name").as_deref() != Some(name) {
            return None;
        }
        let value = self.attribute("value")?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }
}

/// The first child ends up on top.
fn push_children(stack: &mut Vec<tl::NodeHandle>, tag: &tl::HTMLTag<'_>) {
    let below = stack.len();
    stack.extend(tag.children().top().iter().copied());
    stack[below..].reverse();
}

fn joined<'t>(texts: impl Iterator<Item = Cow<'t, str>>) -> String {
    let mut out = String::new();
    for text in texts {
        if out.len() > MAX_TEXT {
            break;
        }
        out.push_str(&htmlize::unescape(text.as_ref()));
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with<T>(body: &str, read: impl FnOnce(&Page<'_>) -> T) -> T {
        read(&Html::new(body.as_bytes()).unwrap().page().unwrap())
    }

    /// Everything this module can do, on one page.
    fn read_all(body: &[u8]) -> usize {
        let html = Html::new(body).unwrap();
        let page = html.page().unwrap();
        let texts = page.elements().take(50).map(|element| element.text().len()).sum::<usize>();
        let found = [
            page.title(),
            page.input("fkey"),
            page.input_of_form("login-form", "fkey"),
            page.after_class("topbar-menu-links").find(|e| e.is("a")).map(Element::text),
            page.by_id("active-user").map(|e| e.classes().collect()),
            Some(page.excerpt()),
        ];
        found.into_iter().flatten().map(|text| text.len()).sum::<usize>() + texts
    }

    #[test]
    fn finds_inputs_with_and_without_their_form() {
        let body = r#"<form id=other action=/a/b><input name=fkey value=first></form>
            <FORM ID="login-form"><INPUT TYPE=hidden NAME='fkey' VALUE='a&amp;b'/><br/></FORM>
            <form><input name="fkey" value="third"></form>"#;
        with(body, |page| {
            assert_eq!(page.input("fkey").as_deref(), Some("first"));
            assert_eq!(page.input_of_form("login-form", "fkey").as_deref(), Some("a&b"));
            assert_eq!(page.input_of_form("missing", "fkey"), None);
            assert_eq!(page.input("missing"), None);
        });
    }

    #[test]
    fn an_empty_value_is_none() {
        let body = r#"<input name="fkey" value=""><input name="fkey"><input name="fkey" value=" k ">"#;
        with(body, |page| assert_eq!(page.input("fkey").as_deref(), Some("k")));
    }

    #[test]
    fn reads_links_titles_and_text() {
        let body = "<title>Human &amp; verification\n</title><span class='x topbar-menu-links'><b><a href='/users/7/a-b' \
                    title='A &quot;B&quot;'>A <i>B</i><br/> C</a></b></span>after";
        with(body, |page| {
            assert_eq!(page.title().as_deref(), Some("Human & verification"));
            let link = page.after_class("topbar-menu-links").find(|e| e.is("a")).unwrap();
            assert_eq!(link.attribute("href").as_deref(), Some("/users/7/a-b"));
            assert_eq!(link.attribute("title").as_deref(), Some("A \"B\""));
            assert_eq!(link.text(), "A B C");
            assert!(link.attribute("rel").is_none());
        });
    }

    #[test]
    fn scripts_and_comments_hide_nothing_and_show_nothing() {
        let body = r#"<script>if (a < b && c > d) { x = '<input name="fkey" value="wrong">' }</script>
            <style>p > a {}</style><!-- <input name="fkey" value="no"> ---><p id=p class="user user-7">a < b</p>
            <input name="fkey" value="right">"#;
        with(body, |page| {
            assert_eq!(page.input("fkey").as_deref(), Some("right"));
            assert_eq!(page.by_id("p").unwrap().classes().collect::<Vec<_>>(), ["user", "user-7"]);
            assert_eq!(page.by_id("p").unwrap().text(), "a < b");
            assert_eq!(page.excerpt(), "a < b");
        });
    }

    #[test]
    fn a_page_over_the_cap_is_refused() {
        assert!(Html::new(&vec![b'a'; MAX_PAGE]).is_some());
        assert!(Html::new(&vec![b'a'; MAX_PAGE + 1]).is_none());
    }

    #[test]
    fn deep_and_hostile_pages_fit_a_small_stack() {
        let pages = [
            "<b>".repeat(100_000),
            "<b><br/>".repeat(100_000),
            "<".repeat(300_000),
            "<!--".repeat(100_000),
            "<script>".repeat(50_000),
            "<a b='".repeat(50_000),
            "<a b=c/d ".repeat(50_000),
            "</".repeat(150_000),
            "&amp".repeat(100_000),
        ];
        // The main thread's stack would hide what this is about.
        let builder = std::thread::Builder::new().stack_size(256 << 10);
        let reader = builder.spawn(move || pages.iter().map(|page| read_all(page.as_bytes())).sum::<usize>()).unwrap();
        reader.join().unwrap();
    }

    proptest! {
        #[test]
        fn never_panics_on_bytes(body in prop::collection::vec(any::<u8>(), 0..400)) {
            read_all(&body);
        }

        #[test]
        fn never_panics_on_markup(parts in prop::collection::vec(prop::sample::select(PARTS), 0..60)) {
            read_all(parts.concat().as_bytes());
        }
    }

    const PARTS: &[&str] = &[
        "<",
        ">",
        "/",
        "=",
        "\"",
        "'",
        " ",
        "\n",
        "<a",
        "<b>",
        "</b>",
        "<br/>",
        "<!--",
        "-->",
        "<script",
        "</script",
        "é",
        "href",
        "class",
        "id=",
        "fkey",
        "<input name=fkey value=",
        "&amp;",
        "&#0;",
        "&",
        "<!doctype html>",
        "\0",
        "<title>",
    ];
}
