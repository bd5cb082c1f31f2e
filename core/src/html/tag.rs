//! One tag of a tidied page.

use std::ops::Range;

/// Where a tag stands in a tidied page, where all of them look like `<name key="value" key>`, `<name />` or `</name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    /// Where its `<` is.
    pub(super) start: usize,
    /// Where its name begins.
    pub(super) name: usize,
    /// Where its name ends.
    pub(super) rest: usize,
    /// Behind its `>`.
    pub(super) end: usize,
    /// How many attributes the tags before it have.
    pub(super) attributes: usize,
}

impl Tag {
    /// Whether it is an end tag.
    pub(super) fn closes(self) -> bool {
        self.name - self.start == "</".len()
    }

    /// Its name, in lower case.
    pub(super) fn name(self, source: &str) -> &str {
        &source[self.name..self.rest]
    }
}

/// An attribute as it is written; one without a value is empty.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// What an element goes by, its name, id and classes, a bit for each. Several words share one: bits tell what an element is
/// not, and so save looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits(u64);

impl Bits {
    /// An end tag has not even the bit of an element.
    pub(super) const NONE: Self = Self(0);
    pub(super) const ELEMENT: Self = Self(1);
    /// Of what has to be decoded first.
    pub(super) const ANY: Self = Self(u64::MAX);

    /// Adds a word, in whatever case.
    pub(super) const fn with(self, word: &str) -> Self {
        let ([first, ..], [.., last]) = (word.as_bytes(), word.as_bytes()) else { return self };
        let (first, last) = (first.to_ascii_lowercase() as usize, last.to_ascii_lowercase() as usize);
        Self(self.0 | 2 << ((first * 5 + last * 11 + word.len()) % 63))
    }

    /// Whether all of these may be among them.
    pub(super) const fn may_have(self, words: Self) -> bool {
        self.0 & words.0 == words.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_miss_nothing() {
        let of = |words: &[&str]| words.iter().fold(Bits::ELEMENT, |bits, word| bits.with(word));
        let all = of(&["a", "li", "message", "", "b"]);
        assert!(all.may_have(of(&["A", "li", "message", "b"])) && all.may_have(of(&[""])));
        assert!(!all.may_have(of(&["li", "monologue"])) && !Bits::NONE.may_have(of(&[])));
    }
}
