//! From a tree to a source text.

use super::escape::{INVISIBLE, escape_into, has_scheme, is_linkable};
use super::node::{Link, Node, Visit, visits};
use super::onebox::{Onebox, OneboxKind};
use super::plain;

/// The source of a message. Linear.
pub(super) fn markdown(nodes: &[Node]) -> String {
    let several_lines = nodes.iter().any(|node| matches!(node, Node::MultiLine { .. } | Node::Break));
    let visits: Vec<Visit<'_>> = visits(nodes).collect();
    let mut source = Source {
        ends: ends(&visits),
        firsts: firsts(&visits),
        visits,
        out: String::new(),
        open: Vec::new(),
        several_lines,
    };
    let mut at = 0;
    while at < source.visits.len() {
        at = source.step(at);
    }
    source.out
}

/// `[text](address "title")`, whose text is source already. An address that chat does not link follows its text in
/// brackets.
pub(super) fn named_link(text: &str, href: &str, title: Option<&str>) -> String {
    if !is_linkable(href) {
        return linkless(text, href);
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

/// Ends a bold text or the like. A backslash before the mark would take its meaning, and a like sign before it
/// would be taken for a part of it.
pub(super) fn close(out: &mut String, mark: &str) {
    if mark.chars().next().is_some_and(|sign| out.ends_with(['\\', sign])) {
        out.push(INVISIBLE);
    }
    out.push_str(mark);
}

/// The source of the text of a link. An address in it would become a link of its own.
pub(super) fn link_text(text: &str) -> String {
    // The bracket keeps the text from being taken for the start of a message.
    let mut out = "[".to_owned();
    escape_into(&mut out, &text.replace('\n', " ").replace("://", ":\u{200c}//"));
    out.split_off(1)
}

/// A text and its address, where nothing can be linked.
pub(super) fn linkless(text: &str, href: &str) -> String {
    if text.is_empty() { href.to_owned() } else { format!("{text} ({href})") }
}

struct Source<'a> {
    visits: Vec<Visit<'a>>,
    /// For each place where a node begins: the place where it ends.
    ends: Vec<usize>,
    /// For each place and the end, the character that comes first from there on, marks left out.
    firsts: Vec<char>,
    out: String,
    /// The marks that are open, each to be written again at its end; an empty one was left out.
    open: Vec<&'static str>,
    several_lines: bool,
}

impl Source<'_> {
    /// Writes what is at a place; gives the next place.
    fn step(&mut self, at: usize) -> usize {
        let node = match self.visits[at] {
            Visit::Enter(node) => node,
            Visit::Leave(node) => {
                if !marks(node).is_empty() {
                    let mark = self.open.pop().unwrap_or_default();
                    close(&mut self.out, mark);
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
                let mark = self.mark(node, at);
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

    /// The mark for a node that begins here, or none where the dialect has no way to say it: marks are read at the
    /// borders of words only, and those of one kind do not nest.
    fn mark(&self, node: &Node, at: usize) -> &'static str {
        let marks = marks(node);
        let end = self.ends[at];
        let solid = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        let starts = match self.visits.get(at + 1) {
            Some(Visit::Enter(Node::Text(inner))) => solid(inner.chars().next()),
            next => matches!(next, Some(Visit::Enter(_))),
        };
        let stops = match self.visits[end - 1] {
            Visit::Enter(Node::Text(inner)) | Visit::Leave(Node::Text(inner)) => solid(inner.chars().next_back()),
            _ => true,
        };
        let in_word = self.out.ends_with(char::is_alphanumeric) || self.firsts[end + 1].is_alphanumeric();
        if self.several_lines || !starts || !stops || in_word || self.open.iter().any(|open| marks.contains(open)) {
            return "";
        }
        let usable = |mark: &&&str| {
            let like = |text: &str| mark.chars().next().is_some_and(|c| text.ends_with(c));
            // The next like mark ends it, though it be in code or in an address.
            let cut_off = |visit: &Visit<'_>| match visit {
                Visit::Enter(Node::Code(code)) => code.contains(**mark),
                Visit::Enter(Node::Link(link)) => {
                    link.href.contains(**mark) || link.title.as_ref().is_some_and(|title| title.contains(**mark))
                }
                _ => false,
            };
            !like(&self.out) && !self.open.iter().any(|open| like(open)) && !self.visits[at..end].iter().any(cut_off)
        };
        marks.iter().find(usable).copied().unwrap_or_default()
    }

    fn link(&self, link: &Link, end: usize) -> String {
        let shown = plain::text(&link.nodes);
        if self.several_lines || (is_bare(link, &shown) && self.may_stand_bare(end)) {
            return absolute(&link.href);
        }
        named_link(&link_text(&shown), &link.href, link.title.as_deref())
    }

    /// Whether the server would see where an address begins and ends that is put in place of the link that ends there.
    fn may_stand_bare(&self, end: usize) -> bool {
        let ends = match self.visits.get(end + 1) {
            None | Some(Visit::Enter(Node::Break)) => true,
            Some(Visit::Enter(Node::Text(text))) => {
                let after = text.trim_start_matches(['.', ',', ';', ':', '!', '?']);
                after.is_empty() || after.starts_with(char::is_whitespace)
            }
            Some(_) => false,
        };
        ends && !self.out.ends_with(char::is_alphanumeric)
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

fn firsts(visits: &[Visit<'_>]) -> Vec<char> {
    let mut firsts = vec![' '; visits.len() + 1];
    for (at, visit) in visits.iter().enumerate().rev() {
        let first = match visit {
            Visit::Enter(Node::Text(text)) => text.chars().next(),
            Visit::Enter(Node::Code(code)) => code.chars().next().filter(|_| code.contains('`')).or(Some('`')),
            Visit::Enter(Node::Mention(_)) => Some('@'),
            Visit::Enter(Node::Tag(_)) => Some('['),
            Visit::Enter(Node::Link(link)) => Some(if is_bare(link, &link.text()) { 'h' } else { '[' }),
            Visit::Enter(Node::Image(_)) => Some('h'),
            Visit::Enter(node) if node.is_block() || **node == Node::Break => Some(' '),
            _ => None,
        };
        firsts[at] = first.unwrap_or(firsts[at + 1]);
    }
    firsts
}

/// How a node can be marked; bold and italic begin with different signs, so that they stay apart where they meet.
fn marks(node: &Node) -> &'static [&'static str] {
    match node {
        Node::Bold(_) => &["**", "__"],
        Node::Italic(_) => &["_", "*"],
        Node::Strike(_) => &["---"],
        _ => &[],
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
