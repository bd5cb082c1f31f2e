//! Many messages at once, histories, bookmarks.

use std::time::Duration;

use sechat_core::endpoint::unverified::MoveMessagesToNew;
use sechat_core::endpoint::{
    Bookmark, DeleteBookmark, DeleteMessages, MoveMessages, MovePlan, NotMoved, PurgeHistory, RoomEvents,
};
use sechat_core::{Error, Invalid, MessageId, Refusal, RoomId, UserId};
use sechat_fixtures::{Conversation, User};
use sechat_tests::{ADA, BOT, Duo, Fate, OTHER, PRIVATE, ROOM};

use super::{bot, call, other, owner, raised, refused};

const GRACE: UserId = UserId(103);

#[test]
fn messages_move_and_are_counted() {
    let mut duo = owner();
    duo.join_live(ROOM);
    duo.join_live(OTHER);
    let messages: Vec<MessageId> = ["a", "b", "c"].map(|text| duo.ada_says(ROOM, text)).to_vec();
    let there = duo.ada_says(OTHER, "here already");
    let moved = MoveMessages { room: ROOM, messages: [&messages[..], &[there]].concat(), to: OTHER };
    assert_eq!(call(&mut duo, moved.clone()), Ok(3), "one was not in the room");
    duo.run(Duration::from_secs(1));
    assert_eq!(duo.server.message(messages[1]).unwrap().room, OTHER);
    assert_eq!((duo.events_of_type(19).len(), duo.events_of_type(20).len()), (3, 3));
    assert!(duo.heard(ROOM).last().unwrap().contains(">3 messages</a> moved to "));
    assert_eq!(call(&mut duo, moved), Ok(0));
}

#[test]
fn moving_is_for_owners_and_needs_a_room_to_move_to() {
    let mut duo = Duo::new();
    let messages = vec![duo.ada_says(ROOM, "a")];
    let moving = |room, to| MoveMessages { room, messages: messages.clone(), to };
    let no_room = (404, Refusal::NoSuchRoomOrNoPermission);
    assert_eq!(refused(call(&mut duo, moving(ROOM, OTHER))), no_room);
    super::own(&mut duo, BOT);
    assert_eq!(refused(call(&mut duo, moving(ROOM, RoomId(404)))), no_room);
    assert_eq!(refused(call(&mut duo, moving(ROOM, PRIVATE))), no_room);
    assert_eq!(call(&mut duo, moving(ROOM, OTHER)), Ok(1));
}

#[test]
fn a_move_whose_answer_was_lost_is_not_repeated() {
    let mut duo = owner();
    duo.log_in().unwrap();
    let messages = vec![duo.ada_says(ROOM, "a")];
    duo.next(1, "/admin/movePosts/1", Fate::CutAfter);
    let result = call(&mut duo, MoveMessages { room: ROOM, messages, to: OTHER });
    assert!(matches!(result, Err(Error::Uncertain { .. })), "{result:?}");
    assert_eq!((duo.count("/admin/movePosts/1"), raised(&duo, 20).len()), (1, 1));
}

#[test]
fn a_plan_moves_more_than_one_call_can_and_leaves_out_what_would_fail() {
    let mut duo = owner();
    duo.server.add_user(User::new(GRACE, "Grace"));
    let (now, count) = (duo.now(), 2050_u64);
    let nameless = duo.server.say(now, GRACE, ROOM, "who was that");
    duo.server.anonymize(GRACE);
    let first = duo.ada_says(ROOM, "1");
    for n in 2..=count {
        duo.ada_says(ROOM, &n.to_string());
    }
    let all: Vec<MessageId> = std::iter::once(nameless).chain((0..count).map(|n| MessageId(first.0 + n))).collect();

    let too_many = call(&mut duo, MoveMessages { room: ROOM, messages: all.clone(), to: OTHER });
    assert!(matches!(too_many, Err(Error::Invalid(Invalid::Count { count: 2051, max: 2048, .. }))), "{too_many:?}");
    let naive = call(&mut duo, MoveMessages { room: ROOM, messages: all[..3].to_vec(), to: OTHER });
    assert!(matches!(naive, Err(Error::Uncertain { .. })), "the server fails: {naive:?}");

    let mut page = RoomEvents::latest(ROOM, 500);
    page.before = Some(MessageId(first.0 + 100));
    let known = call(&mut duo, page).unwrap();
    let plan = MovePlan::new(ROOM, OTHER, all, &known.events);
    assert_eq!(plan.refused, [(nameless, NotMoved::NoAuthor)]);
    let moved: Vec<u64> = plan.calls.into_iter().map(|part| call(&mut duo, part).unwrap()).collect();
    assert_eq!(moved, [2048, 2]);
}

