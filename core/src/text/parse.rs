//! From HTML to a tree.

use super::names::next_mention;
use super::node::{Element, Image, Link, Node, Tag};
use super::onebox::Onebox;
use super::plain;
use crate::html::{self, MAX_PAGE, Page, Step};

/// How deep nodes nest. Elements further in are dissolved, so that a tree can be dropped and compared on any stack.
const MAX_DEPTH: usize = 24;
/// What the server puts into long words, to let them break.
const BREAK_POINT: &str = "\u{200c}\u{200b}";

/// The nodes of a message.
pub(super) fn nodes(text: &str) -> Vec<Node> {
    let end = (0..=MAX_PAGE.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let Some(page) = Page::new(&text.as_bytes()[..end]) else { return Vec::new() };
    let Some(tree) = page.tree() else { return vec![Node::Text(text[..end].to_owned())] };
    let mut builder = Builder { top: Frame::default(), below: Vec::new(), dissolved: 0 };
    for step in tree.walk() {
        match step {
            Step::Open(element) => builder.open(element),
            Step::Text(text) => builder.text(&text),
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

struct Builder<'p> {
    /// The innermost element that is open, or the message.
    top: Frame<'p>,
    /// Those that it is in, the message first.
    below: Vec<Frame<'p>>,
    /// Elements open beyond the depth.
    dissolved: usize,
}

#[derive(Default)]
struct Frame<'p> {
    element: Option<html::Element<'p>>,
    nodes: Vec<Node>,
    /// Whether a name in here is nobody's call: in code, and in what a onebox shows.
    inert: bool,
}

impl<'p> Builder<'p> {
    fn open(&mut self, element: html::Element<'p>) {
        if self.below.len() >= MAX_DEPTH {
            self.dissolved += 1;
            return;
        }
        let inert = self.top.inert
            || ["code", "pre"].iter().any(|name| element.is(name))
            || ["onebox", "mention"].iter().any(|class| element.has_class(class));
        let inner = Frame { element: Some(element), nodes: Vec::new(), inert };
        self.below.push(std::mem::replace(&mut self.top, inner));
    }

    fn text(&mut self, text: &str) {
        let text = text.replace(BREAK_POINT, "");
        let mut done = 0;
        while let Some((at, name)) = next_mention(&text, done).filter(|_| !self.top.inert) {
            self.top.push_text(&text[done..at]);
            self.top.nodes.push(Node::Mention(name.to_owned()));
            done = at + 1 + name.len();
        }
        self.top.push_text(&text[done..]);
    }

    fn close(&mut self) {
        if self.dissolved > 0 {
            self.dissolved -= 1;
            return;
        }
        let Some(outer) = self.below.pop() else { return };
        let inner = std::mem::replace(&mut self.top, outer);
        let Some(element) = inner.element else { return };
        let node = node(element, inner.nodes, self.top.inert);
        if node == Node::Break {
            self.top.trim_before_break();
        }
        self.top.nodes.push(node);
    }

    /// Every element has been closed.
    fn finish(self) -> Vec<Node> {
        let mut nodes = self.top.nodes;
        if let Some(Node::Text(text)) = nodes.first_mut() {
            *text = text.trim_start().to_owned();
        }
        if let Some(Node::Text(text)) = nodes.last_mut() {
            *text = text.trim_end().to_owned();
        }
        nodes.retain(|node| !matches!(node, Node::Text(text) if text.is_empty()));
        nodes
    }
}

impl Frame<'_> {
    fn push_text(&mut self, text: &str) {
        // Lines are separated by ` <br> `: the blanks belong to neither.
        let after_break = self.nodes.last() == Some(&Node::Break);
        let text = if after_break { text.strip_prefix(' ').unwrap_or(text) } else { text };
        match self.nodes.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(before)) => before.push_str(text),
            _ => self.nodes.push(Node::Text(text.to_owned())),
        }
    }

    fn trim_before_break(&mut self) {
        let Some(Node::Text(text)) = self.nodes.last_mut() else { return };
        if text.ends_with(' ') {
            text.pop();
        }
        if text.is_empty() {
            self.nodes.pop();
        }
    }
}

/// What an element means.
fn node(element: html::Element<'_>, nodes: Vec<Node>, in_onebox: bool) -> Node {
    let class = |class| element.has_class(class);
    let attribute = |name| element.attribute(name).map(std::borrow::Cow::into_owned);
    let partial = class("partial");
    match element.name() {
        "b" | "strong" => Node::Bold(nodes),
        "i" | "em" => Node::Italic(nodes),
        "strike" | "s" | "del" => Node::Strike(nodes),
        "code" => Node::Code(plain::exact(&nodes)),
        "br" => Node::Break,
        "pre" => Node::Monospace { text: plain::exact(&nodes), partial },
        "img" => Node::Image(Image {
            src: attribute("src").unwrap_or_default(),
            alt: attribute("alt"),
            title: attribute("title"),
        }),
        "a" => match (attribute("href"), &nodes[..]) {
            (Some(href), [Node::Tag(Tag { name, href: None })]) => {
                Node::Tag(Tag { name: name.clone(), href: Some(href) })
            }
            (Some(href), _) => Node::Link(Link { href, title: attribute("title"), nodes }),
            (None, _) => other(element, nodes),
        },
        "span" if class("ob-post-tag") => Node::Tag(Tag { name: plain::exact(&nodes), href: None }),
        "span" if class("mention") && !in_onebox => {
            Node::Mention(plain::exact(&nodes).trim().trim_start_matches('@').to_owned())
        }
        "div" if class("full") || partial => Node::MultiLine { nodes, partial },
        "div" if class("quote") => Node::Quote(nodes),
        "div" if class("onebox") => Node::Onebox(Onebox::read(element.classes(), nodes)),
        _ => other(element, nodes),
    }
}

fn other(element: html::Element<'_>, nodes: Vec<Node>) -> Node {
    Node::Other(Element { name: element.name().to_owned(), attributes: element.attributes(), nodes })
}
