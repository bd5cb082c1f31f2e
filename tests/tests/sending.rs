//! Posts, replies and edits when all goes well, and the queue that they stand in.

use std::time::Duration;

use sechat_core::endpoint::DeleteMessage;
use sechat_core::engine::{Access, Pending, ReplyStyle};
use sechat_core::{Config, Engine, Error, EventKind, Invalid, MessageId, Refusal, Server};
use sechat_fixtures::switches::{
    DeletedText, Dots, EditParent, RefusalCost, ReplyShape, Rounding, ThrottleCurve, WaitText,
};
use sechat_tests::{ADA, BOT, Duo, Fate, OTHER, ROOM, answer, gaps};

const NEW: &str = "/messages/new";

fn throttled(curve: ThrottleCurve) -> Duo {
    Duo::with(|setup, _| setup.switches.throttle = curve)
}

#[test]
fn eight_posts_at_once_go_out_in_order_at_the_pace_of_the_server() {
    for curve in [ThrottleCurve::Chart, ThrottleCurve::Steep, ThrottleCurve::Flat] {
        for (rounding, cost) in [(Rounding::Up, RefusalCost::Free), (Rounding::Down, RefusalCost::Restarts)] {
            let mut duo = Duo::with(|setup, _| {
                let switches = &mut setup.switches;
                (switches.throttle, switches.rounding, switches.refusal) = (curve, rounding, cost);
            });
            let texts: Vec<String> = (1..=8).map(|n| format!("post {n}")).collect();
            let tickets: Vec<_> = texts.iter().map(|text| duo.send(ROOM, text)).collect();
            assert_eq!(duo.engine.queued(), 8);
            let ids: Vec<MessageId> = tickets.iter().map(|ticket| duo.wait(ticket).unwrap()).collect();
            assert!(ids.is_sorted());
            assert_eq!(duo.room(ROOM), texts, "{curve:?}");
            assert_eq!(duo.count("GET /") + duo.count("GET /chats/join/favorite"), 1, "the fkey is fetched once");
            let audit = duo.server.audit();
            assert_eq!(audit.early, 0, "nothing before the time that the server named");
            assert!(audit.refusals <= 3, "{curve:?} {rounding:?}: {} refusals", audit.refusals);
            assert_eq!(duo.engine.queued(), 0);
        }
    }
}

#[test]
fn posts_to_several_rooms_share_one_throttle_and_one_order() {
    let mut duo = throttled(ThrottleCurve::Chart);
    let tickets: Vec<_> =
        (0..6).map(|n| duo.send(if n % 2 == 0 { ROOM } else { OTHER }, &format!("post {n}"))).collect();
    let ids: Vec<MessageId> = tickets.iter().map(|ticket| duo.wait(ticket).unwrap()).collect();
    assert!(ids.is_sorted());
    assert_eq!((duo.room(ROOM).len(), duo.room(OTHER).len()), (3, 3));
}

#[test]
fn a_wait_is_understood_however_it_is_spelled() {
    for (body, seconds) in [
        ("You can perform this action again in 3 seconds.", 3),
        ("You can perform this action again in 3 seconds", 3),
        ("You can perform this action again in 1 second.", 1),
        ("You can perform this action again in 1 second", 1),
        ("You can perform this action again in 22 seconds", 22),
        ("\"You can perform this action again in 2 seconds.\"", 2),
        ("<html><body><p>You can perform this action again in <b>2</b> seconds.</p></body></html>", 2),
    ] {
        let mut duo = Duo::new();
        duo.log_in().unwrap();
        duo.next(1, NEW, Fate::Instead(answer(409, body)));
        duo.say(ROOM, "hi").unwrap();
        let [wait] = gaps(&duo.sent_to(NEW))[..] else { panic!("{body}") };
        let asked = Duration::from_secs(seconds);
        assert!(wait >= asked && wait < asked + Duration::from_secs(2), "{body}: {wait:?}");
    }
    for how in WaitText::ALL {
        let mut duo =
            Duo::with(|setup, _| (setup.switches.throttle, setup.switches.wait_text) = (ThrottleCurve::Steep, *how));
        let tickets = [duo.send(ROOM, "one"), duo.send(ROOM, "two"), duo.send(ROOM, "three")];
        for ticket in &tickets {
            duo.wait(ticket).unwrap();
        }
        assert!(duo.server.audit().refusals > 0, "so that there was something to read");
        assert_eq!(duo.room(ROOM), ["one", "two", "three"]);
    }
}

