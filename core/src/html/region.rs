//! Parts of a page, from one mark to another.
//!
//! Nothing here asks which element is whose child: a region is all that begins between two points of the page. The one
//! place where nesting counts, the end of an element, counts tags of its own name and gives up when they do not add up.

use std::iter;

use super::selector::{Compound, Selector};
use super::{Element, Page};
use crate::excerpt::excerpt;

/// What was looked for in vain, and what was there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) looked_for: &'static str,
    /// The markup in which it should have been; empty for the whole page.
    pub(crate) excerpt: String,
}

/// The elements of a page that begin between two points.
#[derive(Clone, Copy)]
pub(crate) struct Region<'p> {
    page: &'p Page<'p>,
    // Numbers of tags.
    from: usize,
    to: usize,
}

impl<'p> Region<'p> {
    pub(super) fn whole(page: &'p Page<'p>) -> Self {
        Self { page, from: 0, to: page.tags.len() }
    }

    /// Every element that the first alternative with any match names, in the order of the page.
    pub(crate) fn all(self, selector: Selector) -> impl Iterator<Item = Element<'p>> {
        let alternatives = selector.compounds.iter().find_map(move |compound| {
            let mut elements = self.elements(compound);
            elements.next().map(|first| iter::once(first).chain(elements))
        });
        alternatives.into_iter().flatten()
    }

    /// The first of [`Region::all`].
    pub(crate) fn first(self, selector: Selector) -> Option<Element<'p>> {
        self.all(selector).next()
    }

    /// The first, which must be there.
    pub(crate) fn need(self, selector: Selector) -> Result<Element<'p>, Missing> {
        self.first(selector).ok_or_else(|| self.missing(selector.text()))
    }

    /// At most one.
    pub(crate) fn some(self, selector: Selector) -> Result<Option<Element<'p>>, Missing> {
        let mut found = self.all(selector);
        let first = found.next();
        if found.next().is_some() { Err(self.missing(selector.text())) } else { Ok(first) }
    }

    /// Exactly one: where there are two, nobody knows which to believe.
    pub(crate) fn one(self, selector: Selector) -> Result<Element<'p>, Missing> {
        self.some(selector)?.ok_or_else(|| self.missing(selector.text()))
    }

    /// Each match with all that begins from it to the next match.
    pub(crate) fn split(self, selector: Selector) -> impl Iterator<Item = (Element<'p>, Self)> {
        let marks: Vec<_> = self.all(selector).collect();
        (0..marks.len()).map(move |n| {
            let to = marks.get(n + 1).map_or(self.to, |next| next.at);
            (marks[n], Self { from: marks[n].at, to, ..self })
        })
    }

    /// Elements that come in pairs. Fails where two of a kind follow each other, for then some are missing or moved.
    pub(crate) fn pairs(self, first: Selector, second: Selector) -> Result<Vec<(Element<'p>, Element<'p>)>, Missing> {
        let (firsts, seconds): (Vec<_>, Vec<_>) = (self.all(first).collect(), self.all(second).collect());
        if firsts.len() != seconds.len() {
            let fewer = if firsts.len() < seconds.len() { first } else { second };
            return Err(self.missing(fewer.text()));
        }
        let pairs: Vec<_> = firsts.into_iter().zip(seconds).collect();
        let next = pairs.iter().skip(1).map(|(first, _)| first.at).chain([usize::MAX]);
        if pairs.iter().zip(next).any(|((first, second), next)| second.at <= first.at || second.at >= next) {
            return Err(self.missing(second.text()));
        }
        Ok(pairs)
    }

    /// What begins before the first element that any alternative names; everything when there is none.
    pub(crate) fn until(self, selector: Selector) -> Self {
        // One after the other, each up to what the others have found.
        selector.compounds.iter().fold(self, |region, compound| {
            let end = region.elements(compound).next();
            Self { to: end.map_or(region.to, |end| end.at), ..region }
        })
    }

    /// What begins after the first match, which leaves open where that ends.
    pub(crate) fn after(self, selector: Selector) -> Option<Self> {
        Some(Self { from: self.first(selector)?.at + 1, ..self })
    }

    /// The first `value` that is not empty among the inputs that match.
    pub(crate) fn value(self, selector: Selector) -> Option<String> {
        let mut values = self.all(selector).filter_map(|input| Some(input.attribute("value")?.trim().to_owned()));
        values.find(|value| !value.is_empty())
    }

    /// What begins after an element and within it. Fails where its end cannot be found.
    pub(crate) fn inside(self, element: Element<'p>) -> Result<Self, Missing> {
        let tags = element.inside().ok_or_else(|| self.missing("the end of an element"))?.tags;
        Ok(Self { from: tags.start, to: tags.end.min(self.to).max(tags.start), ..self })
    }

    /// Whether an element begins in it.
    pub(crate) fn has(self, element: Element<'_>) -> bool {
        (self.from..self.to).contains(&element.at)
    }

    /// The error of a reader that did not find something here.
    pub(crate) fn missing(self, looked_for: &'static str) -> Missing {
        let place = |at: usize| self.page.tags.get(at).map_or(self.page.source.len(), |tag| tag.start);
        let markup = if self.from == 0 { "" } else { &self.page.source[place(self.from)..place(self.to)] };
        Missing { looked_for, excerpt: excerpt(markup) }
    }

    fn elements(self, compound: &'static Compound) -> impl Iterator<Item = Element<'p>> {
        let bits = self.page.bits[self.from..self.to].iter().enumerate();
        let elements = bits.filter(|(_, bits)| bits.may_have(compound.bits));
        let elements = elements.map(move |(n, _)| Element { page: self.page, at: self.from + n });
        elements.filter(|element| compound.matches(*element))
    }
}

