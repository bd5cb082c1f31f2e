//! From the words of a message to typed arguments.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// What a command is given: a tuple of none to four [`Argument`]s, in the order of the words.
///
/// Words that nothing asks for are an error; end with a [`Rest`] or [`Many`] to take whatever comes.
pub trait Arguments: Sized + Send + 'static {
    /// Takes them from the words.
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments>;
}

/// One argument: anything that has `FromStr` takes a word; [`Maybe`], [`Many`] and [`Rest`] take as many as they are.
pub trait Argument: Sized + Send + 'static {
    /// Takes it from the words.
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments>;
}

/// An argument that may be left out. Only the last ones can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "patterns take it apart")]
pub struct Maybe<T>(pub Option<T>);

/// All words that are left, of a kind; there may be none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "patterns take it apart")]
pub struct Many<T>(pub Vec<T>);

/// All text that is left, as it was written, quotes and lines included. There must be some; [`Many`]`<String>` takes
/// none as well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "patterns take it apart")]
pub struct Rest(pub String);

/// The text after the name of a command, taken word by word.
///
/// ```
/// use sechat_client::commands::Words;
///
/// let mut words = Words::new(r#"one "two three" it's "four"#);
/// assert_eq!(words.next_word(), Some("one"));
/// assert_eq!(words.next_word(), Some("two three"));
/// assert_eq!(words.rest(), r#"it's "four"#);
/// assert_eq!(words.next_word(), None);
/// ```
#[derive(Debug, Clone)]
pub struct Words<'t>(&'t str);

/// Words that are not what a command asks for, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadArguments(String);

impl<'t> Words<'t> {
    /// The words of a text.
    pub fn new(text: &'t str) -> Self {
        Self(text.trim())
    }

    /// The next word, or what stands between two double quotes in its place.
    pub fn next_word(&mut self) -> Option<&'t str> {
        if self.0.is_empty() {
            return None;
        }
        let quoted = self.0.strip_prefix('"').and_then(|text| text.split_once('"'));
        let (word, rest) = match quoted {
            Some((word, rest)) if rest.is_empty() || rest.starts_with(char::is_whitespace) => (word, rest),
            _ => self.0.split_once(char::is_whitespace).unwrap_or((self.0, "")),
        };
        self.0 = rest.trim_start();
        Some(word)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'t str {
        std::mem::take(&mut self.0)
    }

    fn end(&self) -> Result<(), BadArguments> {
        let too_much = || BadArguments::new(format!("\"{}\" is more than I need", self.0));
        if self.0.is_empty() { Ok(()) } else { Err(too_much()) }
    }
}

impl BadArguments {
    /// For arguments of your own: what is wrong, for people to read.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    fn too_few() -> Self {
        Self::new("something is missing")
    }
}

impl<T: FromStr<Err: fmt::Display> + Send + 'static> Argument for T {
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments> {
        let word = words.next_word().ok_or_else(BadArguments::too_few)?;
        word.parse().map_err(|error| BadArguments(format!("\"{word}\": {error}")))
    }
}

impl<T: FromStr<Err: fmt::Display> + Send + 'static> Argument for Maybe<T> {
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments> {
        if words.0.is_empty() { Ok(Self(None)) } else { Argument::take(words).map(Some).map(Self) }
    }
}

impl<T: FromStr<Err: fmt::Display> + Send + 'static> Argument for Many<T> {
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments> {
        let mut many = Vec::new();
        while !words.0.is_empty() {
            many.push(Argument::take(words)?);
        }
        Ok(Self(many))
    }
}

impl Argument for Rest {
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments> {
        let rest = words.rest();
        if rest.is_empty() { Err(BadArguments::too_few()) } else { Ok(Self(rest.to_owned())) }
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        impl<$($name: Argument),*> Arguments for ($($name,)*) {
            fn take(words: &mut Words<'_>) -> Result<Self, BadArguments> {
                let taken = ($($name::take(words)?,)*);
                words.end().map(|()| taken)
            }
        }
    };
}

impl Arguments for () {
    fn take(words: &mut Words<'_>) -> Result<Self, BadArguments> {
        words.end()
    }
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);

impl fmt::Display for BadArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for BadArguments {}
