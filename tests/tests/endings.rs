//! What ends before it is done: calls given up, joins taken back, rooms left and lost, engines shut down.

use std::time::Duration;

use sechat_core::endpoint::MessageSource;
use sechat_core::engine::{Access, Output, Pending};
use sechat_core::{Error, FeedChange, MessageId, RoomId};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_tests::{ADA, BOT, Duo, Fate, FrameFate, OTHER, PRIVATE, ROOM, answer, page};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const NEW: &str = "/messages/new";
const POLL: &str = "POST /events";
const AUTH: &str = "POST /ws-auth";
const SNAPSHOT: &str = "POST /chats/1/events";
const CHECK: &str = "GET /chats/join/favorite";
const WAIT: &str = "You can perform this action again in 60 seconds";

fn lost(duo: &Duo) -> Vec<RoomId> {
    let lost = |change: &&FeedChange| if let FeedChange::RoomLost { room, .. } = change { Some(*room) } else { None };
    duo.changes().iter().filter_map(lost).collect()
}

fn is_closed<T>(result: Option<&Result<T, Error>>) -> bool {
    matches!(result, Some(Err(Error::Closed)))
}

/// A kick with some last words, and the word that this was it.
fn exit(duo: &Duo) -> String {
    let last = duo.server.log().last().expect("Ada has entered").id.0;
    let (said, left, put_out) = (last + 1, last + 2, last + 3);
    format!(
        r#"{{"e":[{{"event_type":1,"id":{said},"room_id":1,"user_id":102,"message_id":69000000,"content":"goodbye"}},
           {{"event_type":4,"id":{left},"room_id":1,"user_id":101,"target_user_id":101}},
           {{"event_type":15,"id":{put_out},"room_id":1,"user_id":102,"target_user_id":101,"content":"priv 1 created"}}],
           "t":{put_out},"d":3,"exit":true}}"#
    )
}

