//! Recorded messages are read as what they say.
//!
//! The recordings lie outside the repository, in `../shared/recorded`; without them this test says so and passes.

use std::path::PathBuf;

use sechat_core::text::{Addressed, Content, Node, Once, OneboxKind, addressed};
use sechat_core::{Event, EventId, EventKind, Frame, Me, UserId};

fn recorded(file: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/recorded"));
    if !root.is_dir() {
        println!("skipped: there are no recordings at {}", root.display());
        return None;
    }
    let path = root.join(file);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The messages of a transcript page.
fn contents(page: &str) -> Vec<Content> {
    let parts = page.split("<div class=\"content\">").skip(1);
    parts
        .map(|part| part.split("<span class=\"flash\">").next().unwrap_or_default().trim_end())
        .map(|part| Content::parse(part.strip_suffix("</div>").expect("the end of the content")))
        .collect()
}

#[test]
fn messages_of_a_transcript() {
    let Some(page) = recorded("samliew+chatexchange/transcript.html") else { return };
    let all = contents(&String::from_utf8(page).unwrap());
    assert_eq!(all.len(), 103);
    let sources: Vec<String> = all.iter().map(Content::to_markdown).collect();
    let with = |start: &str| {
        let found = sources.iter().position(|source| source.starts_with(start));
        &all[found.unwrap_or_else(|| panic!("no {start}"))]
    };
    for source in [
        "Do you have time to make a change to the `docker-compose.yml` file of Burnaki/Gemmy?",
        "@gemmy start tag \\[design\\] 182583 \
         https://chat.stackoverflow.com/rooms/182583/burnination-progress-for-the-design-tag",
        "@gemmy start tag design 182583 \
         https://meta.stackoverflow.com/questions/320690/should-we-burninate-the-design-tag",
        "https://api.stackexchange.com/docs/posts-by-ids documentation states it supports up to 100 ids however",
        "Heh. 100 ids work for other routes. The additional 'suggested-edits' _just_ pushes it over the length limit",
        r"\[ [ChatCradle](https://git.io/fxa52) \] Keeping the room fresh...",
        "@FrankerZ fitz wittzy wotzy?",
        r"(at least if I do 215 \* 100/90 I get that number)",
        "          - STACKEXCHANGE_API_PAGE_SIZE=90\n          - STACKEXCHANGE_API_MAX_PAGE=215",
        "Creating gemmy_burnaki_1    ... done\nCreating gemmy_burnaki-db_1 ... done",
    ] {
        assert!(sources.iter().any(|found| found == source), "{source}");
    }
    let shown = with("@gemmy start tag \\[design");
    assert_eq!(shown.to_text(), "@gemmy start tag [design] 182583 chat.stackoverflow.com/rooms/182583/\u{2026}");
    assert_eq!(shown.mentions().collect::<Vec<_>>(), ["gemmy"]);
    // The highlighted kind of mention, and the plain one.
    assert_eq!(with("@FrankerZ fitz").nodes()[0], Node::Mention("FrankerZ".to_owned()));
    assert_eq!(with("@JonClements").nodes()[0], Node::Mention("JonClements".to_owned()));
    assert!(with("    LEASE.jar!").is_partial() && with("2018-10-30 12:34").is_partial());
    assert_eq!(all.iter().filter(|content| content.is_partial()).count(), 2);
    assert!(matches!(with("2018-10-30 12:34").nodes(), [Node::MultiLine { partial: true, .. }]));
    let unknown = all.iter().flat_map(Content::all_nodes).find(|node| matches!(node, Node::Other(_)));
    assert_eq!(unknown, None);
}

#[test]
fn messages_of_frames() {
    let Some(image) = recorded("jbis9051+JamesSOBot/CHAT_API-0455.json.txt") else { return };
    let content = |event: &Event| Content::parse(event.message().unwrap().content.as_deref().unwrap());
    let events = Frame::parse(&image).unwrap().rooms.remove(0).1.events;
    let image = content(&events[0]);
    let onebox = image.oneboxes().next().unwrap();
    let OneboxKind::Image { src, .. } = &onebox.kind else { panic!("{onebox:?}") };
    assert_eq!(src.as_deref(), Some("//i.stack.imgur.com/6x6tw.png"));
    assert_eq!(image.to_markdown(), "https://i.stack.imgur.com/6x6tw.png");
    let starred = content(&Event::parse(&recorded("samliew+chatexchange/6.json").unwrap()));
    assert_eq!(starred.to_text(), "[ SpotDetector ] Initializing nose, starting the hunt.");
}

#[test]
fn events_for_an_account() {
    let Some(mention) = recorded("samliew+chatexchange/8.json") else { return };
    let reply = recorded("samliew+chatexchange/18.json").unwrap();
    let me = Me::new(UserId(10_162_108), "SpotDetector");
    let other = Me::new(UserId(1), "Somebody");
    let (mention, reply) = (Event::parse(&mention), Event::parse(&reply));
    assert_eq!(addressed(&mention, &me, |_| false), Addressed::Mention);
    assert_eq!(addressed(&reply, &me, |_| false), Addressed::Reply);
    assert_eq!(addressed(&reply, &other, |_| false), Addressed::No);
    // The same as the message that comes with it.
    let mut message = reply.clone();
    message.kind = EventKind::MessagePosted(reply.message().unwrap().clone());
    message.target_user_id = None;
    message.id = reply.id.map(|id| EventId(id.0 + 1));
    assert_eq!(addressed(&message, &me, |_| false), Addressed::Reply);
    assert_eq!(addressed(&message, &other, |_| false), Addressed::No);
    assert_eq!(addressed(&message, &other, |id| id.0 == 44_396_284), Addressed::Reply);
    let mut once = Once::new();
    assert_eq!((once.first(&reply), once.first(&message)), (true, false));
}