#[test]
fn a_server_that_keeps_asking_to_wait_is_not_asked_for_ever() {
    let mut duo = Duo::new();
    duo.always(NEW, Fate::Instead(answer(409, "You can perform this action again in 5 seconds.")));
    let error = duo.say(ROOM, "hi").unwrap_err();
    assert_eq!(error.to_string(), "rate limited: try again in 5 s, or allow more tries");
    assert_eq!(duo.count(NEW), 10, "as often as the configuration says");
}

#[test]
fn the_edge_asking_for_quiet_holds_everything() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let mut slow = answer(429, "<h1>Too many requests</h1>");
    slow.headers_mut().insert("retry-after", "7".parse().unwrap());
    duo.next(1, NEW, Fate::Instead(slow));
    let post = duo.send(ROOM, "hi");
    duo.run(Duration::from_millis(100));
    let quiet_from = duo.time();
    let (other, read) = (duo.send(OTHER, "ho"), duo.engine.join(duo.now(), OTHER));
    duo.wait(&post).unwrap();
    duo.wait(&other).unwrap();
    duo.wait(&read).unwrap();
    let meanwhile = duo.sent().iter().filter(|sent| sent.at >= quiet_from && sent.at < Duration::from_secs(8));
    assert_eq!(meanwhile.map(|sent| &sent.line).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_duplicate_is_an_error_of_its_own() {
    let mut duo = Duo::new();
    duo.say(ROOM, "again").unwrap();
    assert_eq!(duo.say(ROOM, "again"), Err(Error::Duplicate));
    assert_eq!(duo.count(NEW), 2, "and is not sent once more");
    duo.say(ROOM, "something else").unwrap();
    assert_eq!(duo.room(ROOM), ["again", "something else"]);
}

#[test]
fn texts_that_the_server_would_refuse_are_not_sent() {
    let mut duo = Duo::new();
    let long = "é".repeat(501);
    for text in ["", "   ", "\n\t\n"] {
        assert_eq!(duo.say(ROOM, text), Err(Invalid::EmptyMessage.into()));
        assert_eq!(duo.edit(MessageId(1), text), Err(Invalid::EmptyMessage.into()));
    }
    let error = duo.say(ROOM, &long).unwrap_err();
    assert_eq!(
        error.to_string(),
        "one line may have 500 characters and this one has 501: shorten it or break the line"
    );
    assert!(matches!(error, Error::Invalid(Invalid::LineTooLong { length: 501, max: 500, .. })));
    assert_eq!(duo.sent().len(), 0, "not even a login");

    duo.say(ROOM, &"é".repeat(500)).unwrap();
    duo.say(ROOM, &format!("{long}\n{long}")).unwrap();
    assert_eq!(duo.room(ROOM).len(), 2);
}

fn with_style(style: ReplyStyle, change: impl FnOnce(&mut sechat_fixtures::Switches)) -> Duo {
    Duo::with(|setup, config| {
        config.reply_style = style;
        change(&mut setup.switches);
    })
}

#[test]
fn a_reply_is_a_reply_in_either_style() {
    for (style, source) in [(ReplyStyle::ParentField, "sure"), (ReplyStyle::Prefix, ":68000001 sure")] {
        let mut duo = with_style(style, |_| {});
        let question = duo.ada_says(ROOM, "does it work?");
        let id = duo.reply(ROOM, question, "sure").unwrap();
        let message = duo.server.message(id).unwrap();
        assert_eq!((message.parent, message.show_parent), (Some(question), true), "{style:?}");
        assert_eq!(message.source(), source);
    }
}

#[test]
fn an_edited_reply_stays_a_reply() {
    for style in [ReplyStyle::ParentField, ReplyStyle::Prefix] {
        for lost in [EditParent::Dropped, EditParent::Kept] {
            let mut duo = with_style(style, |switches| switches.edit_parent = lost);
            let question = duo.ada_says(ROOM, "does it work?");
            let id = duo.reply(ROOM, question, "sure").unwrap();
            duo.edit(id, "mostly").unwrap();
            let message = duo.server.message(id).unwrap();
            assert_eq!((message.parent, message.show_parent), (Some(question), true), "{style:?} {lost:?}");
            assert!(message.source().ends_with("mostly"));
        }
    }
}

#[test]
fn a_reply_of_another_process_is_edited_as_one_as_well() {
    for shape in ReplyShape::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.reply_shape = *shape);
        duo.join_live(ROOM);
        let question = duo.ada_says(ROOM, "does it work?");
        let id = duo.server.reply(duo.now(), BOT, question, "sure");
        duo.run(Duration::from_secs(1));
        duo.edit(id, "mostly").unwrap();
        assert_eq!(duo.server.message(id).unwrap().parent, Some(question), "{shape:?}");
    }
}

