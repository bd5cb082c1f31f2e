//! From a tree to a source text.

use super::content::{Link, Node, Visit, visits};
use super::escape::{escape_into, has_scheme, is_linkable};
use super::onebox::{Onebox, OneboxKind};
use super::plain;

/// The source of a message. Linear.
pub(super) fn markdown(nodes: &[Node]) -> String {
    let several_lines = nodes.iter().any(|node| matches!(node, Node::MultiLine { .. } | Node::Break));
    let visits: Vec<Visit<'_>> = visits(nodes).collect();
    let mut source = Source { ends: ends(&visits), visits, out: String::new(), open: Vec::new(), several_lines };
    let mut at = 0;
    while at < source.visits.len() {
        at = source.step(at);
    }
    source.out
}

/// `[text](address "title")`, whose text is source already. An address that chat does not link follows its text in brackets.
pub(super) fn named_link(text: &str, href: &str, title: Option<&str>) -> String {
    if !is_linkable(href) {
        return if text.is_empty() { href.to_owned() } else { format!("{text} ({href})") };
    }
    let mut target = String::with_capacity(href.len());
    for c in href.chars() {
        match c {
            '(' => target.push_str("%28"),
            ')' => target.push_str("%29"),
            '"' => target.push_str("%22"),
            '<' => target.push_str("%3C"),
            '>' => target.push_str("%3E"),
            c if c.is_whitespace() => target.push_str("%20"),
            c => target.push(c),
        }
    }
    // Nothing can be escaped in a title.
    match title.filter(|title| !title.contains(['"', '(', ')', '\n'])) {
        Some(title) => format!("[{text}]({target} \"{title}\")"),
        None => format!("[{text}]({target})"),
    }
}

struct Source<'a> {
    visits: Vec<Visit<'a>>,
    /// For each place where a node begins: the place where it ends.
    ends: Vec<usize>,
    out: String,
    /// The marks that are open, each to be written again at its end; an empty one was left out.
    open: Vec<&'static str>,
    several_lines: bool,
}

impl<'a> Source<'a> {
    /// Writes what is at a place; gives the next place.
    fn step(&mut self, at: usize) -> usize {
        let node = match self.visits[at] {
            Visit::Enter(node) => node,
            Visit::Leave(node) => {
                if mark(node).is_some() {
                    let mark = self.open.pop().unwrap_or_default();
                    self.out.push_str(mark);
                }
                return at + 1;
            }
        };
        if node.is_block() && !self.out.is_empty() && !self.out.ends_with(char::is_whitespace) {
            self.out.push(if self.several_lines { '\n' } else { ' ' });
        }
        match node {
            Node::Text(text) if self.several_lines => self.out.push_str(text),
            Node::Text(text) => escape_into(&mut self.out, &text.replace(['\n', '\r'], " ")),
            Node::Bold(_) | Node::Italic(_) | Node::Strike(_) => {
                let mark = mark(node).filter(|mark| self.may_open(mark, at)).unwrap_or_default();
                self.out.push_str(mark);
                self.open.push(mark);
            }
            Node::Code(code) => self.code(code),
            Node::Link(link) => {
                let source = self.link(link, self.ends[at]);
                self.out.push_str(&source);
                return self.ends[at] + 1;
            }
            Node::Mention(name) => {
                self.out.push('@');
                self.text(name);
            }
            Node::Tag(tag) => {
                self.out.push_str(if tag.is_meta() { "[meta-tag:" } else { "[tag:" });
                self.out.push_str(&tag.name);
                self.out.push(']');
            }
            Node::Break => self.out.push('\n'),
            Node::Quote(_) if self.out.is_empty() => self.out.push_str("> "),
            Node::Monospace { text, .. } => {
                for (number, line) in text.lines().enumerate() {
                    self.out.push_str(if number == 0 { "    " } else { "\n    " });
                    self.out.push_str(line);
                }
            }
            Node::Image(image) => self.out.push_str(&absolute(&image.src)),
            Node::Onebox(onebox) => {
                self.out.push_str(&address(onebox));
                return self.ends[at] + 1;
            }
            Node::Quote(_) | Node::MultiLine { .. } | Node::Other(_) => {}
        }
        at + 1
    }