#[test]
fn moderators_delete_many_and_purge_histories() {
    let mut duo = bot(User::moderator);
    let messages: Vec<MessageId> = ["a", "b"].map(|text| duo.ada_says(ROOM, text)).to_vec();
    duo.run(Duration::from_secs(3600));
    call(&mut duo, DeleteMessages { room: ROOM, messages: messages.clone() }).unwrap();
    assert!(messages.iter().all(|id| duo.server.message(*id).unwrap().deleted == Some(BOT)));

    let message = duo.ada_says(ROOM, "secret");
    let now = duo.now();
    duo.server.edit(now, message, "public");
    call(&mut duo, PurgeHistory { message }).unwrap();
    let texts: Vec<_> = duo.server.message(message).unwrap().revisions.iter().map(|r| r.source.clone()).collect();
    assert_eq!(texts, ["public"]);

    let mut duo = owner();
    let message = duo.ada_says(ROOM, "a");
    assert_eq!(refused(call(&mut duo, PurgeHistory { message })), (404, Refusal::BadId));
    let result = call(&mut duo, DeleteMessages { room: ROOM, messages: vec![message] });
    assert_eq!(refused(result), (404, Refusal::NoSuchRoomOrNoPermission));
    let nothing = call(&mut duo, DeleteMessages { room: ROOM, messages: vec![] });
    assert!(matches!(nothing, Err(Error::Invalid(Invalid::Count { .. }))));
}

#[test]
fn messages_move_to_a_room_made_for_them() {
    let mut duo = owner();
    let message = duo.ada_says(ROOM, "a");
    let (messages, title) = (vec![message], "A new place".to_owned());
    call(&mut duo, MoveMessagesToNew { room: ROOM, messages, title }).unwrap();
    let room = duo.server.message(message).unwrap().room;
    assert_eq!(duo.server.room(room).unwrap().name, "A new place");
}

#[test]
fn bookmarks_come_and_go_by_their_slug() {
    let mut duo = Duo::new();
    let (one, two) = (duo.ada_says(ROOM, "one"), duo.ada_says(ROOM, "two"));
    let mark = Bookmark { room: ROOM, first: two, last: one, title: "What's up, <Doc>?".into() };
    assert_eq!(call(&mut duo, mark.clone()).as_deref(), Ok("whats-up-doc"));
    assert_eq!(call(&mut duo, mark.clone()).as_deref(), Ok("whats-up-doc-2"), "the server's word counts");
    let [Conversation { first, last, by, .. }, _] = duo.server.conversations() else { panic!() };
    assert_eq!((*first, *last, *by), (one, two, BOT));

    let delete = |slug: &str| DeleteBookmark { room: ROOM, slug: slug.to_owned() };
    call(&mut duo, delete("whats-up-doc")).unwrap();
    assert_eq!(duo.server.conversations().len(), 1);
    assert_eq!(refused(call(&mut duo, delete("whats-up-doc"))), (404, Refusal::BadId));
    duo.next(1, "/whats-up-doc-2", Fate::CutAfter);
    assert_eq!(call(&mut duo, delete("whats-up-doc-2")), Ok(()), "the first attempt deleted it");

    duo.next(1, "/conversation/new", Fate::CutAfter);
    assert!(matches!(call(&mut duo, mark), Err(Error::Uncertain { .. })));
    assert_eq!(duo.server.conversations().len(), 1);
}

#[test]
fn bookmarks_are_refused_in_plain_words() {
    let mut duo = Duo::new();
    let (one, two) = (duo.ada_says(ROOM, "one"), duo.ada_says(OTHER, "two"));
    let mark = |first, last| Bookmark { room: ROOM, first, last, title: "x".into() };
    assert_eq!(call(&mut duo, mark(one, one)), Err(Invalid::OneMessage.into()));
    let elsewhere = "The conversation needs two different messages of this room";
    assert_eq!(refused(call(&mut duo, mark(one, two))), (200, other(elsewhere)));
    duo.server.add_user(User::new(BOT, "Bot").reputation(99));
    let poor = Refusal::NotEnoughReputation("You need 100 reputation points to bookmark conversations".into());
    assert_eq!(refused(call(&mut duo, mark(one, two))), (200, poor));

    let mut duo = bot(|user| user);
    let (one, two) = (duo.ada_says(ROOM, "one"), duo.ada_says(ROOM, "two"));
    let slug = call(&mut duo, mark(one, two)).unwrap();
    duo.server.give_conversation(ROOM, &slug, ADA);
    let result = call(&mut duo, DeleteBookmark { room: ROOM, slug });
    assert_eq!(refused(result), (200, other("You can only delete bookmarks that you made")));
}
