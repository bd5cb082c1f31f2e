//! `@name`: where a name ends, and whom it means.

/// The fewest characters of a name that ping anybody (protocol notes, 7.4).
pub(super) const SHORTEST: usize = 3;

/// Whether a text pings a user of this name.
///
/// A ping is `@` and at least three characters that the name begins with, its blanks left out, whatever their case;
/// then the text ends or something follows that no name goes on with (protocol notes, 7.4). The server pings only
/// people who were in the room lately, so that `true` means that it may.
///
/// ```
/// use sechat_core::text::pings;
///
/// assert!(pings("so, @marv: what now?", "Marvin the Bot"));
/// assert!(pings("@MarvinTheBot", "Marvin the Bot"));
/// assert!(!pings("@Ma @Marvel a@marvin.example @\u{200c}Marvin", "Marvin the Bot"));
/// ```
pub fn pings(text: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    let mut starts = text.match_indices('@').filter(|(at, _)| may_begin(text, *at));
    starts.any(|(at, _)| {
        let mut rest = text[at + 1..].chars();
        for (known, wanted) in name.iter().enumerate() {
            match rest.next() {
                Some(c) if same(c, *wanted) => {}
                _ => return false,
            }
            if known + 1 >= SHORTEST && rest.clone().next().is_none_or(ends_name) {
                return true;
            }
        }
        false
    })
}

/// The first mention from a place on: where its `@` is, and the name.
pub(super) fn next_mention(text: &str, from: usize) -> Option<(usize, &str)> {
    let starts = text[from..].match_indices('@').map(|(at, _)| from + at);
    starts.filter(|at| may_begin(text, *at)).find_map(|at| {
        let rest = &text[at + 1..];
        let name = &rest[..rest.find(ends_name).unwrap_or(rest.len())];
        (name.chars().nth(SHORTEST - 1).is_some()).then_some((at, name))
    })
}

/// Addresses of mail have a letter before the `@`.
fn may_begin(text: &str, at: usize) -> bool {
    !text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

/// The notes have `. _ ! ? ( ) ; : + -` "and the like": all punctuation is taken to end a name.
fn ends_name(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || c.is_ascii_punctuation()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2027}' | '\u{ab}' | '\u{bb}' | '\u{a1}' | '\u{bf}')
}

fn same(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_a_prefix_of_three_letters() {
        for text in [
            "@SpotDetector hi",
            "@spo",
            "hi @SPOT!",
            "(@Spot)",
            "@Spot's",
            "@Spot-Detector",
            "@Spot Detector",
            "@Spot\u{2026}",
            "@@Spot",
            "@Spotless @spotd",
        ] {
            assert!(pings(text, "Spot Detector"), "{text}");
        }
        for text in
            ["@Sp", "@Spotless", "@SpotDetectors", "x@Spot", "@ Spot", "@\u{200c}Spot", "Spot", "@", "", "@\u{200d}Spo"]
        {
            assert!(!pings(text, "Spot Detector"), "{text}");
        }
    }

    #[test]
    fn names_with_marks_in_them_are_matched_whole() {
        assert!(pings("@O'Brien hi", "O'Brien"));
        assert!(pings("@A.B.Charles", "A.B.Charles"));
        assert!(!pings("@A.B", "Al"));
        assert!(pings("@Jos\u{c9}", "Jos\u{e9} Luis"));
        assert!(!pings("@Jo", "Jo") && !pings("@", ""));
    }

    #[test]
    fn finds_the_first_mention() {
        assert_eq!(next_mention("a@bcd @xy @Name: @Other", 0), Some((10, "Name")));
        assert_eq!(next_mention("a@bcd @xy @Name: @Other", 15), Some((17, "Other")));
        assert_eq!(next_mention("@@user12", 0), Some((1, "user12")));
        assert_eq!(next_mention("@Bob@Ann", 4), None);
        assert_eq!(next_mention("@ab @", 0), None);
    }
}
