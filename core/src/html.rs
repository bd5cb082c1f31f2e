//! Pages. This is the only module that knows the parser, `tl`.
//!
//! `tl` is fast and never panics, but parts of it recurse over the document, and its grammar is its own. So a page is
//! rewritten first ([`tidy`]) into the HTML that it reads well, elements are then looked at in the order of
//! the document, and nothing here calls itself.

mod element;
mod region;
mod selector;
pub(crate) mod selectors;
mod tags;
mod tidy;
mod walk;

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::excerpt::excerpt;
pub(crate) use element::Element;
pub(crate) use region::{Missing, Region};
pub(crate) use selector::Selector;
pub(crate) use tags::{source as text_of, text as shown_text};
pub(crate) use walk::Step;

/// The largest page that is looked at, in bytes. Most chat pages have less than 200 kB; the transcript of a busy day
/// has some thousand messages of less than 1 kB each.
pub(crate) const MAX_PAGE: usize = 8 << 20;
/// How much of an element's text is read.
const MAX_TEXT: usize = 64 << 10;

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
    /// Found when they are first asked for: what is looked for on most pages has no inside.
    insides: OnceCell<tags::Insides>,
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
        Some(Page { dom, source: &self.tidied, tags, starts, insides: OnceCell::new() })
    }

    /// The text of `<title>`.
    pub(crate) fn title(&self) -> Option<String> {
        tags::first(&self.tidied, "title").map(tags::text)
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
    #[cfg(test)]
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

    /// The start of what a reader of the page would see.
    pub(crate) fn excerpt(&self) -> String {
        let texts = self.dom.nodes().iter().filter_map(|node| node.as_raw());
        excerpt(&joined(texts.map(tl::Bytes::as_utf8_str)))
    }
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
            html.title(),
            page.whole().value(selectors::FKEY),
            page.whole()
                .after(selectors::LOGIN_FORM)
                .and_then(|form| form.until(selectors::FORM).value(selectors::FKEY)),
            page.whole()
                .after(selectors::TOP_BAR_MENU)
                .and_then(|bar| bar.first(selectors::ANY_LINK))
                .map(Element::text),
            page.whole().first(selectors::ACTIVE_USER).map(|e| e.classes().collect()),
            Some(page.excerpt()),
        ];
        found.into_iter().flatten().map(|text| text.len()).sum::<usize>() + texts
    }

    #[test]
    fn the_title_is_text() {
        let title = |page: &str| Html::new(page.as_bytes()).unwrap().title();
        let page = "<p class='<title>x'><!-- <title>y --><TITLE>Human &amp; verification\n</title>";
        assert_eq!(title(page).as_deref(), Some("Human & verification"));
        assert_eq!(title("<title>cut off"), None);
    }

    #[test]
    fn scripts_and_comments_hide_nothing_and_show_nothing() {
        let body = r#"<script>if (a < b && c > d) { x = '<input name="fkey" value="wrong">' }</script>
            <style>p > a {}</style><!-- <input name="fkey" value="no"> ---><p id=p class="user user-7">a < b</p>
            <input name="fkey" value="right">"#;
        with(body, |page| {
            assert_eq!(page.whole().value(selectors::FKEY).as_deref(), Some("right"));
            let shown = page.elements().find(|element| element.is("p")).unwrap();
            assert_eq!(shown.classes().collect::<Vec<_>>(), ["user", "user-7"]);
            assert_eq!(shown.text(), "a < b");
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
