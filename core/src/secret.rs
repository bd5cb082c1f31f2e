//! Values that are for the server alone.

use std::fmt;

use bytes::Bytes;
use form_urlencoded::Serializer;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

/// A password, a cookie or an fkey: it prints as `***`, and its memory is overwritten when it is dropped.
///
/// ```
/// use sechat_core::Secret;
///
/// let password = Secret::from("correct horse");
/// assert_eq!(format!("{password:?}"), "***");
/// assert_eq!(password.expose(), "correct horse");
/// ```
#[derive(Clone, Default)]
pub struct Secret(SecretString);

/// Text with secrets in it, on its way to the server. It is overwritten when it has to move and when it is dropped, also
/// in the shape of bytes, once the last who has those is done.
#[derive(Default)]
pub(crate) struct Draft(Zeroizing<String>);

impl Secret {
    /// The text itself. What is made of it is for the caller to keep from logs.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl Draft {
    pub(crate) fn with_capacity(length: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(length)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.make_room(text.len());
        self.0.push_str(text);
    }

    /// Adds one field of a form.
    pub(crate) fn push_pair(&mut self, name: &str, value: &str) {
        // Each byte becomes three at most.
        self.make_room(3 * (name.len() + value.len()) + 2);
        Serializer::new(&mut *self.0).append_pair(name, value);
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self.0)
    }

    /// Growing by itself, a text would leave its old place as it was.
    fn make_room(&mut self, more: usize) {
        let needed = self.0.len() + more;
        if needed > self.0.capacity() {
            let mut larger = Self::with_capacity(needed.max(2 * self.0.capacity()));
            larger.0.push_str(&self.0);
            *self = larger;
        }
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        // As long as the text, and so it does not move on its way.
        Self(SecretString::from(text))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::from(Zeroizing::new(text).as_str())
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// To read a password from a file of settings. There is no way back: what writes a secret has to say so.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_grows_and_keeps_what_it_holds() {
        let mut draft = Draft::default();
        for n in 0..200 {
            draft.push_pair("a b", &format!("\u{e4}&{n}"));
        }
        let whole: Vec<_> = form_urlencoded::parse(&draft.into_bytes()).map(|(_, value)| value.into_owned()).collect();
        assert_eq!(whole, (0..200).map(|n| format!("\u{e4}&{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn a_draft_never_grows_by_itself() {
        let mut draft = Draft::default();
        for text in ["a", "bc", "\u{e4}\u{f6}", "", "a long one, longer than all before"] {
            draft.make_room(3 * (1 + text.len()) + 2);
            let place = draft.0.as_ptr();
            draft.push_pair("f", text);
            assert_eq!(draft.0.as_ptr(), place, "it has moved without being wiped");
        }
    }

    #[test]
    fn neither_shows() {
        let mut draft = Draft::default();
        draft.push("hunter22");
        let secret = serde_json::from_str::<Secret>("\"hunter22\"").expect("a string");
        assert_eq!(
            (format!("{draft:?}"), format!("{secret:?}"), secret.expose()),
            ("***".into(), "***".into(), "hunter22")
        );
    }
}
