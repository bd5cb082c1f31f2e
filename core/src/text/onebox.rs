//! Addresses that the server replaced by what is found there.

use super::node::{Image, Link, Node, Visit, visits};
use super::plain;
use crate::MessageId;

/// A message that is one address, shown as what is found there (protocol notes, 7.3).
///
/// ```
/// use sechat_core::text::{Content, OneboxKind};
///
/// let html = r#"<div class="onebox ob-wikipedia"><div class="ob-wikipedia-title">
///     <a href="https://en.wikipedia.org/wiki/Chat">Chat</a></div>To talk.</div>"#;
/// let content = Content::parse(html);
/// let onebox = content.oneboxes().next().unwrap();
/// assert_eq!(onebox.url.as_deref(), Some("https://en.wikipedia.org/wiki/Chat"));
/// let OneboxKind::Wikipedia { title, .. } = &onebox.kind else { panic!() };
/// assert_eq!(title.as_deref(), Some("Chat"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Onebox {
    /// What it shows.
    pub kind: OneboxKind,
    /// Where it leads, as it came: it may begin with `//` or `/`.
    pub url: Option<String>,
    /// Everything in it.
    pub nodes: Vec<Node>,
}

/// What a onebox shows. What is missing in it is `None` or empty.
///
/// ```
/// use sechat_core::text::{Content, OneboxKind};
///
/// let content = Content::parse(r#"<div class="onebox ob-new-thing">x</div>"#);
/// assert_eq!(content.oneboxes().next().unwrap().kind, OneboxKind::Other("new-thing".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OneboxKind {
    /// A picture.
    #[non_exhaustive]
    Image {
        /// Its address.
        src: Option<String>,
    },
    /// A comic.
    #[non_exhaustive]
    Xkcd {
        /// The address of the picture.
        src: Option<String>,
        /// The text for the pointer.
        hover: Option<String>,
    },
    /// A video.
    #[non_exhaustive]
    YouTube {
        /// Its title.
        title: Option<String>,
        /// The address of a picture of it.
        preview: Option<String>,
    },
    /// A message of chat.
    #[non_exhaustive]
    Message {
        /// Its id.
        id: Option<MessageId>,
        /// Who wrote it.
        author: Option<String>,
        /// When, as `2020-11-18 09:25:12Z`.
        posted: Option<String>,
        /// Its text.
        text: Option<String>,
    },
    /// A question or an answer.
    #[non_exhaustive]
    Post {
        /// Its title.
        title: Option<String>,
        /// Its score, as shown.
        votes: Option<String>,
        /// The name of its site.
        site: Option<String>,
        /// Who wrote it.
        author: Option<String>,
        /// Its tags.
        tags: Vec<String>,
    },
    /// An article of Wikipedia.
    #[non_exhaustive]
    Wikipedia {
        /// Its title.
        title: Option<String>,
    },
    /// Anything else: the name in its class, without `ob-`. `tweet` and `user` are known to exist.
    Other(String),
}

impl Onebox {
    pub(super) fn read<'c>(mut classes: impl Iterator<Item = &'c str>, nodes: Vec<Node>) -> Self {
        let name = classes.find_map(|class| class.strip_prefix("ob-")).unwrap_or_default();
        let inside = Inside(&nodes);
        let src = || inside.image().map(|image| image.src.clone());
        let kind = match name {
            "image" => OneboxKind::Image { src: src() },
            "xkcd" => OneboxKind::Xkcd { src: src(), hover: inside.image().and_then(|image| image.title.clone()) },
            "youtube" => OneboxKind::YouTube { title: inside.text_of("ob-youtube-title"), preview: src() },
            "message" => OneboxKind::Message {
                id: inside.links().find_map(message_id),
                author: inside.text_of("user-name"),
                posted: inside.attribute("span", "title"),
                text: inside.quote(),
            },
            "post" => OneboxKind::Post {
                title: inside.text_of("ob-post-title"),
                votes: inside.text_of("ob-post-votes"),
                site: inside.title_of("ob-post-siteicon"),
                author: inside.author(),
                tags: inside.tags(),
            },
            "wikipedia" => OneboxKind::Wikipedia { title: inside.text_of("ob-wikipedia-title") },
            other => OneboxKind::Other(other.to_owned()),
        };
        let titled = inside.class(&format!("ob-{name}-title")).and_then(|node| Inside(node.children()).links().next());
        let url = titled.or_else(|| inside.links().next()).map(|link| link.href.clone());
        Self { kind, url, nodes }
    }
}

/// The nodes of a onebox, to look around in.
#[derive(Clone, Copy)]
struct Inside<'a>(&'a [Node]);

