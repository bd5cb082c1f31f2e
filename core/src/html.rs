//! Pages.
//!
//! A page is rewritten first into HTML that is easily read as browsers do ([`tidy`]); with that comes the list of its tags.
//! What is looked for on a page is looked for in that list. Nothing here calls itself.
//!
//! What is nested in what counts in messages alone. That is left to the parser, `tl`, which only this module knows: it
//! is fast and never panics, but parts of it recurse over the document, and its grammar is its own.

mod element;
mod region;
mod selector;
pub(crate) mod selectors;
mod tag;
mod text;
mod tidy;
mod walk;

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::str;

pub(crate) use element::Element;
pub(crate) use region::{Missing, Region};
pub(crate) use selector::Selector;
use tag::{Attribute, Bits, Tag};
pub(crate) use text::shown_text;
pub(crate) use walk::Step;

/// The largest page that is looked at, in bytes. Most chat pages have less than 200 kB; the transcript of a busy day
/// has some thousand messages of less than 1 kB each.
pub(crate) const MAX_PAGE: usize = 8 << 20;
/// How often its own length of a page is looked through for ends of elements.
const MOST_PASSES: usize = 128;

/// A page ready to be read.
pub(crate) struct Page<'a> {
    source: Cow<'a, str>,
    /// The tags in it, in their order, and what each element goes by.
    tags: Vec<Tag>,
    bits: Vec<Bits>,
    attributes: Vec<Attribute>,
    /// How many bytes may still be looked through for ends of elements: were there no end of that, the insides of many
    /// nested elements could be many times the page.
    left: Cell<usize>,
}

/// A part of a page's markup, and the tags in it.
struct Inside {
    markup: Range<usize>,
    tags: Range<usize>,
}

/// What is inside the scripts of a page.
pub(crate) fn scripts(body: &[u8]) -> String {
    let page = String::from_utf8_lossy(&body[..body.len().min(MAX_PAGE)]);
    let bodies = page.split("<script").skip(1).filter_map(|rest| rest.split_once('>'));
    let bodies = bodies.filter_map(|(_, rest)| Some(rest.split_once("</script")?.0));
    bodies.collect::<Vec<_>>().join("\n")
}

impl<'a> Page<'a> {
    /// `None` when the page is too large.
    pub(crate) fn new(body: &'a [u8]) -> Option<Self> {
        if body.len() > MAX_PAGE {
            return None;
        }
        let page = str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
        let tidy::Tidied { text, tags, bits, attributes } = tidy::tidy(&page);
        let source = text.map_or(page, Cow::Owned);
        let left = Cell::new(source.len() * MOST_PASSES);
        Some(Self { source, tags, bits, attributes, left })
    }

    /// The text of `<title>`.
    pub(crate) fn title(&self) -> Option<String> {
        self.whole().first(selectors::TITLE)?.inner_text()
    }

    /// Whether the page is there to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.source.trim_end().ends_with("</html>")
    }

    /// Whether a part of a page, made of a list's items, is there to its end.
    pub(crate) fn is_complete_list(&self) -> bool {
        let text = self.source.trim();
        text.is_empty() || text.ends_with("</li>") || text.ends_with("</ul>")
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Region<'_> {
        Region::whole(self)
    }

    fn all(&self) -> Inside {
        Inside { markup: 0..self.source.len(), tags: 0..self.tags.len() }
    }

    /// What is inside an element, up to the end tag that balances the tags of its name. `None` where there is no such end,
    /// or too much was looked through.
    fn inside(&self, at: usize) -> Option<Inside> {
        let left = Some(self.left.get()).filter(|left| *left > 0)?;
        let (element, name) = (self.tags[at], self.tags[at].name(&self.source));
        let mut open = 0_usize;
        let end = (at..self.tags.len()).find(|at| {
            let tag = self.tags[*at];
            if tag.name(&self.source) == name {
                open = if tag.closes() { open - 1 } else { open + 1 };
            }
            open == 0
        });
        let to = end.map_or(self.source.len(), |end| self.tags[end].start);
        self.left.set(left.saturating_sub(to - element.start));
        Some(Inside { markup: element.end..to, tags: at + 1..end? })
    }

    /// All elements, in the order in which they begin.
    #[cfg(test)]
    fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        let elements = (0..self.tags.len()).filter(|at| !self.tags[*at].closes());
        elements.map(|at| Element { page: self, at })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with<T>(body: &str, read: impl FnOnce(&Page<'_>) -> T) -> T {
        read(&Page::new(body.as_bytes()).unwrap())
    }

    /// Everything this module can do, on one page.
    fn read_all(body: &[u8]) -> usize {
        let page = Page::new(body).unwrap();
        let texts = page.elements().take(50).filter_map(Element::inner_text).map(|text| text.len()).sum::<usize>();
        let steps = page.tree().unwrap().walk().count();
        let found = [
            page.title(),
            page.whole().value(selectors::FKEY),
            page.whole()
                .after(selectors::LOGIN_FORM)
                .and_then(|form| form.until(selectors::FORM).value(selectors::FKEY)),
            page.whole()
                .after(selectors::TOP_BAR_MENU)
                .and_then(|bar| bar.first(selectors::ANY_LINK))
                .and_then(Element::inner_text),
            page.whole().first(selectors::ACTIVE_USER).map(|e| e.classes().collect()),
            Some(page.excerpt()),
        ];
        found.into_iter().flatten().map(|text| text.len()).sum::<usize>() + texts + steps
    }

    #[test]
    fn insides_end_where_the_tags_of_a_name_balance() {
        let source = "<a><b>1<a>2</a></b>3</a></b><a>";
        let page = Page::new(source.as_bytes()).unwrap();
        let insides: Vec<_> = page.elements().map(Element::inner).collect();
        assert_eq!(insides, [Some("<b>1<a>2</a></b>3"), Some("1<a>2</a>"), Some("2"), None]);
    }

    #[test]
    fn nested_elements_are_not_looked_through_for_ever() {
        let times = 4 * MOST_PASSES;
        let page = "<i>".repeat(times) + &"</i>".repeat(times);
        let page = Page::new(page.as_bytes()).unwrap();
        let found: usize = page.elements().map_while(Element::inner).map(str::len).sum();
        assert!(found > (MOST_PASSES - 1) * page.source.len() && found <= (MOST_PASSES + 1) * page.source.len());
        assert_eq!(page.elements().last().and_then(Element::inner), None);
    }

    #[test]
    fn the_title_is_text() {
        let title = |page: &str| Page::new(page.as_bytes()).unwrap().title();
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
            assert_eq!(shown.inner_text().as_deref(), Some("a < b"));
            assert_eq!(page.excerpt(), "a < b");
        });
    }

    #[test]
    fn a_page_over_the_cap_is_refused() {
        assert!(Page::new(&vec![b'a'; MAX_PAGE]).is_some());
        assert!(Page::new(&vec![b'a'; MAX_PAGE + 1]).is_none());
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