#[test]
fn the_last_words_of_a_room_are_heard() {
    for held in [false, true] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.join_live(OTHER);
        duo.run(MINUTE);
        let mut expected = vec!["goodbye"];
        if held {
            // What follows a frame that cannot be read waits for the answer of the server.
            duo.always(POLL, Fate::Instead(page(500, "Oops! Something Bad Happened!")));
            duo.server.send_frame(duo.now(), r#"{"r1":{"e":[{"event"#);
            duo.run(SECOND);
            duo.ada_says(ROOM, "beware");
            duo.run(SECOND);
            assert!(duo.heard(ROOM).is_empty(), "so that there is something to hold");
            expected.insert(0, "beware");
        }
        let frame = format!(r#"{{"r1":{}}}"#, exit(&duo));
        let (fours, fifteens) = (duo.events_of_type(4).len(), duo.events_of_type(15).len());
        duo.server.send_frame(duo.now(), &frame);
        duo.run(SECOND);
        duo.heal();
        duo.ada_says(OTHER, "still here");
        duo.run(5 * MINUTE);
        assert_eq!(duo.heard(ROOM), expected, "held: {held}");
        assert_eq!((duo.events_of_type(4).len(), duo.events_of_type(15).len()), (fours + 1, fifteens + 1));
        assert_eq!(lost(&duo), [], "the server lets it in again");
        assert_eq!(duo.heard(OTHER), ["still here"]);
    }
}

#[test]
fn the_last_words_of_a_polled_room_are_heard() {
    for anonymous in [false, true] {
        let mut duo = Duo::with(|_, config| {
            if anonymous {
                config.access = Access::Anonymous;
            }
        });
        duo.no_sockets = true;
        duo.join(ROOM).unwrap();
        duo.join(OTHER).unwrap();
        duo.run(MINUTE);
        let body = format!(r#"{{"r1":{},"r2":{{}},"sync":1790000000}}"#, exit(&duo));
        duo.next(1, POLL, Fate::Instead(answer(200, &body)));
        duo.run(30 * SECOND);
        assert_eq!(duo.heard(ROOM), ["goodbye"], "anonymous: {anonymous}");
        assert_eq!((duo.events_of_type(4).len(), duo.events_of_type(15).len()), (1, 1));
        assert_eq!(lost(&duo), [], "it can still be read");
    }
}

#[test]
fn a_post_given_up_under_way_is_never_sent_again() {
    for fate in [
        Fate::Instead(answer(409, "You can perform this action again in 20 seconds")),
        Fate::Instead(answer(404, "")),
        Fate::Instead(answer(404, "The room does not exist, or you do not have permission")),
        Fate::Instead(page(500, "Oops! Something Bad Happened!")),
        Fate::Instead(page(200, "Oops! Something Bad Happened!")),
        Fate::Refused,
        Fate::CutBefore,
    ] {
        for (stale, after) in [(false, 0), (true, 0), (true, 60), (true, 120), (true, 180), (true, 240)] {
            let mut duo = Duo::new();
            duo.log_in().unwrap();
            duo.next(1, NEW, fate.clone());
            let post = duo.send(ROOM, "one");
            duo.until("the post to leave", |duo| duo.count(NEW) == 1);
            if stale {
                duo.server.rotate_fkeys();
            }
            duo.run(Duration::from_millis(after));
            if duo.count(NEW) > 1 {
                // It went out again before anybody gave it up.
                continue;
            }
            duo.engine.cancel(duo.now(), post.id());
            duo.run(10 * MINUTE);
            assert_eq!(duo.count(NEW), 1, "{fate:?}, {after} ms");
            assert_eq!(duo.ended(&post), None);
            assert_eq!(duo.engine.queued(), 0, "{fate:?}");
            duo.say(ROOM, "two").unwrap();
            assert_eq!(duo.room(ROOM), ["two"], "{fate:?}");
        }
    }
}

#[test]
fn an_edit_given_up_under_way_is_not_repeated_either() {
    for fate in [Fate::Instead(answer(409, WAIT)), Fate::Instead(page(503, "Offline")), Fate::CutBefore] {
        let mut duo = Duo::new();
        let id = duo.say(ROOM, "one").unwrap();
        let line = format!("POST /messages/{id}");
        duo.next(1, &line, fate.clone());
        let edit = duo.engine.edit(duo.now(), id, "two".to_owned());
        duo.until("the edit to leave", |duo| duo.count(&line) == 1);
        duo.engine.cancel(duo.now(), edit.id());
        duo.run(10 * MINUTE);
        assert_eq!((duo.count(&line), duo.room(ROOM)), (1, vec!["one"]), "{fate:?}");
    }
}

#[test]
fn a_join_given_up_joins_nothing() {
    for under_way in [false, true] {
        let mut duo = Duo::new();
        duo.log_in().unwrap();
        let join = duo.engine.join(duo.now(), ROOM);
        if under_way {
            duo.until("the question to leave", |duo| duo.count(SNAPSHOT) == 1);
        }
        duo.engine.cancel(duo.now(), join.id());
        duo.ada_says(ROOM, "hello?");
        duo.run(5 * MINUTE);
        assert_eq!((duo.count(AUTH), duo.count(POLL), duo.ended(&join)), (0, 0, None), "under way: {under_way}");
        assert_eq!(duo.server.present(ROOM), [ADA]);
        assert_eq!(duo.heard(ROOM), Vec::<&str>::new());
        duo.join_live(ROOM);
        duo.ada_says(ROOM, "there you are");
        duo.run(SECOND);
        assert_eq!(duo.heard(ROOM), ["there you are"], "another join is another matter");
    }
}

#[test]
fn a_join_that_another_waits_for_too_goes_on() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let joins = [duo.engine.join(duo.now(), ROOM), duo.engine.join(duo.now(), ROOM)];
    duo.engine.cancel(duo.now(), joins[0].id());
    assert_eq!(duo.wait(&joins[1]), Ok(()));
    duo.run(SECOND);
    duo.ada_says(ROOM, "hello");
    duo.run(SECOND);
    assert_eq!((duo.heard(ROOM), duo.count(SNAPSHOT)), (vec!["hello"], 1));
}

#[test]
fn who_only_reads_leaves_without_a_word() {
    let mut duo = Duo::with(|_, config| config.access = Access::Anonymous);
    for room in [ROOM, OTHER] {
        duo.join(room).unwrap();
    }
    duo.run(MINUTE);
    let leave = duo.engine.leave(duo.now(), ROOM);
    assert_eq!(duo.wait(&leave), Ok(()));
    let (left, polls) = (duo.time(), duo.count(POLL));
    duo.ada_says(ROOM, "to nobody");
    duo.ada_says(OTHER, "to one");
    duo.run(MINUTE);
    assert!(duo.sent().iter().filter(|sent| sent.at >= left).all(|sent| sent.line == POLL), "{:?}", duo.sent());
    assert!(duo.sent_to(POLL)[polls..].iter().all(|sent| sent.field("r1").is_none()));
    assert_eq!((duo.heard(ROOM), duo.heard(OTHER)), (vec![], vec!["to one"]));
}

#[test]
fn rooms_are_left_even_while_the_session_is_being_checked() {
    for pending in [Pending::Flush, Pending::Drop] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.join_live(OTHER);
        duo.run(MINUTE);
        let checks = duo.count(CHECK);
        duo.frames.push_back(FrameFate::Truncated);
        duo.ada_says(ROOM, "what was that?");
        duo.until("a check to leave", |duo| duo.count(CHECK) > checks);
        assert_eq!(duo.server.present(ROOM), [BOT, ADA]);
        duo.engine.shut_down(duo.now(), pending);
        duo.until("the end", |duo| duo.finished);
        assert_eq!((duo.count("/chats/leave/1"), duo.count("/chats/leave/2")), (1, 1), "{pending:?}");
        assert_eq!((duo.server.present(ROOM), duo.server.present(OTHER)), (vec![ADA], vec![ADA]));
    }
}

