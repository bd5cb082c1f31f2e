//! Where a text may be cut.

/// A text and what in it should stay whole.
pub(super) struct Breaks<'a> {
    text: &'a str,
    /// For each byte, the number of the code or link that it is in; 0 for none.
    spans: Vec<u32>,
}

impl<'a> Breaks<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut spans = vec![0; text.len()];
        let mut number = 0;
        let mut mark = |from: usize, to: usize| {
            number += 1;
            spans[from..to].fill(number);
        };
        let (mut tick, mut bracket, mut target) = (None, None, false);
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => (tick, bracket, target) = (None, None, false),
                b'`' => match tick.take() {
                    Some(from) => {
                        mark(from, at + 1);
                        (bracket, target) = (None, false);
                    }
                    None => tick = Some(at),
                },
                b'[' if !target => bracket = Some(at),
                b']' if !target => match bracket {
                    Some(_) if bytes.get(at + 1) == Some(&b'(') => target = true,
                    Some(from) if text[from..].starts_with("[tag:") || text[from..].starts_with("[meta-tag:") => {
                        mark(from, at + 1);
                        bracket = None;
                    }
                    _ => bracket = None,
                },
                b')' if target => {
                    if let Some(from) = bracket.take() {
                        mark(from, at + 1);
                    }
                    target = false;
                }
                _ => {}
            }
        }
        Self { text, spans }
    }

    /// Where a part that begins at `from` ends, with at most `limit` UTF-16 units: at the end of the text if that is
    /// near enough, or else at the last good place. Always further than `from`, unless that is the end.
    pub(super) fn cut(&self, from: usize, limit: usize) -> usize {
        let mut units = 0;
        let (mut between_words, mut beside_span, mut in_span, mut anywhere) = (None, None, None, None);
        let mut previous = None;
        for (offset, c) in self.text[from..].char_indices() {
            let at = from + offset;
            let after_word = previous.is_some_and(|p: char| !p.is_whitespace());
            if at > from {
                let split = self.spans[at - 1] != 0 && self.spans[at - 1] == self.spans[at];
                if c.is_whitespace() && after_word {
                    if !split && !self.means_something_first(at) {
                        between_words = Some(at);
                    } else {
                        in_span = Some(at);
                    }
                }
                if !split && self.spans[at - 1] != self.spans[at] {
                    beside_span = Some(at);
                }
                if !joins(previous, c) {
                    anywhere = Some(at);
                }
            }
            units += c.len_utf16();
            if units > limit {
                let places = [between_words, beside_span, in_span, anywhere];
                // Something that always moves on: `limit` is more than one character.
                return places.into_iter().flatten().next().unwrap_or(at);
            }
            previous = Some(c);
        }
        self.text.len()
    }

    /// Whether the next part would begin with what chat reads as a quote or a reply.
    fn means_something_first(&self, at: usize) -> bool {
        let mut next = self.text[at..].chars().skip_while(|c| c.is_whitespace()).take(2);
        match next.next() {
            Some('>') => true,
            Some(':') => next.next().is_some_and(|c| c.is_ascii_digit()),
            _ => false,
        }
    }
}

/// Whether a character belongs to the one before it: accents, joined emoji, the end of a Windows line.
fn joins(previous: Option<char>, c: char) -> bool {
    previous == Some('\u{200d}')
        || (previous == Some('\r') && c == '\n')
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{20e3}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::Breaks;

    fn first(text: &str, limit: usize) -> &str {
        &text[..Breaks::new(text).cut(0, limit)]
    }

    #[test]
    fn cuts_at_the_last_good_place() {
        for (text, limit, part) in [
            ("one two three", 20, "one two three"),
            ("one two three", 7, "one two"),
            ("one two three", 8, "one two"),
            ("one two three", 6, "one"),
            ("see `a b` now", 8, "see"),
            ("see `a b` now", 9, "see `a b`"),
            ("see [a b](http://c) now", 18, "see"),
            ("see [tag:x y] now", 11, "see"),
            ("xx[a b](http://c)", 6, "xx"),
            ("`a b c d`", 5, "`a b"),
            ("aaaaaaaa", 3, "aaa"),
            ("a open ` tick", 8, "a open `"),
            ("a [open b c", 9, "a [open b"),
            ("a > b", 4, "a > "),
            ("x a > b", 6, "x a >"),
            ("a b :12 c", 6, "a"),
            ("e\u{301}e\u{301}", 3, "e\u{301}"),
            ("\u{1f600}\u{1f600}", 3, "\u{1f600}"),
        ] {
            assert_eq!(first(text, limit).trim_end(), part.trim_end(), "{text} {limit}");
        }
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for text in ["`", "[", "](", "[a](", "@", "[tag:", "> ", " ", ":1 ", "\u{301}"].map(|part| part.repeat(200_000))
        {
            let breaks = Breaks::new(&text);
            let mut from = 0;
            let mut parts = 0;
            while from < text.len() {
                let to = breaks.cut(from, 500);
                assert!(to > from);
                (from, parts) = (to, parts + 1);
            }
            assert!(parts <= text.chars().count() / 100, "{parts}");
        }
    }
}
