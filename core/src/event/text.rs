//! The texts of a frame, read without more memory than they take.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

/// Bytes as a text, whatever they are. (The standard library takes ten times as long for those that are one.)
pub(super) fn lossy(json: &[u8]) -> Cow<'_, str> {
    str::from_utf8(json).map_or_else(|_| String::from_utf8_lossy(json), Cow::Borrowed)
}

/// A text that is borrowed where that can be.
///
/// `serde_json` undoes escapes in a place that it makes for each frame and enlarges again and again. The length of a text is
/// known before, nearly.
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        unescaped(raw).map(Text).ok_or_else(|| D::Error::custom("not a text"))
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.0.into_owned()
    }
}

/// What a string in JSON stands for.
fn unescaped(raw: &str) -> Option<Cow<'_, str>> {
    let mut rest = raw.strip_prefix('"')?.strip_suffix('"')?;
    let Some(mut at) = escape(rest) else { return Some(Cow::Borrowed(rest)) };
    let mut text = String::with_capacity(length(rest));
    loop {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        text.push(escaped(&mut rest)?);
        match escape(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}

/// Where the next escape begins. (`str::find` takes several times as long for the few characters between two.)
fn escape(string: &str) -> Option<usize> {
    string.bytes().position(|byte| byte == b'\\')
}

/// The length without escapes, if those with a code are all of ASCII characters: that is what the server escapes.
fn length(string: &str) -> usize {
    let saved = |pair: &[u8]| match pair {
        b"\\u" => 5,
        [b'\\', _] => 1,
        _ => 0,
    };
    string.len().saturating_sub(string.as_bytes().windows(2).map(saved).sum())
}

/// The character that an escape stands for, whose backslash has been taken off.
fn escaped(rest: &mut &str) -> Option<char> {
    let (kind, after) = rest.split_at_checked(1)?;
    *rest = after;
    Some(match kind {
        "u" => match unit(rest)? {
            high @ 0xD800..=0xDBFF => {
                *rest = rest.strip_prefix("\\u")?;
                char::decode_utf16([high, unit(rest)?]).next()?.ok()?
            }
            code => char::from_u32(code.into())?,
        },
        "n" => '\n',
        "r" => '\r',
        "t" => '\t',
        "b" => '\u{8}',
        "f" => '\u{c}',
        "\"" | "\\" | "/" => kind.chars().next()?,
        _ => return None,
    })
}

fn unit(rest: &mut &str) -> Option<u16> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_takes_the_memory_that_it_needs() {
        for (raw, text) in [
            (r#""""#, ""),
            (r#""\u003cb\u003e \"5\" \u0026amp; 6""#, "<b> \"5\" &amp; 6"),
            (r#""a\nb\r\t\/""#, "a\nb\r\t/"),
        ] {
            let read = unescaped(raw).unwrap().into_owned();
            assert_eq!((read.as_str(), read.capacity()), (text, text.len()));
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for raw in ["5", "null", "[\"a\"]", r#""\ud800""#, r#""\ud800\u0041""#, r#""\udc00""#] {
            assert_eq!(unescaped(raw), None, "{raw}");
        }
    }

    /// What JSON allows between quotes.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            "[^\"\\\\\\x00-\\x1f]{0,4}",
            r#"\\["\\/bfnrt]"#,
            any::<u16>().prop_map(|unit| format!("\\u{unit:04x}")),
            any::<char>().prop_map(|character| {
                let mut units = [0; 2];
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04X}"))
                    .collect::<Vec<_>>()
                    .concat()
            }),
        ]
    }

    proptest! {
        #[test]
        fn texts_are_read_as_serde_json_reads_them(pieces in prop::collection::vec(piece(), 0..8)) {
            let raw = format!("\"{}\"", pieces.concat());
            let text = serde_json::from_str::<String>(&raw).ok();
            prop_assert_eq!(serde_json::from_str::<Text<'_>>(&raw).ok().map(String::from), text);
        }
    }
}