impl<'a> Inside<'a> {
    fn all(self) -> impl Iterator<Item = &'a Node> {
        visits(self.0).filter_map(|visit| if let Visit::Enter(node) = visit { Some(node) } else { None })
    }

    fn links(self) -> impl Iterator<Item = &'a Link> {
        self.all().filter_map(|node| if let Node::Link(link) = node { Some(link) } else { None })
    }

    fn images(self) -> impl Iterator<Item = &'a Image> {
        self.all().filter_map(|node| if let Node::Image(image) = node { Some(image) } else { None })
    }

    fn image(self) -> Option<&'a Image> {
        self.images().next()
    }

    fn class(self, class: &str) -> Option<&'a Node> {
        self.all().find(|node| matches!(node, Node::Other(element) if element.has_class(class)))
    }

    fn text_of(self, class: &str) -> Option<String> {
        let text = plain::text(self.class(class)?.children()).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    fn title_of(self, class: &str) -> Option<String> {
        let Node::Other(element) = self.class(class)? else { return None };
        element.attributes.get("title").cloned()
    }

    /// The first value of an attribute on elements of a name.
    fn attribute(self, name: &str, attribute: &str) -> Option<String> {
        self.all().find_map(|node| match node {
            Node::Other(element) if element.name == name => element.attributes.get(attribute).cloned(),
            _ => None,
        })
    }

    fn quote(self) -> Option<String> {
        let quote = self.all().find(|node| matches!(node, Node::Quote(_)))?;
        Some(plain::text(quote.children()).trim().to_owned())
    }

    /// The picture of the author bears the name.
    fn author(self) -> Option<String> {
        let body = self.class("ob-post-body")?;
        Inside(body.children()).images().find_map(|image| image.title.clone())
    }

    fn tags(self) -> Vec<String> {
        self.all().filter_map(|node| if let Node::Tag(tag) = node { Some(tag.name.clone()) } else { None }).collect()
    }
}

/// `/transcript/message/5#5`, with or without a host.
fn message_id(link: &Link) -> Option<MessageId> {
    let (_, rest) = link.href.split_once("/transcript/message/")?;
    rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Content;

    fn onebox(html: &str) -> Onebox {
        Content::parse(html).oneboxes().next().unwrap().clone()
    }

    #[expect(clippy::unnecessary_wraps, reason = "short for what is compared")]
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn pictures() {
        let image = onebox(
            r#"<div class="onebox ob-image"><a rel="nofollow" href="//i.example/a.png"><img src="//i.example/a.png"
               class="user-image" alt="user image" /></a></div>"#,
        );
        assert_eq!(image.kind, OneboxKind::Image { src: some("//i.example/a.png") });
        assert_eq!(image.url, some("//i.example/a.png"));
        let comic = onebox(
            r#"<div class="onebox ob-xkcd"><a href="https://xkcd.com/9"><img src="https://imgs.xkcd.com/c.png"
               title="It&#39;s a &quot;joke&quot;" alt="Nine" /></a></div>"#,
        );
        assert_eq!(
            comic.kind,
            OneboxKind::Xkcd { src: some("https://imgs.xkcd.com/c.png"), hover: some("It's a \"joke\"") }
        );
        assert_eq!(comic.url, some("https://xkcd.com/9"));
    }

    #[test]
    fn videos() {
        let html = r#"<div class="onebox ob-youtube"><a href="https://www.youtube.com/watch?v=x"><img
            src="https://i2.ytimg.com/vi/x/hqdefault.jpg" class="ob-youtube-preview" width="240" height="180" />
            <div class="ob-youtube-title">A film &amp; more</div><div class="ob-youtube-overlay">&#9658;</div></a></div>"#;
        let video = onebox(html);
        let preview = some("https://i2.ytimg.com/vi/x/hqdefault.jpg");
        assert_eq!(video.kind, OneboxKind::YouTube { title: some("A film & more"), preview });
        assert_eq!(Content::parse(html).to_text(), "A film & more\n\u{25ba}");
        assert_eq!(Content::parse(html).to_markdown(), "https://www.youtube.com/watch?v=x");
    }

    #[test]
    fn messages() {
        let html = r#"<div class="onebox ob-message"><a rel="noopener noreferrer" class="roomname"
            href="/transcript/message/777#777"><span title="2024-01-02 03:04:05Z">2 hours ago</span></a>, by <span
            class="user-name">Ann</span> <br><div class="quote">so <b>what</b>, @Marvin</div></div>"#;
        let message = onebox(html);
        assert_eq!(
            message.kind,
            OneboxKind::Message {
                id: Some(MessageId(777)),
                author: some("Ann"),
                posted: some("2024-01-02 03:04:05Z"),
                text: some("so what, @Marvin"),
            }
        );
        let content = Content::parse(html);
        assert_eq!(content.to_text(), "2 hours ago, by Ann\nso what, @Marvin");
        assert_eq!(content.mentions().count(), 0);
    }

    #[test]
    fn posts() {
        let post = onebox(
            r#"<div class="onebox ob-post"><div class="ob-post-votes">12</div><div class="ob-post-siteicon"
               title="Stack Overflow"></div><div class="ob-post-title">Q: <a href="//stackoverflow.com/q/1">Why?</a></div>
               <div class="ob-post-body"><img src="/p.png" title="Bob" />Because.</div><div class="ob-post-tags"><a
               href="//stackoverflow.com/questions/tagged/c"><span class="ob-post-tag">c</span></a> <span
               class="ob-post-tag">d</span></div></div>"#,
        );
        assert_eq!(
            post.kind,
            OneboxKind::Post {
                title: some("Q: Why?"),
                votes: some("12"),
                site: some("Stack Overflow"),
                author: some("Bob"),
                tags: vec!["c".to_owned(), "d".to_owned()],
            }
        );
        assert_eq!(post.url, some("//stackoverflow.com/q/1"));
    }

    #[test]
    fn what_is_missing_is_none() {
        let none = OneboxKind::Message { id: None, author: None, posted: None, text: None };
        assert_eq!(onebox("<div class='ob-message onebox'></div>").kind, none);
        assert_eq!(onebox("<div class='onebox'>x</div>").kind, OneboxKind::Other(String::new()));
    }
}
