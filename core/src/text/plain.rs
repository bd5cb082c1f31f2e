//! From a tree to what a reader sees.

use super::node::{Node, Visit, visits};

/// What a reader sees. Linear.
pub(super) fn text(nodes: &[Node]) -> String {
    let mut out = Out::default();
    // Where the last onebox began.
    let mut onebox = 0;
    for visit in visits(nodes) {
        match visit {
            Visit::Enter(node) => {
                out.new_line |= node.is_block();
                match node {
                    Node::Text(text) | Node::Code(text) | Node::Monospace { text, .. } => out.put(text),
                    Node::Tag(tag) => out.put(&tag.name),
                    Node::Mention(name) => {
                        out.put("@");
                        out.put(name);
                    }
                    Node::Break => out.text.push('\n'),
                    Node::Onebox(_) => onebox = out.text.len(),
                    _ => {}
                }
            }
            Visit::Leave(node) => {
                if let (Node::Onebox(found), true) = (node, out.text.len() == onebox) {
                    out.put(found.url.as_deref().unwrap_or_default());
                }
                out.new_line |= node.is_block();
            }
        }
    }
    out.text
}

/// As [`text`], with everything that is invisible.
pub(super) fn exact(nodes: &[Node]) -> String {
    match nodes {
        [Node::Text(only)] => only.clone(),
        _ => text(nodes),
    }
}

#[derive(Default)]
struct Out {
    text: String,
    /// What comes next stands on a line of its own.
    new_line: bool,
}

impl Out {
    fn put(&mut self, text: &str) {
        if self.new_line {
            if text.trim().is_empty() {
                return;
            }
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            self.new_line = false;
        }
        self.text.extend(text.chars().filter(|c| !matches!(c, '\u{200b}' | '\u{200c}')));
    }
}
