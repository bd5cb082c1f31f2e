//! One message at a time.

use sechat_core::endpoint::{FullMessage, MessageHistory, MessageHtml, PurgeHistory, RevisionKind};
use sechat_core::{MessageId, Refusal};

use super::stage::*;

const GONE: (u16, Refusal) = (404, Refusal::BadId);

#[test]
fn content_by_id() {
    let mut stage = Stage::new();
    let short = stage.say(ADA, ROOM, "*a* & `b`");
    let long = stage.say(ADA, ROOM, &"line\n".repeat(50));
    assert_eq!(stage.read(MessageHtml { message: short }).unwrap(), "<i>a</i> &amp; <code>b</code>");
    let full = stage.read(FullMessage { room: ROOM, message: long }).unwrap();
    assert!(full.starts_with("<div class='full'>line <br> line"), "{full}");
    assert_eq!(stage.read(FullMessage { room: GALLERY, message: long }).map_err(why), Err(GONE));
    assert_eq!(stage.read(MessageHtml { message: MessageId(5) }).map_err(why), Err(GONE));
    let hidden = stage.say(ADA, SECRET, "hidden");
    assert_eq!(stage.read(MessageHtml { message: hidden }).map_err(why), Err(GONE));
}

#[test]
fn a_history_of_edits_pins_and_deletion() {
    let mut stage = Stage::new();
    stage.server.room_mut(ROOM).unwrap().owners.insert(BOT);
    let parent = stage.say(EVE, ROOM, "question");
    let id = stage.server.reply(stage.now, ADA, parent, &format!(":{parent} first <one>"));
    stage.server.edit(stage.now, id, &format!(":{parent} **second**"));
    stage.server.star_message(stage.now, EVE, id);
    stage.server.pin_message(stage.now, BOT, id);
    let record = stage.read(MessageHistory { message: id }).unwrap();
    assert_eq!((record.id, record.room, record.user.id), (id, ROOM, Some(ADA)));
    assert_eq!(record.user.name, "Ada \"L\" <x> & co");
    assert_eq!(record.content.as_deref(), Some("<b>second</b>"));
    assert_eq!(record.source.as_deref(), Some(&format!(":{parent} **second**")[..]));
    assert_eq!((record.parent, record.time.as_deref(), record.purged), (Some(parent), Some("2:13 PM"), false));
    assert_eq!((record.stars.count, record.stars.pinned, record.stars.mine), (2, true, true));
    assert_eq!(record.pinned_by[0].id, Some(BOT));
    assert_eq!(record.edits(), 1);
    let kinds: Vec<_> = record.revisions.iter().map(|r| (r.kind.clone(), r.content.as_str())).collect();
    assert_eq!(kinds, [(RevisionKind::Edited, "<b>second</b>"), (RevisionKind::Said, "first &lt;one&gt;")]);

    let mine = stage.say(BOT, ROOM, "mine\nand\n  more");
    stage.server.delete(stage.now, BOT, mine);
    let record = stage.read(MessageHistory { message: mine }).unwrap();
    assert_eq!(record.revisions[0].kind, RevisionKind::Deleted);
    assert_eq!(record.revisions[1].source.as_deref(), Some("mine\nand\n  more"));
    stage.server.delete(stage.now, EVE, parent);
    assert_eq!(Stage::anonymous().read(MessageHistory { message: parent }).map_err(why).unwrap_err(), GONE);
}

#[test]
fn a_purged_history_is_told_by_the_page_and_not_by_a_message() {
    let mut stage = Stage::new();
    let id = stage.say(BOT, ROOM, "secret");
    stage.server.edit(stage.now, id, "(older data no longer available)");
    let whole = stage.read(MessageHistory { message: id }).unwrap();
    assert_eq!((whole.purged, whole.revisions.len()), (false, 2));
    stage.server.user_mut(BOT).unwrap().moderator = true;
    stage.read(PurgeHistory { message: id }).unwrap();
    let purged = stage.read(MessageHistory { message: id }).unwrap();
    assert_eq!((purged.purged, purged.revisions.len()), (true, 1));
    assert!(!String::from_utf8_lossy(stage.last.body()).contains("secret"));
}