    fn text(&mut self, text: &str) {
        if self.several_lines {
            self.out.push_str(text);
        } else {
            escape_into(&mut self.out, text);
        }
    }

    /// A backtick cannot stand in code.
    fn code(&mut self, code: &str) {
        if self.several_lines || code.contains(['`', '\n']) || code.is_empty() {
            self.text(&code.replace('\n', " "));
        } else {
            self.out.push('`');
            self.out.push_str(code);
            self.out.push('`');
        }
    }

    /// Marks are read at the borders of words only, and not within their like.
    fn may_open(&self, mark: &str, at: usize) -> bool {
        let text = |text: &str| (text.chars().next(), text.chars().next_back());
        let solid = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        let end = self.ends[at];
        let starts = match self.visits.get(at + 1) {
            Some(Visit::Enter(Node::Text(inner))) => solid(text(inner).0),
            Some(Visit::Enter(_)) => true,
            _ => false,
        };
        let stops = match self.visits[end - 1] {
            Visit::Enter(Node::Text(inner)) | Visit::Leave(Node::Text(inner)) => solid(text(inner).1),
            _ => true,
        };
        !self.several_lines
            && !self.open.contains(&mark)
            && starts
            && stops
            && !self.out.ends_with(char::is_alphanumeric)
            && self.next_char(end).is_none_or(|c| !c.is_alphanumeric())
    }

    /// The character that will follow what ends here, if it is known and of a text.
    fn next_char(&self, end: usize) -> Option<char> {
        match self.visits.get(end + 1)? {
            Visit::Enter(Node::Text(text)) => text.chars().next(),
            _ => None,
        }
    }

    fn link(&self, link: &Link, end: usize) -> String {
        let shown = plain::text(&link.nodes);
        let bare = self.several_lines
            || (is_bare(link, &shown)
                && !self.out.ends_with(char::is_alphanumeric)
                && self.next_char(end).is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?'))
                && !matches!(self.visits.get(end + 1), Some(Visit::Enter(node)) if !matches!(node, Node::Text(_) | Node::Break)));
        if bare {
            return absolute(&link.href);
        }
        let mut text = String::new();
        // Not at the start of a message.
        text.push('[');
        escape_into(&mut text, &shown.replace('\n', " "));
        named_link(&text[1..], &link.href, link.title.as_deref())
    }
}

/// Whether the server made it from an address: it shows the address, without the scheme and perhaps cut.
fn is_bare(link: &Link, shown: &str) -> bool {
    let href = link.href.as_str();
    let address = href.split_once("://").map_or(href, |(_, rest)| rest);
    let cut = shown.strip_suffix('\u{2026}').is_some_and(|start| !start.is_empty() && address.starts_with(start));
    let whole = [href, address].iter().any(|whole| whole.trim_end_matches('/') == shown.trim_end_matches('/'));
    has_scheme(href) && (cut || whole) && !href.ends_with(|c: char| c.is_ascii_punctuation() && c != '/')
}

/// For each place where a node begins, the place where it ends.
fn ends(visits: &[Visit<'_>]) -> Vec<usize> {
    let mut ends = vec![0; visits.len()];
    let mut open = Vec::new();
    for (at, visit) in visits.iter().enumerate() {
        match visit {
            Visit::Enter(_) => open.push(at),
            Visit::Leave(_) => {
                if let Some(start) = open.pop() {
                    ends[start] = at;
                }
            }
        }
    }
    ends
}

/// Bold and italic have different marks, so that they stay apart where they meet.
fn mark(node: &Node) -> Option<&'static str> {
    match node {
        Node::Bold(_) => Some("**"),
        Node::Italic(_) => Some("_"),
        Node::Strike(_) => Some("---"),
        _ => None,
    }
}

/// What to post to get a onebox.
fn address(onebox: &Onebox) -> String {
    let url = absolute(onebox.url.as_deref().unwrap_or_default());
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let by_itself = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"].iter().any(|end| path.ends_with(end));
    // A picture whose address does not look like one has to be asked for.
    if matches!(onebox.kind, OneboxKind::Image { .. }) && !by_itself { format!("!{url}") } else { url }
}

fn absolute(href: &str) -> String {
    if href.starts_with("//") { format!("https:{href}") } else { href.to_owned() }
}
