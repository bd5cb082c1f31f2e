//! The parts of a message.

use std::collections::BTreeMap;

use super::onebox::Onebox;
use super::plain;

/// A part of a message.
///
/// ```
/// use sechat_core::text::{Content, Node};
///
/// let content = Content::parse("a <i>b</i>");
/// assert_eq!(content.nodes()[1], Node::Italic(vec![Node::Text("b".to_owned())]));
/// assert_eq!(content.nodes()[1].children(), [Node::Text("b".to_owned())]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Node {
    /// Text, decoded; without the invisible break points that the server puts into long words.
    Text(String),
    /// `**bold**`.
    Bold(Vec<Node>),
    /// `*italic*`.
    Italic(Vec<Node>),
    /// `---struck out---`.
    Strike(Vec<Node>),
    /// `` `code` `` in a line.
    Code(String),
    /// A link, written with a text of its own or found by the server.
    Link(Link),
    /// `@name`, without the `@`. Whom it reaches, if anybody, is for the server to say.
    Mention(String),
    /// `[tag:name]`.
    Tag(Tag),
    /// The end of a line.
    Break,
    /// A whole message that quotes: `> text`.
    Quote(Vec<Node>),
    /// A whole message of several lines, with a [`Node::Break`] between two. Such a message has links and no other
    /// markup.
    #[non_exhaustive]
    MultiLine {
        /// What is in it.
        nodes: Vec<Node>,
        /// Whether the server cut it. [`MessageSource`](crate::endpoint::MessageSource) has all of it.
        partial: bool,
    },
    /// A whole message in which every line began with four blanks, which are taken off.
    #[non_exhaustive]
    Monospace {
        /// Its text.
        text: String,
        /// Whether the server cut it. [`MessageSource`](crate::endpoint::MessageSource) has all of it.
        partial: bool,
    },
    /// A picture.
    Image(Image),
    /// A whole message that is one address, which the server replaced by what is found there.
    Onebox(Onebox),
    /// An element that means none of these.
    Other(Element),
}

/// A link.
///
/// ```
/// use sechat_core::text::Content;
///
/// let content = Content::parse(r#"<a href="//a.example/x?y&amp;z" title="T">see <b>x</b></a>"#);
/// let link = content.links().next().unwrap();
/// assert_eq!((link.href.as_str(), link.title.as_deref()), ("//a.example/x?y&z", Some("T")));
/// assert_eq!(link.text(), "see x");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Where it leads, as it came: it may begin with `//` (the scheme of the page) or `/` (the chat server).
    pub href: String,
    /// What shows when the pointer rests on it.
    pub title: Option<String>,
    /// What shows of it.
    pub nodes: Vec<Node>,
}

/// A tag of a site.
///
/// ```
/// use sechat_core::text::{Content, Node};
///
/// let html = r#"<a href="//stackoverflow.com/questions/tagged/rust"><span class="ob-post-tag">rust</span></a>"#;
/// let content = Content::parse(html);
/// let Node::Tag(tag) = &content.nodes()[0] else { panic!() };
/// assert_eq!((tag.name.as_str(), tag.is_meta()), ("rust", false));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Where it leads; oneboxes show tags that lead nowhere.
    pub href: Option<String>,
}

/// A picture.
///
/// ```
/// use sechat_core::text::{Content, Node};
///
/// let content = Content::parse(r#"<img src="//a.example/x.png" alt="X">"#);
/// let Node::Image(image) = &content.nodes()[0] else { panic!() };
/// assert_eq!((image.src.as_str(), image.alt.as_deref()), ("//a.example/x.png", Some("X")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// Its address, as it came.
    pub src: String,
    /// What shows in its place.
    pub alt: Option<String>,
    /// What shows when the pointer rests on it.
    pub title: Option<String>,
}

