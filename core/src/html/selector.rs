//! How an element is named: a small part of CSS.

use super::Element;

/// One or more compound selectors with commas between them, the preferred one first: `a.new, a.old`.
///
/// A compound has a name, ids, classes and attributes (`[a]`, `[a=b]`, `[a^=b]`, `[a$=b]`, `[a*=b]`). There are no
/// combinators, for nesting is not trusted. The text is what an error says was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selector(pub(super) &'static str);

/// One compound, taken apart.
pub(super) struct Compound {
    name: &'static str,
    tests: [Option<Test>; MOST_TESTS],
}

/// No selector has more in one compound.
const MOST_TESTS: usize = 3;

enum Test {
    Class(&'static str),
    Attribute { name: &'static str, how: How, value: &'static str },
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    Present,
    Equal,
    Start,
    End,
    Contains,
}

impl Selector {
    pub(crate) fn text(self) -> &'static str {
        self.0
    }

    /// Its compounds. What cannot be read matches nothing; a test keeps such selectors out.
    pub(super) fn compounds(self) -> impl Iterator<Item = Compound> {
        self.0.split(',').filter_map(|text| Compound::read(text.trim()))
    }
}

impl Compound {
    pub(super) fn read(text: &'static str) -> Option<Self> {
        let (name, mut rest) = split_word(text);
        let mut tests = [const { None }; MOST_TESTS];
        let mut count = 0;
        while let Some(mark) = rest.chars().next() {
            rest = &rest[1..];
            let test = match mark {
                '.' | '#' => {
                    let (word, after) = split_word(rest);
                    rest = after;
                    match (mark, word) {
                        (_, "") => return None,
                        ('.', class) => Test::Class(class),
                        (_, value) => Test::Attribute { name: "id", how: How::Equal, value },
                    }
                }
                '[' => {
                    let (inside, after) = rest.split_once(']')?;
                    rest = after;
                    attribute(inside)?
                }
                _ => return None,
            };
            *tests.get_mut(count)? = Some(test);
            count += 1;
        }
        (!name.is_empty() || count > 0).then_some(Self { name, tests })
    }

    pub(super) fn matches(&self, element: Element<'_>) -> bool {
        (self.name.is_empty() || element.is(self.name)) && self.tests.iter().flatten().all(|test| test.holds(element))
    }
}

impl Test {
    fn holds(&self, element: Element<'_>) -> bool {
        match *self {
            Self::Class(class) => element.has_class(class),
            Self::Attribute { name, how, value } => element.attribute(name).is_some_and(|found| match how {
                How::Present => true,
                How::Equal => found == value,
                How::Start => found.starts_with(value),
                How::End => found.ends_with(value),
                How::Contains => found.contains(value),
            }),
        }
    }
}

fn attribute(inside: &'static str) -> Option<Test> {
    let Some((name, value)) = inside.split_once('=') else {
        return Some(Test::Attribute { name: inside, how: How::Present, value: "" });
    };
    let (name, how) = match name.char_indices().next_back()? {
        (at, '^') => (&name[..at], How::Start),
        (at, '$') => (&name[..at], How::End),
        (at, '*') => (&name[..at], How::Contains),
        _ => (name, How::Equal),
    };
    (!name.is_empty()).then_some(Test::Attribute { name, how, value })
}

fn split_word(text: &'static str) -> (&'static str, &'static str) {
    text.split_at(text.find(['.', '#', '[']).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::super::Html;
    use super::*;

    #[test]
    fn compounds_match_elements() {
        let html = Html::new(br#"<a id=x class="b c" href="/users/7/a">t</a>"#).unwrap();
        let page = html.page().unwrap();
        let element = page.elements().next().unwrap();
        for text in ["a", ".b", "a.c", "#x", "a#x.b.c", "[href]", "a[href^=/users/]", "[href$=/a]", "[href*=/7/]"] {
            assert!(Compound::read(text).unwrap().matches(element), "{text}");
        }
        for text in ["b", ".d", "#y", "a[title]", "[href=/users/7]", "[href^=users]", "[href$=b]", "a.b.d"] {
            assert!(!Compound::read(text).unwrap().matches(element), "{text}");
        }
        for text in ["", ".", "a.", "a[b", "a[^=x]", "[=x]"] {
            assert!(Compound::read(text).is_none(), "{text}");
        }
    }
}