#[test]
fn an_edit_of_a_message_of_its_own_makes_it_no_reply() {
    let mut duo = Duo::new();
    let id = duo.say(ROOM, "hi").unwrap();
    duo.edit(id, "ho").unwrap();
    assert_eq!(duo.sent_to("POST /messages/68000001")[0].field("parentId"), None);
    assert_eq!(duo.room(ROOM), ["ho"]);
}

#[test]
fn edits_and_deletions_that_are_refused_say_why() {
    for dots in Dots::ALL {
        for deleted in DeletedText::ALL {
            let mut duo = Duo::with(|setup, _| (setup.switches.dots, setup.switches.deleted_text) = (*dots, *deleted));
            let of_ada = duo.ada_says(ROOM, "mine");
            let old = duo.say(ROOM, "old").unwrap();
            duo.run(Duration::from_secs(121));
            let gone = duo.say(ROOM, "gone").unwrap();
            duo.server.delete(duo.now(), BOT, gone);
            for (message, reason) in [
                (of_ada, Refusal::NotYours),
                (old, Refusal::TooLate),
                (gone, Refusal::AlreadyDeleted),
                (MessageId(1), Refusal::BadId),
            ] {
                let is_it =
                    |result: Result<(), Error>| matches!(result, Err(Error::Refused { reason: r, .. }) if r == reason);
                assert!(is_it(duo.edit(message, "new")), "{dots:?} {deleted:?} {reason:?}");
                let ticket = duo.engine.submit(duo.now(), DeleteMessage { message });
                assert!(is_it(duo.wait(&ticket)), "{dots:?} {deleted:?} {reason:?}");
            }
        }
    }
}

#[test]
fn a_post_cancelled_in_the_queue_is_never_sent() {
    let mut duo = throttled(ThrottleCurve::Steep);
    let tickets = [duo.send(ROOM, "one"), duo.send(ROOM, "two"), duo.send(ROOM, "three")];
    duo.engine.cancel(duo.now(), tickets[1].id());
    duo.wait(&tickets[0]).unwrap();
    duo.wait(&tickets[2]).unwrap();
    assert_eq!(duo.room(ROOM), ["one", "three"]);
    assert_eq!(duo.ended(&tickets[1]), None, "its ticket gives nothing");
}

#[test]
fn a_post_cancelled_before_its_request_is_taken_is_never_sent() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let first = duo.engine.send(duo.now(), ROOM, "one".to_owned(), None);
    let second = duo.engine.send(duo.now(), ROOM, "two".to_owned(), None);
    duo.engine.cancel(duo.now(), first.id());
    assert_eq!(duo.engine.queued(), 1);
    duo.wait(&second).unwrap();
    assert_eq!(duo.room(ROOM), ["two"]);
    assert_eq!(duo.count(NEW), 1);
    assert!(duo.time() < Duration::from_secs(1), "and counts for nothing");
}

