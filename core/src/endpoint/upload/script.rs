//! Values of variables in a page's scripts.

/// The value of the first `var NAME = '…'` of a page, with either kind of quotes, its escapes decoded.
pub(super) fn string_variable(page: &str, name: &str) -> Option<String> {
    page.match_indices("var ").find_map(|(at, var)| {
        let rest = page[at + var.len()..].trim_start().strip_prefix(name)?;
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        literal(&value[1..], quote)
    })
}

/// The text up to the closing quote. A literal that is not closed on its line is none.
fn literal(text: &str, quote: char) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'v' => out.push('\u{b}'),
                '0' => out.push('\0'),
                'x' => out.push(char::from_u32(hex(&mut chars, 2)?)?),
                'u' => out.push(unicode(&mut chars)?),
                '\n' => {}
                other => out.push(other),
            },
            '\n' | '\r' => return None,
            c if c == quote => return Some(out),
            c => out.push(c),
        }
    }
    None
}

/// `XXXX` or `{X…}` after `\u`; halves of a pair are put together, and a half alone is replaced.
fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let rest = chars.as_str();
    if let Some((digits, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        *chars = after.chars();
        return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    }
    let first = hex(chars, 4)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let mut ahead = chars.clone();
    let second = if ahead.next() == Some('\\') && ahead.next() == Some('u') { hex(&mut ahead, 4) } else { None };
    match second.filter(|second| (0xdc00..0xe000).contains(second)) {
        Some(second) => {
            *chars = ahead;
            char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        }
        None => Some(char::REPLACEMENT_CHARACTER),
    }
}

fn hex(chars: &mut std::str::Chars<'_>, digits: u32) -> Option<u32> {
    (0..digits).try_fold(0, |value, _| Some(value * 16 + chars.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_the_variable() {
        let page = "<script>var results = 'no'; var result='https://i.sstatic.net/a.png';\n var error = \"\";</script>";
        assert_eq!(string_variable(page, "result").as_deref(), Some("https://i.sstatic.net/a.png"));
        assert_eq!(string_variable(page, "error").as_deref(), Some(""));
        assert_eq!(string_variable(page, "other"), None);
        assert_eq!(string_variable("var result = null;", "result"), None);
        assert_eq!(string_variable("var result = 'cut o", "result"), None);
        assert_eq!(string_variable("var result = 'two\nlines'", "result"), None);
    }

    #[test]
    fn escapes_are_decoded() {
        for (source, value) in [
            (r#"'it\'s \"so\"'"#, "it's \"so\""),
            (r#""a \u003cb\u003e \x26 c\/d\\""#, "a <b> & c/d\\"),
            (r"'one\ntwo\tthree\0'", "one\ntwo\tthree\0"),
            (r"'\ud83d\ude00 \u{1F600} \ud83dx \ude00'", "\u{1f600} \u{1f600} \u{fffd}x \u{fffd}"),
        ] {
            assert_eq!(string_variable(&format!("var x = {source};"), "x").as_deref(), Some(value), "{source}");
        }
        for bad in [r"'\u12'", r"'\xg0'", r"'\u{110000}'", "'\\"] {
            assert_eq!(string_variable(&format!("var x = {bad};"), "x"), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_page_is_read(page in ".*", value in "(\\\\|u|[0-9a-f{}']|\\PC){0,40}") {
            string_variable(&page, "x");
            string_variable(&format!("var x = '{value}"), "x");
        }
    }
}
