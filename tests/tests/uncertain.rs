//! Posts of which nobody knows whether they were made, until their room tells.

use std::time::Duration;

use sechat_core::{Error, MessageId};
use sechat_fixtures::switches::ReplyShape;
use sechat_tests::{BOT, Duo, Fate, OTHER, ROOM, answer, page};

const NEW: &str = "/messages/new";

fn uncertain(result: &Result<MessageId, Error>) -> bool {
    matches!(result, Err(Error::Uncertain { .. }))
}

/// Whatever happens to the answer, the post is found in its room.
#[test]
fn a_post_whose_answer_is_lost_is_found_and_never_sent_again() {
    for fate in [
        Fate::CutAfter,
        Fate::SilentAfter,
        Fate::Truncated,
        Fate::Masked(page(502, "Bad gateway")),
        Fate::Masked(page(200, "Just a moment...")),
        Fate::Masked(page(200, "Something else")),
        Fate::Masked(answer(200, "")),
        Fate::LateArrival(Duration::from_secs(2)),
    ] {
        for live in [false, true] {
            let mut duo = Duo::new();
            if live {
                duo.join_live(ROOM);
            }
            duo.ada_says(ROOM, "hello");
            duo.next(1, NEW, fate.clone());
            let id = duo.say(ROOM, "hello").unwrap_or_else(|error| panic!("{fate:?}, live {live}: {error}"));
            let message = duo.server.message(id).unwrap();
            assert_eq!((message.author, message.source()), (BOT, "hello"));
            assert_eq!((duo.count(NEW), duo.room(ROOM).len()), (1, 2), "{fate:?}");
            duo.say(ROOM, "next").unwrap();
        }
    }
}

/// What the server sends with a page, such as cookies, does not excuse it.
#[test]
fn a_page_and_another_cookie_are_no_reason_to_post_again() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let mut masked = page(200, "Something else");
    masked.headers_mut().insert("set-cookie", "visit=2; path=/; domain=.stackexchange.com".parse().unwrap());
    duo.next(1, NEW, Fate::Masked(masked));
    duo.always("/chats/1/events", Fate::Instead(answer(200, r#"{"events":[],"time":1,"sync":1790000000}"#)));
    let post = duo.send(ROOM, "one");
    let error = duo.wait(&post).unwrap_err();
    assert!(matches!(error, Error::Uncertain { .. }), "{error}");
    assert_eq!((duo.count(NEW), duo.room(ROOM)), (1, vec!["one"]));
}

#[test]
fn replies_are_found_by_what_they_answer() {
    for shape in ReplyShape::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.reply_shape = *shape);
        let (first, second) = (duo.ada_says(ROOM, "first?"), duo.ada_says(ROOM, "second?"));
        duo.reply(ROOM, first, "yes").unwrap();
        duo.run(Duration::from_secs(61));
        duo.next(1, NEW, Fate::CutAfter);
        let id = duo.reply(ROOM, second, "yes").unwrap();
        assert_eq!(duo.server.message(id).unwrap().parent, Some(second));
    }
}

#[test]
fn texts_of_any_kind_are_found_by_their_source() {
    for text in ["**bold** & <b>", "a\nb", "  blanks  ", "https://example.org/a_b", ":not a reply", "`code`\r\n\tx"] {
        let mut duo = Duo::new();
        duo.next(1, NEW, Fate::CutAfter);
        assert!(duo.say(ROOM, text).is_ok(), "{text:?}");
        assert_eq!(duo.count(NEW), 1);
    }
}

#[test]
fn a_post_that_does_not_show_is_uncertain_and_not_sent_again() {
    for fate in [
        Fate::CutBefore,
        Fate::SilentBefore,
        Fate::Instead(page(502, "Bad gateway")),
        Fate::Instead(page(200, "Something else")),
        Fate::Instead(answer(200, "{}")),
        Fate::LateArrival(Duration::from_secs(20)),
    ] {
        let mut duo = Duo::new();
        duo.ada_says(ROOM, "hello");
        duo.next(1, NEW, fate.clone());
        assert!(uncertain(&duo.say(ROOM, "hello")), "{fate:?}");
        duo.run(Duration::from_secs(60));
        assert_eq!(duo.count(NEW), 1, "{fate:?}");
        duo.say(ROOM, "next").unwrap();
        let arrived = usize::from(matches!(fate, Fate::LateArrival(_)));
        assert_eq!(duo.room(ROOM).len(), 2 + arrived);
    }
}

