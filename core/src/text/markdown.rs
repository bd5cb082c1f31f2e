//! Writing a message piece by piece.

use std::fmt;

use super::escape::{compact, escape_into};
use super::source::{close, link_text, linkless, named_link};
use crate::MessageId;

/// Builds the source of a message out of texts, which may hold anything, and marks.
///
/// Chat reads no marks in a message of several lines (protocol notes, 7.2). So once a line break is in it, the whole
/// is written without marks: `text (address)` for a link, `text` for bold, and nothing escaped.
///
/// Marks work at the borders of words only: put a blank or punctuation between a mark and a word beside it.
///
/// ```
/// use sechat_core::text::Markdown;
///
/// let message = Markdown::new()
///     .bold("2*3")
///     .text(" is 6, says ")
///     .link("a_b", "https://a.example/(x)")
///     .text(" in ")
///     .tag("rust");
/// assert_eq!(message.to_string(), r"**2\*3** is 6, says [a_b](https://a.example/%28x%29) in [tag:rust]");
///
/// let lines = message.line().text("*done*");
/// assert_eq!(lines.to_string(), "2*3 is 6, says a_b (https://a.example/(x)) in [tag:rust]\n*done*");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a message is only built here; send it"]
#[non_exhaustive]
pub struct Markdown {
    reply: Option<MessageId>,
    quote: bool,
    /// What is sent when it is one line.
    marked: String,
    /// What is sent when it is more.
    plain: String,
}

impl Markdown {
    /// Nothing yet.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert!(Markdown::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Text that shows as it is.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().text("a*b").to_string(), r"a\*b");
    /// ```
    pub fn text(mut self, text: &str) -> Self {
        escape_into(&mut self.marked, text);
        self.plain.push_str(text);
        self
    }

    /// Source text, marks and all.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().raw("*a*").to_string(), "*a*");
    /// ```
    pub fn raw(mut self, source: &str) -> Self {
        self.marked.push_str(source);
        self.plain.push_str(source);
        self
    }

    /// Bold text, or anything built in bold.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// let inner = Markdown::new().text("a ").italic("b");
    /// assert_eq!(Markdown::new().bold(inner).to_string(), "**a _b_**");
    /// ```
    pub fn bold(self, inner: impl Into<Self>) -> Self {
        self.marked("**", &inner.into())
    }

    /// Italic text, or anything built in italics.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().italic("a*").to_string(), r"_a\*_");
    /// ```
    pub fn italic(self, inner: impl Into<Self>) -> Self {
        self.marked("_", &inner.into())
    }

    /// Text that is struck out.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().strike("a").to_string(), "---a---");
    /// ```
    pub fn strike(self, inner: impl Into<Self>) -> Self {
        self.marked("---", &inner.into())
    }

    /// Code in the line. Code with a backtick in it cannot be marked as such and becomes text.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().code("a*b").text(" ").code("c`d").to_string(), r"`a*b` c\`d");
    /// ```
    pub fn code(mut self, code: &str) -> Self {
        if code.contains('`') || code.trim().is_empty() {
            return self.text(code);
        }
        self.marked.push('`');
        self.marked.push_str(code);
        self.marked.push('`');
        self.plain.push_str(code);
        self
    }

    /// A link with a text of its own. An address that is not http, https or ftp cannot be linked and follows the
    /// text.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().link("a]", "http://b.example").to_string(), r"[a\]](http://b.example)");
    /// assert_eq!(Markdown::new().link("a", "mailto:b").to_string(), "a (mailto:b)");
    /// ```
    pub fn link(mut self, text: &str, address: &str) -> Self {
        self.marked.push_str(&named_link(&link_text(text), address, None));
        self.plain.push_str(&linkless(text, address));
        self
    }

    /// A tag of the site that the room belongs to. What cannot be a tag becomes text.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().tag("c++").to_string(), "[tag:c++]");
    /// assert_eq!(Markdown::new().tag("a b").to_string(), "a b");
    /// ```
    pub fn tag(self, name: &str) -> Self {
        self.any_tag("tag", name)
    }

    /// A tag of that site's meta site.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().meta_tag("bug").to_string(), "[meta-tag:bug]");
    /// ```
    pub fn meta_tag(self, name: &str) -> Self {
        self.any_tag("meta-tag", name)
    }

