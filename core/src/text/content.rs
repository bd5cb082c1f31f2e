//! What a message says.

use super::node::{Link, Node, Visit, visits};
use super::onebox::Onebox;
use super::{parse, plain, source};

/// The content of a message, read from its HTML as events carry it (protocol notes, 7).
///
/// Reading never fails and loses nothing that is on the page: markup that is not known is kept as [`Node::Other`]. It
/// takes linear time. Of more than 2 MiB the first 2 MiB are read, and what is nested more than 24 deep is taken out
/// of its elements.
///
/// ```
/// use sechat_core::text::{Content, Node};
///
/// let content = Content::parse("<b>done</b>: 5 &lt; 6, @Marvin <code>a_b</code>");
/// assert_eq!(content.to_text(), "done: 5 < 6, @Marvin a_b");
/// assert_eq!(content.to_markdown(), "**done**: 5 < 6, @Marvin `a_b`");
/// assert_eq!(content.mentions().collect::<Vec<_>>(), ["Marvin"]);
/// assert_eq!(content.nodes()[0], Node::Bold(vec![Node::Text("done".to_owned())]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Content {
    nodes: Vec<Node>,
}

impl Content {
    /// Reads HTML.
    ///
    /// ```
    /// use sechat_core::text::Content;
    ///
    /// assert_eq!(Content::parse("<div class='full'>a <br> b</div>").to_text(), "a\nb");
    /// ```
    pub fn parse(html: &str) -> Self {
        Self { nodes: parse::nodes(html) }
    }

    /// What is in it, in order.
    ///
    /// ```
    /// # use sechat_core::text::Content;
    /// assert_eq!(Content::parse("a <b>b</b>").nodes().len(), 2);
    /// ```
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Everything in it, each node before what it holds.
    ///
    /// ```
    /// use sechat_core::text::{Content, Node};
    ///
    /// let content = Content::parse("<b>a <i>b</i></b> c");
    /// let italics = content.all_nodes().filter(|node| matches!(node, Node::Italic(_)));
    /// assert_eq!(italics.count(), 1);
    /// ```
    pub fn all_nodes(&self) -> impl Iterator<Item = &Node> {
        visits(&self.nodes).filter_map(|visit| if let Visit::Enter(node) = visit { Some(node) } else { None })
    }

    /// The names that it mentions, without `@`: at least three characters, up to what ends a name in chat, and not in
    /// code or oneboxes. [`pings`](super::pings) tells whether one of them may mean a given user.
    ///
    /// ```
    /// use sechat_core::text::Content;
    ///
    /// let content = Content::parse("@Ann: a@example.com is <code>@not</code> @Jo's, ask @Bob-2");
    /// assert_eq!(content.mentions().collect::<Vec<_>>(), ["Ann", "Bob"]);
    /// ```
    pub fn mentions(&self) -> impl Iterator<Item = &str> {
        self.all_nodes().filter_map(|node| if let Node::Mention(name) = node { Some(name.as_str()) } else { None })
    }

    /// Its links, those in oneboxes too.
    ///
    /// ```
    /// use sechat_core::text::Content;
    ///
    /// let content = Content::parse("see <a href='https://a.example/'>a.example</a>");
    /// assert_eq!(content.links().next().unwrap().href, "https://a.example/");
    /// ```
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.all_nodes().filter_map(|node| if let Node::Link(link) = node { Some(link) } else { None })
    }

    /// Its oneboxes. A message has one at most, as far as is known.
    ///
    /// ```
    /// use sechat_core::text::{Content, OneboxKind};
    ///
    /// let html = r#"<div class="onebox ob-image"><a href="//a.example/x"><img src="//a.example/x"></a></div>"#;
    /// let content = Content::parse(html);
    /// assert!(matches!(&content.oneboxes().next().unwrap().kind, OneboxKind::Image { .. }));
    /// ```
    pub fn oneboxes(&self) -> impl Iterator<Item = &Onebox> {
        self.all_nodes().filter_map(|node| if let Node::Onebox(onebox) = node { Some(onebox) } else { None })
    }

    /// Whether the server cut it short: [`MessageSource`](crate::endpoint::MessageSource) has all of it.
    ///
    /// ```
    /// # use sechat_core::text::Content;
    /// assert!(Content::parse("<pre class='partial'>a\nb</pre>").is_partial());
    /// ```
    pub fn is_partial(&self) -> bool {
        let cut =
            |node: &Node| matches!(node, Node::MultiLine { partial: true, .. } | Node::Monospace { partial: true, .. });
        self.all_nodes().any(cut)
    }

    /// What a reader sees, without any marks.
    ///
    /// Lines are separated by `\n`; a onebox without words, such as a picture, is its address. The invisible U+200B
    /// and U+200C are left out, which makes texts comparable.
    ///
    /// ```
    /// # use sechat_core::text::Content;
    /// assert_eq!(Content::parse("it&#39;s <b>bold</b> and lo&zwnj;&#8203;ng").to_text(), "it's bold and long");
    /// ```
    pub fn to_text(&self) -> String {
        plain::text(&self.nodes)
    }

    /// A source text that shows like this one when it is posted, as far as the dialect can say it: marks inside words
    /// and elements that are not known lose their markup and keep their text.
    ///
    /// Posted text beginning with `@name` pings as any other. A cut message gives a cut source.
    ///
    /// ```
    /// # use sechat_core::text::Content;
    /// let content = Content::parse("<i>2*3</i> <a href='https://a.example/x'>x</a>");
    /// assert_eq!(content.to_markdown(), r"_2\*3_ [x](https://a.example/x)");
    /// assert_eq!(Content::parse("<pre class='full'>a\nb</pre>").to_markdown(), "    a\n    b");
    /// ```
    pub fn to_markdown(&self) -> String {
        source::markdown(&self.nodes)
    }
}