#[test]
fn what_another_process_of_the_account_posted_is_not_taken_for_ours() {
    for live in [false, true] {
        for earlier in [3, 8, 30] {
            let mut duo = Duo::new();
            if live {
                duo.join_live(ROOM);
            }
            duo.log_in().unwrap();
            duo.server.say(duo.now(), BOT, ROOM, "report");
            duo.run(Duration::from_secs(earlier));
            duo.next(1, NEW, Fate::CutBefore);
            assert!(uncertain(&duo.say(ROOM, "report")), "posted {earlier} s earlier, live {live}");
        }
    }
}

/// Its time does not tell it apart, but it was heard before the post was sent.
#[test]
fn what_was_heard_before_is_not_taken_for_what_was_posted_then() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.server.say(duo.now(), BOT, ROOM, "report");
    duo.run(Duration::from_secs(1));
    assert_eq!(duo.heard(ROOM), ["report"]);
    duo.next(1, NEW, Fate::CutBefore);
    assert!(uncertain(&duo.say(ROOM, "report")));
}

#[test]
fn one_copy_is_not_found_for_two_posts() {
    let mut duo = Duo::new();
    duo.say(ROOM, "tick").unwrap();
    duo.run(Duration::from_secs(61));
    duo.next(1, NEW, Fate::CutBefore);
    assert!(uncertain(&duo.say(ROOM, "tick")));
    assert_eq!(duo.room(ROOM), ["tick"]);
}

#[test]
fn a_message_that_may_be_the_post_is_reason_enough_not_to_post_it_again() {
    for live in [false, true] {
        let mut duo = Duo::new();
        if live {
            duo.join_live(ROOM);
        }
        duo.log_in().unwrap();
        // The server keeps the text without what cannot be seen.
        duo.always("GET /message/68000001", Fate::Instead(answer(200, "hello world")));
        duo.next(1, NEW, Fate::Masked(page(200, "Oops! Something Bad Happened!")));
        let post = duo.send(ROOM, "hello\u{200b} world");
        duo.until("the post to arrive", |duo| !duo.room(ROOM).is_empty());
        duo.server.rotate_fkeys();
        assert!(uncertain(&duo.wait(&post)), "live {live}");
        duo.run(Duration::from_secs(600));
        assert_eq!((duo.count(NEW), duo.room(ROOM).len()), (1, 1), "live {live}");
        duo.say(ROOM, "next").unwrap();
    }
}

#[test]
fn a_late_message_of_another_room_is_not_taken_for_a_post_with_its_text() {
    let mut duo = Duo::new();
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    duo.next(1, NEW, Fate::LateArrival(Duration::from_secs(8)));
    duo.next(1, NEW, Fate::CutBefore);
    let sent = duo.time();
    assert!(uncertain(&duo.say(OTHER, "tick")));
    let second = duo.send(ROOM, "tick");
    duo.until("the second post to leave", |duo| duo.count(NEW) == 2);
    assert!(duo.room(OTHER).is_empty() && duo.time() < sent + Duration::from_secs(8), "the first is still on its way");
    assert!(uncertain(&duo.wait(&second)));
    assert_eq!((duo.room(ROOM), duo.room(OTHER)), (vec![], vec!["tick"]));
    assert_eq!(duo.heard(OTHER), ["tick"], "it arrived while the second was being looked for");
    assert_eq!(duo.count(NEW), 2);
}

#[test]
fn a_post_after_an_uncertain_one_keeps_its_place() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.next(1, NEW, Fate::CutAfter);
    let tickets = [duo.send(ROOM, "one"), duo.send(OTHER, "two"), duo.send(ROOM, "three")];
    let ids: Vec<MessageId> = tickets.iter().map(|ticket| duo.wait(ticket).unwrap()).collect();
    assert!(ids.is_sorted());
}

#[test]
fn nobody_looks_for_a_post_that_was_given_up() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.next(1, NEW, Fate::CutAfter);
    let post = duo.send(ROOM, "one");
    duo.until("the post to leave", |duo| duo.count(NEW) == 1);
    duo.engine.cancel(duo.now(), post.id());
    duo.run(Duration::from_secs(60));
    assert_eq!((duo.count("POST /chats/1/events"), duo.engine.queued()), (0, 0));
}

#[test]
fn a_post_that_the_feed_has_shown_is_not_looked_for_in_its_room() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.run(Duration::from_secs(60));
    let read = duo.count("POST /chats/1/events");
    duo.next(1, NEW, Fate::SilentAfter);
    duo.say(ROOM, "one").unwrap();
    assert_eq!((duo.count(NEW), duo.count("POST /chats/1/events")), (1, read));
}