#[test]
fn a_drop_waits_for_no_second_try() {
    for first in [answer(409, WAIT), answer(404, ""), page(503, "Offline for Maintenance")] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.always(NEW, Fate::Instead(first));
        let posts = [duo.send(ROOM, "one"), duo.send(ROOM, "two"), duo.send(OTHER, "three")];
        duo.until("the first post to leave", |duo| duo.count(NEW) == 1);
        let from = duo.time();
        duo.engine.shut_down(duo.now(), Pending::Drop);
        duo.until("the end", |duo| duo.finished);
        assert!(duo.time() < from + 10 * SECOND, "from {from:?} to {:?}", duo.time());
        let [one, two, three] = posts.map(|post| duo.ended(&post));
        assert!(matches!(one, Some(Err(_))), "{one:?}");
        assert!(is_closed(two.as_ref()) && is_closed(three.as_ref()), "{two:?} {three:?}");
        assert_eq!((duo.count(NEW), duo.count("/chats/leave/1")), (1, 1));
        assert_eq!(duo.feed_ended, Some(Ok(())));
    }
}

#[test]
fn a_drop_waits_for_no_login() {
    let mut duo = Duo::new();
    duo.always("GET /users/login", Fate::SilentBefore);
    let (login, join) = (duo.engine.log_in(duo.now()), duo.engine.join(duo.now(), ROOM));
    let post = duo.send(ROOM, "one");
    duo.run(SECOND);
    let from = duo.time();
    duo.engine.shut_down(duo.now(), Pending::Drop);
    duo.until("the end", |duo| duo.finished);
    assert!(duo.time() < from + SECOND, "from {from:?} to {:?}", duo.time());
    assert!(is_closed(duo.ended(&login).as_ref()));
    assert!(is_closed(duo.ended(&join).as_ref()));
    assert!(is_closed(duo.ended(&post).as_ref()));
    assert_eq!(duo.sent().len(), 1);
}

#[test]
fn a_drop_waits_for_neither_when_both_are_pending() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.always(NEW, Fate::Instead(answer(409, WAIT)));
    duo.always(CHECK, Fate::SilentBefore);
    // A refusal makes the session doubtful, and the doubt is not settled.
    let join = duo.engine.join(duo.now(), PRIVATE);
    duo.run(Duration::from_millis(10));
    let posts = [duo.send(ROOM, "one"), duo.send(ROOM, "two")];
    duo.until("a check to leave", |duo| duo.count(CHECK) == 1);
    let login = duo.engine.log_in(duo.now());
    assert_eq!((duo.ended(&login).is_none(), duo.ended(&posts[0]).is_none()), (true, true), "both are pending");
    let from = duo.time();
    duo.engine.shut_down(duo.now(), Pending::Drop);
    duo.until("the end", |duo| duo.finished);
    assert!(duo.time() < from + SECOND, "from {from:?} to {:?}", duo.time());
    assert!(is_closed(duo.ended(&login).as_ref()));
    assert!(is_closed(duo.ended(&posts[1]).as_ref()));
    assert!(matches!(duo.ended(&posts[0]), Some(Err(Error::Closed | Error::RateLimited { .. }))));
    assert!(matches!(duo.ended(&join), Some(Err(_))));
    assert_eq!(duo.count(NEW), 1);
}