#[test]
fn a_user_agent_that_is_no_header_is_refused() {
    for bad in ["", " ", "my\nbot", "my bot 🤖"] {
        let mut config = Config::new(Server::StackExchange, Access::Anonymous);
        config.user_agent = bad.to_owned();
        let error = Engine::new(config).unwrap_err();
        assert_eq!(error, Invalid::UserAgent(bad.to_owned()).into());
        assert_eq!(error.to_string(), format!("bad user agent {bad:?}: it must be one line of visible ASCII"));
    }
}

#[test]
fn a_post_cancelled_under_way_keeps_its_place() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let first = duo.send(ROOM, "one");
    let second = duo.send(ROOM, "two");
    duo.until("the first post to leave", |duo| duo.count(NEW) == 1);
    duo.engine.cancel(duo.now(), first.id());
    duo.wait(&second).unwrap();
    assert_eq!(duo.room(ROOM), ["one", "two"]);
    assert_eq!(duo.ended(&first), None);
    assert!(gaps(&duo.sent_to(NEW))[0] >= Duration::from_millis(20), "the second waits for the answer to the first");
}

#[test]
fn a_shutdown_can_carry_everything_out_first() {
    let mut duo = throttled(ThrottleCurve::Steep);
    duo.join_live(ROOM);
    let tickets = [duo.send(ROOM, "one"), duo.send(ROOM, "two"), duo.send(ROOM, "three")];
    duo.engine.shut_down(duo.now(), Pending::Flush);
    let late = duo.send(ROOM, "too late");
    assert_eq!(duo.wait(&late), Err(Error::Closed));
    duo.until("the end", |duo| duo.finished);
    assert!(tickets.iter().all(|ticket| matches!(duo.ended(ticket), Some(Ok(_)))));
    assert_eq!(duo.room(ROOM), ["one", "two", "three"]);
    assert_eq!(duo.feed_ended, Some(Ok(())));
    assert_eq!(duo.sent().last().unwrap().line, "POST /chats/leave/1", "after the posts");
    assert_eq!(duo.server.present(ROOM), [ADA]);
    assert_eq!(duo.server.sockets(), []);
}

#[test]
fn a_shutdown_can_drop_what_was_not_sent() {
    let mut duo = throttled(ThrottleCurve::Steep);
    duo.join_live(ROOM);
    let tickets = [duo.send(ROOM, "one"), duo.send(ROOM, "two"), duo.send(ROOM, "three")];
    duo.until("the first post to leave", |duo| duo.count(NEW) == 1);
    duo.engine.shut_down(duo.now(), Pending::Drop);
    duo.until("the end", |duo| duo.finished);
    let results = tickets.map(|ticket| duo.ended(&ticket).map(|result| result.map(|_| ())));
    assert_eq!(results, [Some(Ok(())), Some(Err(Error::Closed)), Some(Err(Error::Closed))]);
    assert_eq!(duo.room(ROOM), ["one"], "the one under way is waited for");
    assert_eq!(duo.count("/chats/leave/1"), 1);
}

#[test]
fn a_shutdown_ends_even_if_nobody_answers() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.take_away();
    let post = duo.send(ROOM, "one");
    duo.engine.shut_down(duo.now(), Pending::Flush);
    duo.until("the end", |duo| duo.finished);
    assert!(matches!(duo.ended(&post), Some(Err(Error::Transport(_)))));
    assert!(duo.time() < Duration::from_secs(120), "{:?}", duo.time());
}

#[test]
fn writes_need_an_account() {
    let mut duo = Duo::with(|_, config| config.access = Access::Anonymous);
    assert_eq!(duo.say(ROOM, "hi"), Err(Error::NotLoggedIn));
    assert_eq!(duo.log_in().unwrap_err(), Error::NotLoggedIn);
    assert_eq!(duo.sent().len(), 0);
}

#[test]
fn own_posts_are_heard_like_all_others() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let id = duo.say(ROOM, "*hi*").unwrap();
    duo.run(Duration::from_secs(1));
    let own = duo.events_of_type(1)[0];
    assert_eq!(own.user_id, Some(BOT));
    assert!(
        matches!(&own.kind, EventKind::MessagePosted(m) if m.id == id && m.content.as_deref() == Some("<i>hi</i>"))
    );
}