    /// `@` and the name without blanks. It pings if the name has at least three characters: see
    /// [`mention`](super::mention).
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().mention("Ann Lee").text(" hi").to_string(), "@AnnLee hi");
    /// ```
    pub fn mention(self, name: &str) -> Self {
        self.text(&format!("@{}", compact(name)))
    }

    /// `@` and the name, so that it pings nobody: see [`name_without_ping`](super::name_without_ping).
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().name_without_ping("Ann").to_string(), "@\u{200c}Ann");
    /// ```
    pub fn name_without_ping(self, name: &str) -> Self {
        self.text(&super::name_without_ping(name))
    }

    /// Makes the whole message a quote, as far as it is one line.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().text("a").quote().to_string(), "> a");
    /// ```
    pub fn quote(mut self) -> Self {
        self.quote = true;
        self
    }

    /// Makes the whole message a reply, by the mark `:ID ` at its start.
    ///
    /// The form field that chat's own page uses is better, where it can be had: with the mark, code blocks do not
    /// work and 500 characters include it (protocol notes, 4.2).
    ///
    /// ```
    /// # use sechat_core::{MessageId, text::Markdown};
    /// assert_eq!(Markdown::new().text("yes").reply(MessageId(12)).to_string(), ":12 yes");
    /// ```
    pub fn reply(mut self, to: MessageId) -> Self {
        self.reply = Some(to);
        self
    }

    /// A line break: from here on nothing in this message has marks.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert_eq!(Markdown::new().bold("a").line().text("b").to_string(), "a\nb");
    /// ```
    pub fn line(self) -> Self {
        self.raw("\n")
    }

    /// Whether nothing was written yet.
    ///
    /// ```
    /// # use sechat_core::text::Markdown;
    /// assert!(!Markdown::new().text("a").is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    fn marked(mut self, mark: &str, inner: &Self) -> Self {
        let text = inner.marked.trim();
        // A mark with a blank inside is none.
        let before = inner.marked.len() - inner.marked.trim_start().len();
        let after = before + text.len();
        let mark = if text.is_empty() { "" } else { mark };
        for part in [&inner.marked[..before], mark, text] {
            self.marked.push_str(part);
        }
        close(&mut self.marked, mark);
        self.marked.push_str(&inner.marked[after..]);
        self.plain.push_str(&inner.plain);
        self
    }

    fn any_tag(self, kind: &str, name: &str) -> Self {
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "-.#+".contains(c)) {
            return self.text(name);
        }
        self.raw(&format!("[{kind}:{name}]"))
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(to) = self.reply {
            write!(f, ":{to} ")?;
        }
        if self.plain.contains('\n') {
            return f.write_str(&self.plain);
        }
        if self.quote {
            f.write_str("> ")?;
        }
        f.write_str(&self.marked)
    }
}

impl From<&str> for Markdown {
    fn from(text: &str) -> Self {
        Self::new().text(text)
    }
}

impl From<String> for Markdown {
    fn from(text: String) -> Self {
        Self::new().text(&text)
    }
}

impl From<Markdown> for String {
    fn from(markdown: Markdown) -> Self {
        markdown.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_stay_outside_of_marks() {
        assert_eq!(Markdown::new().bold(" a b ").to_string(), " **a b** ");
        assert_eq!(Markdown::new().bold("").italic(" ").code("").to_string(), " ");
    }

    #[test]
    fn a_text_cannot_begin_a_quote_or_a_reply() {
        assert_eq!(Markdown::new().text("> a").to_string(), "\u{200c}> a");
        assert_eq!(Markdown::new().text("a").text("> b").to_string(), "a> b");
        assert_eq!(Markdown::new().text(":1 a").reply(MessageId(2)).to_string(), ":2 \u{200c}:1 a");
    }

    #[test]
    fn several_lines_are_plain() {
        let message = Markdown::new().bold("a\nb").text(" *").quote().reply(MessageId(3));
        assert_eq!(String::from(message), ":3 a\nb *");
        let links = Markdown::new().line().link("", "http://a.example").text(" ").link("b", "http://b.example");
        assert_eq!(links.to_string(), "\nhttp://a.example b (http://b.example)");
    }
}