#[test]
fn who_flushes_may_still_drop() {
    let mut duo = Duo::with(|setup, _| setup.switches.throttle = ThrottleCurve::Steep);
    duo.join_live(ROOM);
    duo.say(ROOM, "zero").unwrap();
    duo.next(1, NEW, Fate::Instead(answer(409, WAIT)));
    let posts = [duo.send(ROOM, "one"), duo.send(ROOM, "two")];
    duo.engine.shut_down(duo.now(), Pending::Flush);
    duo.run(30 * SECOND);
    assert!(!duo.finished && posts.iter().all(|post| duo.engine.take(post).is_none()), "it waits for them");
    let (from, sent) = (duo.time(), duo.count(NEW));
    duo.engine.shut_down(duo.now(), Pending::Drop);
    duo.until("the end", |duo| duo.finished);
    assert!(duo.time() < from + SECOND, "from {from:?} to {:?}", duo.time());
    assert!(posts.iter().all(|post| is_closed(duo.engine.take(post).as_ref())));
    assert_eq!((duo.count(NEW), duo.count("/chats/leave/1")), (sent, 1));
    duo.engine.shut_down(duo.now(), Pending::Flush);
    duo.run(MINUTE);
    assert_eq!(duo.count(NEW), sent, "what was dropped stays dropped");
}

#[test]
fn a_request_that_nobody_waits_for_any_more_is_dropped_at_once() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let read = duo.engine.submit(duo.now(), MessageSource { message: MessageId(70) });
    let Some(Output::Http(sent, _)) = duo.engine.poll_output() else { panic!("it is sent") };
    duo.engine.cancel(duo.now(), read.id());
    assert!(matches!(duo.engine.poll_output(), Some(Output::HttpAbort(dropped)) if dropped == sent));
}

#[test]
fn a_room_that_is_joined_again_before_it_was_left_stays() {
    let mut duo = Duo::with(|setup, _| setup.switches.throttle = ThrottleCurve::Chart);
    duo.join_live(ROOM);
    let _posts = ["one", "two", "three"].map(|text| duo.send(ROOM, text));
    let left = duo.engine.leave(duo.now(), ROOM);
    let joined = duo.engine.join(duo.now(), ROOM);
    assert_eq!((duo.wait(&left), duo.wait(&joined)), (Ok(()), Ok(())));
    duo.run(MINUTE);
    assert_eq!((duo.room(ROOM).len(), duo.count("/chats/leave/1")), (3, 0));
}

#[test]
fn the_end_waits_for_no_poll() {
    let mut duo = Duo::new();
    duo.no_sockets = true;
    duo.join(ROOM).unwrap();
    duo.run(MINUTE);
    let polls = duo.count(POLL);
    duo.next(1, POLL, Fate::SilentAfter);
    duo.until("another poll", |duo| duo.count(POLL) > polls);
    duo.engine.shut_down(duo.now(), Pending::Flush);
    duo.run(SECOND);
    assert!(duo.finished);
}

#[test]
fn a_room_is_not_left_while_it_is_being_entered() {
    let mut duo = Duo::new();
    duo.next(1, AUTH, Fate::LateAnswer(5 * SECOND));
    duo.join(ROOM).unwrap();
    duo.until("the question for an address", |duo| duo.count(AUTH) == 1);
    let left = duo.engine.leave(duo.now(), ROOM);
    duo.run(SECOND);
    assert_eq!(duo.count("/chats/leave/1"), 0, "the one would undo the other");
    duo.wait(&left).unwrap();
    assert_eq!(duo.count("/chats/leave/1"), 1);
}

#[test]
fn who_only_reads_ends_without_a_word() {
    let mut duo = Duo::with(|_, config| config.access = Access::Anonymous);
    duo.join(ROOM).unwrap();
    duo.run(MINUTE);
    let sent = duo.sent().len();
    duo.engine.shut_down(duo.now(), Pending::Flush);
    duo.run(SECOND);
    assert_eq!((duo.finished, duo.sent().len()), (true, sent));
}