#[cfg(test)]
mod tests {
    use super::super::selector::selector;
    use super::*;

    const ITEM: Selector = selector!(".item");
    const NAME: Selector = selector!(".new-name", ".name");

    fn with<T>(body: &str, read: impl FnOnce(Region<'_>) -> T) -> T {
        read(Page::new(body.as_bytes()).unwrap().whole())
    }

    #[test]
    fn regions_end_where_the_next_begins() {
        let body = "<p class=name>0</p><div class=item><p class=name>1</p></div><div class=item><p class=name>2</p>\
                    <p class=new-name>3</p></div><i class=stop></i><p class=name>4</p>";
        with(body, |page| {
            let texts = |region: Region<'_>| region.all(NAME).filter_map(Element::inner_text).collect::<Vec<_>>();
            let items: Vec<_> = page.split(ITEM).map(|(_, region)| texts(region)).collect();
            assert_eq!(items, [vec!["1"], vec!["3"]], "the first alternative that matches is the one");
            let (_, last) = page.split(ITEM).last().unwrap();
            assert_eq!(texts(last.until(selector!(".stop"))), ["3"]);
            let (item, _) = page.split(ITEM).next().unwrap();
            assert_eq!(texts(page.inside(item).unwrap()), ["1"]);
        });
    }

    #[test]
    fn one_is_neither_none_nor_two() {
        with("<p></p><b class=name>x</b>", |page| assert!(page.one(NAME).is_ok()));
        with("<p></p><b class=name>x</b><b class=name>x</b>", |page| {
            assert!(page.one(NAME).is_err());
            assert!(page.some(NAME).is_err());
        });
        with("<p class=item>word <i>x</i></p>", |page| {
            assert_eq!(page.some(NAME).unwrap().map(|_| ()), None);
            let (item, _) = page.split(ITEM).next().unwrap();
            let missing = page.inside(item).unwrap().one(NAME).err().unwrap();
            assert_eq!((missing.looked_for, missing.excerpt.as_str()), (".new-name, .name", "<i>x</i>"));
        });
    }

    #[test]
    fn a_region_ends_at_the_first_of_any_alternative() {
        const END: Selector = selector!(".stop", ".item");
        with("<p class=name>1</p><p class=item></p><p class=name>2</p><p class=stop></p>", |page| {
            assert_eq!(page.until(END).all(NAME).count(), 1);
            assert_eq!(page.after(ITEM).unwrap().all(NAME).filter_map(Element::inner_text).collect::<Vec<_>>(), ["2"]);
            assert!(page.after(selector!(".missing")).is_none());
        });
    }

    #[test]
    fn values_of_inputs_are_what_is_not_empty() {
        const FKEY: Selector = selector!("input[name=fkey]");
        let body = r#"<form id=other action=/a/b><input name=fkey value=first></form>
            <FORM CLASS="item"><INPUT TYPE=hidden NAME='fkey' VALUE='a&amp;b'/><br/></FORM>
            <form><input name="fkey" value="third"></form>"#;
        with(body, |page| {
            assert_eq!(page.value(FKEY).as_deref(), Some("first"));
            let form = page.after(ITEM).unwrap().until(selector!("form"));
            assert_eq!(form.value(FKEY).as_deref(), Some("a&b"));
            assert_eq!(page.value(selector!("input[name=missing]")), None);
        });
        let body = r#"<input name="fkey" value=""><input name="fkey"><input name="fkey" value=" k ">"#;
        with(body, |page| assert_eq!(page.value(FKEY).as_deref(), Some("k")));
    }

    #[test]
    fn ends_are_counted() {
        let inner = |body: &str| with(body, |page| page.first(ITEM).and_then(|item| item.inner().map(str::to_owned)));
        assert_eq!(
            inner("<div class=item>a<div title='</div>'>b</div><br>c</div>d").as_deref(),
            Some("a<div title='</div>'>b</div><br>c")
        );
        assert_eq!(inner("<div class=item>a<div>b</div>c"), None);
        assert_eq!(inner("<div class=item>"), None);
        assert_eq!(inner("<p class=item>&lt;x</p>").as_deref(), Some("&lt;x"));
    }
}