/// Markup that is not known, or means nothing to a reader.
///
/// ```
/// use sechat_core::text::{Content, Node};
///
/// let content = Content::parse(r#"<span class="deleted">(removed)</span>"#);
/// let Node::Other(element) = &content.nodes()[0] else { panic!() };
/// assert_eq!(element.name, "span");
/// assert!(element.has_class("deleted"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Element {
    /// Its name, in lower case.
    pub name: String,
    /// Its attributes, decoded.
    pub attributes: BTreeMap<String, String>,
    /// What is in it.
    pub nodes: Vec<Node>,
}

impl Node {
    /// What it holds; nothing for those that hold only text.
    ///
    /// ```
    /// # use sechat_core::text::{Content, Node};
    /// assert!(Node::Break.children().is_empty());
    /// ```
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Bold(nodes)
            | Self::Italic(nodes)
            | Self::Strike(nodes)
            | Self::Quote(nodes)
            | Self::MultiLine { nodes, .. } => nodes,
            Self::Link(link) => &link.nodes,
            Self::Onebox(onebox) => &onebox.nodes,
            Self::Other(element) => &element.nodes,
            Self::Text(_)
            | Self::Code(_)
            | Self::Mention(_)
            | Self::Tag(_)
            | Self::Break
            | Self::Monospace { .. }
            | Self::Image(_) => &[],
        }
    }

    /// Whether it stands on lines of its own.
    pub(super) fn is_block(&self) -> bool {
        match self {
            Self::Quote(_) | Self::MultiLine { .. } | Self::Monospace { .. } | Self::Onebox(_) => true,
            Self::Other(element) => matches!(element.name.as_str(), "div" | "p" | "ul" | "ol" | "li" | "blockquote"),
            _ => false,
        }
    }
}

impl Link {
    /// What a reader sees of it.
    ///
    /// ```
    /// # use sechat_core::text::Content;
    /// let content = Content::parse("<a href='/rooms/1'>a <i>room</i></a>");
    /// assert_eq!(content.links().next().unwrap().text(), "a room");
    /// ```
    pub fn text(&self) -> String {
        plain::text(&self.nodes)
    }
}

impl Tag {
    /// Whether it is written `[meta-tag:name]`: a tag of a meta site.
    ///
    /// ```
    /// # use sechat_core::text::{Content, Node};
    /// let html = "<a href='//meta.stackoverflow.com/questions/tagged/bug'><span class='ob-post-tag'>bug</span></a>";
    /// assert!(matches!(&Content::parse(html).nodes()[0], Node::Tag(tag) if tag.is_meta()));
    /// ```
    pub fn is_meta(&self) -> bool {
        let host = self.href.as_deref().and_then(|href| href.split_once("//")).map_or("", |(_, rest)| rest);
        host.starts_with("meta.") || host.split('/').next().is_some_and(|host| host.contains(".meta."))
    }
}

impl Element {
    /// Whether its `class` has this word.
    ///
    /// ```
    /// # use sechat_core::text::{Content, Node};
    /// let content = Content::parse("<em-x class='a b'>c</em-x>");
    /// assert!(matches!(&content.nodes()[0], Node::Other(element) if element.has_class("b")));
    /// ```
    pub fn has_class(&self, class: &str) -> bool {
        self.attributes.get("class").is_some_and(|words| words.split_ascii_whitespace().any(|word| word == class))
    }
}

/// A node met on the way through a tree.
#[derive(Clone, Copy)]
pub(super) enum Visit<'a> {
    Enter(&'a Node),
    Leave(&'a Node),
}

/// Each node before what it holds, and again after.
pub(super) fn visits(nodes: &[Node]) -> impl Iterator<Item = Visit<'_>> {
    let mut stack = vec![(None, nodes.iter())];
    std::iter::from_fn(move || {
        let (_, siblings) = stack.last_mut()?;
        if let Some(node) = siblings.next() {
            stack.push((Some(node), node.children().iter()));
            return Some(Visit::Enter(node));
        }
        stack.pop().and_then(|(node, _)| node).map(Visit::Leave)
    })
}
