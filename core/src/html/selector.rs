//! How an element is named: a small part of CSS.

use super::Element;
use super::tag::Bits;

/// One or more compound selectors, the preferred one first: in CSS, with commas between them. They are read when this
/// crate is compiled.
///
/// A compound has a name, ids, classes and attributes (`[a]`, `[a=b]`, `[a^=b]`, `[a$=b]`, `[a*=b]`). There are no
/// combinators, for nesting is not trusted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selector {
    /// What an error says was looked for.
    pub(super) text: &'static str,
    pub(super) compounds: &'static [Compound],
}

/// `selector!(".new", ".old")`
macro_rules! selector {
    ($first:literal $(, $other:literal)*) => {
        $crate::html::selector::Selector {
            text: concat!($first $(, ", ", $other)*),
            compounds: const {
                &[
                    $crate::html::selector::Compound::read($first)
                    $(, $crate::html::selector::Compound::read($other))*
                ]
            },
        }
    };
}
pub(super) use selector;

/// One compound, taken apart.
#[derive(Debug)]
pub(super) struct Compound {
    name: &'static str,
    tests: [Option<Test>; MOST_TESTS],
    /// Those of its name, classes and id: what does not have them does not match.
    pub(super) bits: Bits,
}

/// No selector has more in one compound.
const MOST_TESTS: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Test {
    Class(&'static str),
    Attribute { name: &'static str, how: How, value: &'static str },
}

#[derive(Debug, Clone, Copy)]
enum How {
    Present,
    Equal,
    Start,
    End,
    Contains,
}

impl Selector {
    pub(crate) fn text(self) -> &'static str {
        self.text
    }
}

impl Compound {
    /// What cannot be read is a panic, and so does not compile.
    pub(super) const fn read(css: &'static str) -> Self {
        assert!(!css.is_empty(), "nothing is named");
        let (name, mut rest) = css.split_at(find(css, b".#["));
        let mut bits = Bits::ELEMENT.with(name);
        let mut tests = [None; MOST_TESTS];
        let mut count = 0;
        while !rest.is_empty() {
            let (mark, behind) = rest.split_at(1);
            let end = find(behind, if mark.as_bytes()[0] == b'[' { b"]" } else { b".#[" });
            let (word, after) = behind.split_at(end);
            assert!(!word.is_empty(), "a mark without a word");
            let test;
            (test, bits, rest) = match mark.as_bytes() {
                b"[" => (attribute(word), bits, after.split_at(1).1),
                b"." => (Test::Class(word), bits.with(word), after),
                _ => (Test::Attribute { name: "id", how: How::Equal, value: word }, bits.with(word), after),
            };
            tests[count] = Some(test);
            count += 1;
        }
        Self { name, tests, bits }
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

const fn attribute(inside: &'static str) -> Test {
    let (name, rest) = inside.split_at(find(inside, b"^$*="));
    assert!(!name.is_empty(), "an attribute without a name");
    if rest.is_empty() {
        return Test::Attribute { name, how: How::Present, value: "" };
    }
    let (how, value) = rest.split_at(find(rest, b"=") + 1);
    let how = match how.as_bytes() {
        b"=" => How::Equal,
        b"^=" => How::Start,
        b"$=" => How::End,
        b"*=" => How::Contains,
        _ => panic!("no way to compare"),
    };
    Test::Attribute { name, how, value }
}

/// Where the first of some bytes is, or else the end.
const fn find(text: &str, any: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        let mut n = 0;
        while n < any.len() {
            if text.as_bytes()[at] == any[n] {
                return at;
            }
            n += 1;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::Page;
    use super::*;

    #[test]
    fn compounds_match_elements() {
        let page = Page::new(br#"<a id=x class="b c" href="/users/7/a">t</a>"#).unwrap();
        let element = page.elements().next().unwrap();
        for text in ["a", ".b", "a.c", "#x", "a#x.b.c", "[href]", "a[href^=/users/]", "[href$=/a]", "[href*=/7/]"] {
            assert!(Compound::read(text).matches(element), "{text}");
        }
        for text in ["b", ".d", "#y", "a[title]", "[href=/users/7]", "[href^=users]", "[href$=b]", "a.b.d"] {
            assert!(!Compound::read(text).matches(element), "{text}");
        }
        for text in ["", ".", "a.", "a[b", "a[^=x]", "[=x]", "[]", "a.b.c.d.e"] {
            assert!(std::panic::catch_unwind(|| Compound::read(text)).is_err(), "{text}");
        }
    }
}
