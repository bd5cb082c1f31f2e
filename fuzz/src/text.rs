//! The HTML of messages, and texts to be posted.

use sechat_core::text::{
    Content, Markdown, Split, escape, mention, name_without_ping, pings, split, split_within, without_pings,
};

/// The input is a message, and its halves are a text and a name.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let content = Content::parse(&text);
    let shown = content.to_text();
    let _ = (content.to_markdown(), content.is_partial());
    let counts = [content.mentions().count(), content.links().count(), content.oneboxes().count()];
    assert!(counts.iter().all(|count| *count <= content.all_nodes().count()), "{counts:?}");
    assert!(shown.len() <= 64 * (text.len() + 1), "{} bytes of {}", shown.len(), text.len());

    let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (name, rest) = text.split_at(middle);
    let _ = (escape(rest), mention(name), name_without_ping(name), without_pings(rest), pings(rest, name));
    let built = Markdown::new().text(name).bold(rest).code(rest).link(name, rest).quote().to_string();
    for how in [Split::AtWord, Split::AtNewline, Split::Multiline, Split::Never] {
        for (text, limit) in [(&*text, 500), (&built, 100)] {
            if let Ok(parts) = split_within(text, how, limit) {
                assert!(parts.iter().all(|part| !part.is_empty()), "{parts:?}");
            }
        }
        let _ = split(rest, how);
    }
}
