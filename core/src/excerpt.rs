//! The start of a text that the server sent, made fit for an error message.

/// The longest excerpt, in characters.
const LIMIT: usize = 200;
/// From this length on, a run of token characters with a digit in it may be a secret.
const TOKEN: usize = 24;
/// What stands for something cut out.
const CUT: &str = "[cut]";
/// Words whose value is cut out however short it is.
const NAMES: [&str; 7] = ["fkey", "acct", "prov", "sechatusr", "chatusr", "password", "cookie"];

/// At most 200 characters of `text` on one line, without control characters.
///
/// Whatever may be a secret is replaced: fkeys, cookie values, ids of sockets, and every other long run of letters and
/// digits, since nobody needs those to see that a page has changed.
pub(crate) fn excerpt(text: &str) -> String {
    let mut out = Out::default();
    let mut rest = text;
    let mut named = Named::No;
    while let Some(first) = rest.chars().next() {
        if out.full() {
            return out.finish();
        }
        let len = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        if len == 0 {
            out.push(first);
            named = named.after(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (token, after) = rest.split_at(len);
        rest = after;
        let lower = token.to_ascii_lowercase();
        if NAMES.contains(&lower.as_str()) {
            named = Named::Name { several: matches!(lower.as_str(), "acct" | "cookie") };
            out.push_str(token);
        } else if let Named::Value { several } = named
            && !ATTRIBUTES.contains(&lower.as_str())
        {
            out.push_str(CUT);
            named = if several { named } else { Named::No };
        } else if is_secret(token) {
            out.push_str(CUT);
        } else {
            out.push_str(token);
        }
    }
    out.finish()
}

/// Where the text is, seen from the last telling name: `acct=t=…&s=…`, `"fkey": "…"`, `name="fkey" type="hidden" value="…"`.
#[derive(Clone, Copy)]
enum Named {
    No,
    /// The name was the last token. `several`: its value is made of more than one.
    Name {
        several: bool,
    },
    /// And what came since leads to a value.
    Value {
        several: bool,
    },
}

impl Named {
    fn after(self, c: char) -> Self {
        match (self, c) {
            (Self::Name { several } | Self::Value { several }, '=' | ':' | '"' | '\'' | '%') => Self::Value { several },
            (Self::Value { several: true }, '&') | (Self::Value { .. }, ' ') => self,
            _ => Self::No,
        }
    }
}

/// Words that stand between a name and its value in an `<input>`.
const ATTRIBUTES: [&str; 5] = ["type", "hidden", "value", "id", "name"];

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '~' | '+')
}

fn is_secret(token: &str) -> bool {
    token.len() >= TOKEN && token.bytes().any(|b| b.is_ascii_digit())
        || token.len() >= 32 && token.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

#[derive(Default)]
struct Out {
    text: String,
    chars: usize,
}

impl Out {
    fn push(&mut self, c: char) {
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        if self.full() || c == ' ' && (self.text.is_empty() || self.text.ends_with(' ')) {
            return;
        }
        self.text.push(c);
        self.chars += 1;
    }

    fn push_str(&mut self, token: &str) {
        token.chars().for_each(|c| self.push(c));
    }

    fn full(&self) -> bool {
        self.chars >= LIMIT
    }

    fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FKEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn ordinary_text_stays() {
        assert_eq!(
            excerpt("The room is in timeout,\r\n\tending in 58 seconds"),
            "The room is in timeout, ending in 58 seconds"
        );
        assert_eq!(excerpt("/rooms/1/sandbox \u{7}é"), "/rooms/1/sandbox é");
        assert_eq!(excerpt(""), "");
    }

    #[test]
    fn secrets_are_cut_out() {
        for (text, expected) in [
            (format!("<input id=\"fkey\" name=\"fkey\" type=\"hidden\" value=\"{FKEY}\" />"), None),
            (format!("key {FKEY}!"), Some("key [cut]!")),
            ("abcdefabcdefabcdefabcdefabcdefab".to_owned(), Some("[cut]")),
            ("acct=t=ab1&s=cd2; prov=ef3; path=/".to_owned(), Some("acct=[cut]=[cut]&[cut]=[cut]; prov=[cut]; path=/")),
            ("acct=t%3dab1%26s%3dcd2".to_owned(), None),
            (r#"{"fkey":"short1","x":1}"#.to_owned(), Some(r#"{"fkey":"[cut]","x":1}"#)),
            ("prov 8a4b6c1d-0123-4567-89ab-0123456789ab".to_owned(), None),
        ] {
            let got = excerpt(&text);
            if let Some(expected) = expected {
                assert_eq!(got, expected);
            }
            for secret in [FKEY, "ab1", "cd2", "ef3", "short1", "8a4b6c1d"] {
                assert!(!got.contains(secret), "{got}");
            }
        }
    }

    proptest! {
        #[test]
        fn short_clean_and_without_the_key(before in ".{0,300}", after in ".{0,300}") {
            let got = excerpt(&format!("{before} {FKEY} {after}"));
            prop_assert!(got.chars().count() <= LIMIT);
            prop_assert!(!got.chars().any(char::is_control));
            prop_assert!(!got.contains(&FKEY[..16]));
        }
    }
}
