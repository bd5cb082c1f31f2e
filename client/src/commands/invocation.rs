//! Finding a command in a message.

use sechat_core::text::{Content, Link, Node};
use sechat_core::{MessageId, RoomId, UserId};

use crate::presence::Roles;

/// How a command was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// The message begins with a prefix.
    Prefix,
    /// It begins with the account's name.
    Mention,
    /// It is a reply to one of the account's messages.
    Reply,
}

/// Who asks for what, and where: what handlers and checks are given.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Invocation {
    /// The room of the message.
    pub room: RoomId,
    /// The message that asks.
    pub message: MessageId,
    /// Who wrote it.
    pub user: UserId,
    /// Their name; empty if the server left it out.
    pub user_name: String,
    /// What they are in the room, as far as [`Commands::roles`](super::Commands::roles) knows.
    pub roles: Roles,
    /// The message that theirs was written as a reply to.
    pub reply_to: Option<MessageId>,
    /// How the command was called for.
    pub trigger: Trigger,
    /// The name of the command, in lower case, as it was called.
    pub command: String,
    /// The whole message. The server may have cut it: [`Content::is_partial`].
    pub content: Content,
}

/// A message that calls for something.
pub(super) struct Found {
    pub(super) trigger: Trigger,
    pub(super) name: String,
    pub(super) words: String,
    pub(super) content: Content,
}

/// Looks for a command: `trigger` tells how a text calls for one, and what follows.
pub(super) fn find(html: &str, trigger: impl FnOnce(&str) -> Option<(Trigger, &str)>) -> Option<Found> {
    let content = Content::parse(html);
    if !begins_as_speech(content.nodes()) {
        return None;
    }
    let text = spoken(content.nodes());
    let (trigger, rest) = trigger(text.trim())?;
    let rest = rest.trim_start();
    let (name, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, words) = (name.to_lowercase(), words.trim().to_owned());
    (!name.is_empty()).then_some(Found { trigger, name, words, content })
}

/// Whether a message begins with its author's own words: talk about a command comes as code or as a quote.
fn begins_as_speech(nodes: &[Node]) -> bool {
    let first = nodes.iter().find(|node| !matches!(node, Node::Text(text) if text.trim().is_empty()));
    match first {
        Some(Node::Text(_) | Node::Mention(_)) => true,
        Some(Node::Quote(_) | Node::Onebox(_)) | None => false,
        Some(node) => begins_as_speech(node.children()),
    }
}

/// As [`Content::to_text`], but with the whole address of a link that the server made of one.
fn spoken(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::Link(link) => match address(link) {
                Some(address) => text.push_str(&address),
                None => text.push_str(&link.text()),
            },
            Node::Break => text.push('\n'),
            node if node.children().is_empty() => text.push_str(&leaf(node)),
            node => text.push_str(&spoken(node.children())),
        }
    }
    text
}

fn leaf(node: &Node) -> String {
    match node {
        Node::Text(text) | Node::Code(text) | Node::Monospace { text, .. } => {
            text.replace(['\u{200b}', '\u{200c}'], "")
        }
        Node::Mention(name) => format!("@{name}"),
        Node::Tag(tag) => tag.name.clone(),
        _ => String::new(),
    }
}

/// Where a link leads whose text is that address, cut or without its beginning as chat shows it.
fn address(link: &Link) -> Option<String> {
    let text = link.text();
    let shown = bare(text.trim_end_matches('\u{2026}').trim_end_matches("..."));
    let is_address = !shown.is_empty() && shown.contains('.') && bare(&link.href).starts_with(shown);
    let href = if link.href.starts_with("//") { format!("https:{}", link.href) } else { link.href.clone() };
    is_address.then_some(href)
}

fn bare(address: &str) -> &str {
    let address = address.split_once("//").map_or(address, |(_, rest)| rest);
    address.strip_prefix("www.").unwrap_or(address)
}
