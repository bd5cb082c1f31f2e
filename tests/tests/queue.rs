//! The queue of posts: who goes first, how many may wait, what can be seen of it, and what outlives the process.

use std::num::NonZeroUsize;
use std::time::Duration;

use sechat_core::endpoint::{DeleteMessage, StarMessage};
use sechat_core::engine::{Access, Pending, Post, Priority, Queued, Task, Ticket};
use sechat_core::{Error, MessageId};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_tests::{Duo, EMAIL, Fate, OTHER, PASSWORD, ROOM, answer};

const NEW: &str = "/messages/new";

fn throttled() -> Duo {
    let mut duo = Duo::with(|setup, _| setup.switches.throttle = ThrottleCurve::Chart);
    duo.log_in().expect("a session");
    duo
}

fn post(duo: &mut Duo, text: &str, priority: Priority) -> Ticket<MessageId> {
    duo.engine.post(duo.now(), Post::new(ROOM, text).priority(priority))
}

#[test]
fn what_is_urgent_overtakes_what_is_not_and_each_kind_keeps_its_order() {
    let mut duo = throttled();
    let mut tickets: Vec<_> = (0..4).map(|n| post(&mut duo, &format!("bulk {n}"), Priority::Bulk)).collect();
    duo.until("the first to leave", |duo| duo.count(NEW) == 1);
    tickets.extend(["normal 0", "normal 1"].map(|text| post(&mut duo, text, Priority::Normal)));
    tickets.extend(["urgent 0", "urgent 1"].map(|text| post(&mut duo, text, Priority::Urgent)));
    for ticket in &tickets {
        duo.wait(ticket).unwrap();
    }
    let order = ["bulk 0", "urgent 0", "urgent 1", "normal 0", "normal 1", "bulk 1", "bulk 2", "bulk 3"];
    assert_eq!(duo.room(ROOM), order);
}

#[test]
fn an_urgent_post_does_not_rest_for_the_sake_of_many_others() {
    let time_of = |waiting: usize| {
        let mut duo = throttled();
        for n in 0..3 {
            duo.say(ROOM, &format!("before {n}")).unwrap();
        }
        let start = duo.time();
        let _bulk: Vec<_> = (0..waiting).map(|n| post(&mut duo, &format!("bulk {n}"), Priority::Bulk)).collect();
        let urgent = post(&mut duo, "urgent", Priority::Urgent);
        duo.wait(&urgent).unwrap();
        duo.time().saturating_sub(start)
    };
    assert_eq!(time_of(100), time_of(0));
}

#[test]
fn a_post_that_the_server_made_wait_is_overtaken() {
    let mut duo = throttled();
    duo.next(1, NEW, Fate::Instead(answer(409, "You can perform this action again in 5 seconds.")));
    let bulk = post(&mut duo, "bulk", Priority::Bulk);
    duo.until("the first to leave", |duo| duo.count(NEW) == 1);
    let urgent = post(&mut duo, "urgent", Priority::Urgent);
    duo.wait(&bulk).unwrap();
    duo.wait(&urgent).unwrap();
    assert_eq!(duo.room(ROOM), ["urgent", "bulk"]);
    assert_eq!(duo.server.audit().early, 0);
}

#[test]
fn a_post_whose_fate_is_being_looked_up_is_not_overtaken() {
    let mut duo = throttled();
    duo.next(1, NEW, Fate::SilentAfter);
    let bulk = post(&mut duo, "bulk", Priority::Bulk);
    duo.until("its answer to be lost", |duo| duo.count("/chats/1/events") > 0);
    let urgent = post(&mut duo, "urgent", Priority::Urgent);
    duo.wait(&bulk).unwrap();
    duo.wait(&urgent).unwrap();
    assert_eq!(duo.room(ROOM), ["bulk", "urgent"]);
}

#[test]
fn a_room_is_left_after_the_least_urgent_post_for_it() {
    let mut duo = throttled();
    duo.join_live(ROOM);
    let bulk: Vec<_> = (0..3).map(|n| post(&mut duo, &format!("bulk {n}"), Priority::Bulk)).collect();
    let left = duo.engine.leave(duo.now(), ROOM);
    for ticket in &bulk {
        duo.wait(ticket).unwrap();
    }
    duo.wait(&left).unwrap();
    assert_eq!(duo.sent().last().unwrap().line, "POST /chats/leave/1");
    assert_eq!(duo.room(ROOM).len(), 3);
}

#[test]
fn a_full_queue_says_so_and_what_to_do() {
    let mut duo = Duo::with(|_, config| config.queue_limit = NonZeroUsize::new(3).unwrap());
    duo.join_live(ROOM);
    let tickets: Vec<_> = (0..3).map(|n| duo.send(ROOM, &format!("post {n}"))).collect();
    assert_eq!(duo.engine.check_queue(0), Ok(()));
    let error = duo.say(ROOM, "one too many").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no more than 3 calls may wait for the server's throttle: wait for some of them before making more, \
         or raise Config::queue_limit"
    );
    assert!(matches!(error, Error::QueueFull { limit: 3, .. }));
    let ada = duo.ada_says(ROOM, "hello");
    let star = duo.engine.submit(duo.now(), StarMessage { message: ada });
    assert!(matches!(duo.ended(&star), Some(Err(Error::QueueFull { .. }))));
    // What only reads, and leaving, are not refused.
    let left = duo.engine.leave(duo.now(), ROOM);
    let joined = duo.engine.join(duo.now(), OTHER);
    for ticket in &tickets {
        duo.wait(ticket).unwrap();
    }
    duo.wait(&left).unwrap();
    duo.wait(&joined).unwrap();
    assert_eq!(duo.engine.check_queue(3), Ok(()));
    assert!(matches!(duo.engine.check_queue(4), Err(Error::QueueFull { limit: 3, .. })));
    duo.say(ROOM, "now there is room").unwrap();
}

#[test]
fn the_queue_can_be_looked_at() {
    let mut duo = throttled();
    let first = post(&mut duo, "under way", Priority::Normal);
    duo.until("the first to leave", |duo| duo.count(NEW) == 1);
    let asked = duo.time();
    let reply = duo.engine.post(duo.now(), Post::new(OTHER, "a reply").reply_to(70).priority(Priority::Bulk));
    let edit = duo.engine.edit(duo.now(), MessageId(80), "a new text".to_owned());
    let delete = duo.engine.submit_at(duo.now(), DeleteMessage { message: MessageId(81) }, Priority::Urgent);
    let star = duo.engine.submit(duo.now(), StarMessage { message: MessageId(82) });
    let left = duo.engine.leave(duo.now(), OTHER);
    duo.run(Duration::from_millis(5));
    let queue = duo.engine.queue(duo.now());
    let waited = duo.time().saturating_sub(asked);
    assert!(waited > Duration::ZERO && queue.iter().skip(1).all(|queued| queued.waiting_for == waited));
    assert_eq!(
        queue.iter().map(|queued| queued.id).collect::<Vec<_>>(),
        [first.id(), delete.id(), edit.id(), star.id(), reply.id(), left.id()]
    );
    assert_eq!(
        queue.iter().map(|queued| queued.under_way).collect::<Vec<_>>(),
        [true, false, false, false, false, false]
    );
    assert_eq!(queue[0].expected_in, Some(Duration::ZERO));
    assert!(queue.is_sorted_by_key(|queued| queued.expected_in));
    assert_eq!(queue[1].task, Task::Delete(MessageId(81)));
    assert!(matches!(queue[2].task, Task::Edit { message: MessageId(80), .. }));
    assert_eq!(queue[3].task, Task::Other("StarMessage"));
    assert_eq!(queue[4].task, Task::Post(Post::new(OTHER, "a reply").reply_to(70).priority(Priority::Bulk)));
    let rooms = [Some(ROOM), None, None, None, Some(OTHER), Some(OTHER)];
    assert_eq!(queue.iter().map(Queued::room).collect::<Vec<_>>(), rooms);
    let texts = [Some("under way"), None, Some("a new text"), None, Some("a reply"), None];
    assert_eq!(queue.iter().map(Queued::text).collect::<Vec<_>>(), texts);
}

#[test]
fn the_expected_times_are_about_those_that_it_takes() {
    for before in [0, 3] {
        let mut duo = throttled();
        for n in 0..before {
            duo.say(ROOM, &format!("before {n}")).unwrap();
        }
        let start = duo.time();
        let tickets: Vec<_> = (0..30).map(|n| duo.send(ROOM, &format!("post {n}"))).collect();
        let expected: Vec<_> =
            duo.engine.queue(duo.now()).iter().map(|queued| queued.expected_in.unwrap().as_secs_f64()).collect();
        assert_eq!(expected.len(), 30);
        for (expected, ticket) in expected.iter().zip(&tickets) {
            duo.wait(ticket).unwrap();
            let took = duo.time().saturating_sub(start).as_secs_f64();
            assert!((took - expected).abs() < 3.0 + took / 10.0, "{before}: {took} instead of {expected}");
        }
    }
}

#[test]
fn nobody_knows_when_without_a_session() {
    let mut duo = Duo::new();
    duo.take_away();
    let _post = duo.send(ROOM, "hi");
    let [Queued { expected_in: None, under_way: false, .. }] = duo.engine.queue(duo.now())[..] else {
        panic!("{:?}", duo.engine.queue(duo.now()))
    };
}

#[test]
fn what_was_given_up_is_not_in_the_queue() {
    let mut duo = throttled();
    let first = post(&mut duo, "one", Priority::Normal);
    let second = post(&mut duo, "two", Priority::Normal);
    duo.until("the first to leave", |duo| duo.count(NEW) == 1);
    duo.engine.cancel(duo.now(), first.id());
    duo.engine.cancel(duo.now(), second.id());
    assert_eq!(duo.engine.queue(duo.now()), []);
}

/// Ends an engine with posts in the queue, and posts what it has kept with the next one.
fn restarted(duo: &mut Duo) -> Vec<Post> {
    duo.engine.shut_down(duo.now(), Pending::Keep);
    duo.until("the end", |duo| duo.finished);
    let kept = duo.engine.kept();
    duo.finished = false;
    duo.heal();
    duo.restart(Access::login(EMAIL, PASSWORD, None));
    let tickets: Vec<_> = kept.iter().map(|post| duo.engine.post(duo.now(), post.clone())).collect();
    for ticket in &tickets {
        duo.wait(ticket).expect("a kept post is posted");
    }
    kept
}

#[test]
fn what_waits_at_the_end_is_posted_by_the_next_process_and_nothing_twice() {
    // However far the first post has come.
    for requests in 0..3 {
        for fate in [
            None,
            Some(Fate::SilentAfter),
            Some(Fate::SilentBefore),
            Some(Fate::Instead(answer(409, "You can perform this action again in 5 seconds."))),
        ] {
            let mut duo = throttled();
            let tickets: Vec<_> = (0..5).map(|n| duo.send(ROOM, &format!("post {n}"))).collect();
            let bulk = post(&mut duo, "bulk", Priority::Bulk);
            let urgent = post(&mut duo, "urgent", Priority::Urgent);
            if let Some(fate) = fate.clone() {
                duo.next(1, NEW, fate);
            }
            duo.until("posts to leave", |duo| duo.count(NEW) >= requests);
            let kept = restarted(&mut duo);
            let results = tickets.iter().chain([&bulk, &urgent]).map(|ticket| duo.ended(ticket)).collect::<Vec<_>>();
            assert!(results.iter().all(Option::is_none), "the engine of these tickets is gone");
            let mut all = duo.room(ROOM);
            all.sort_unstable();
            let unsure = all.len() < 7;
            assert!(!unsure || matches!(fate, Some(Fate::SilentBefore)), "{requests} {fate:?}: {all:?}");
            let count = all.len();
            all.dedup();
            assert_eq!(all.len(), count, "{requests} {fate:?}: nothing twice");
            let fits = kept.len() >= 7 - requests.max(1) && kept.last().is_some_and(|post| post.text == "bulk");
            assert!(fits, "{requests} {fate:?}: {kept:?}");
        }
    }
}

#[test]
fn only_posts_that_somebody_waits_for_are_kept() {
    let mut duo = throttled();
    let first = duo.send(ROOM, "one");
    let given_up = duo.send(ROOM, "given up");
    let edit = duo.engine.edit(duo.now(), MessageId(80), "a new text".to_owned());
    let reply = duo.engine.post(duo.now(), Post::new(ROOM, "two").reply_to(70));
    duo.engine.cancel(duo.now(), given_up.id());
    duo.until("the first to leave", |duo| duo.count(NEW) == 1);
    duo.engine.shut_down(duo.now(), Pending::Keep);
    duo.until("the end", |duo| duo.finished);
    assert!(matches!(duo.ended(&first), Some(Ok(_))));
    assert_eq!((duo.ended(&edit), duo.ended(&reply)), (Some(Err(Error::Closed)), Some(Err(Error::Closed))));
    assert_eq!(duo.engine.kept(), [Post::new(ROOM, "two").reply_to(70)]);
}

#[test]
fn the_longest_wait_is_waited_for_and_a_longer_one_is_left_to_the_next_process() {
    let wait =
        |seconds: u32| Fate::Instead(answer(409, &format!("You can perform this action again in {seconds} seconds")));
    let mut duo = throttled();
    duo.next(1, NEW, wait(300));
    duo.say(ROOM, "patience").unwrap();

    duo.next(1, NEW, wait(400));
    let post = duo.send(ROOM, "no patience");
    duo.until("it to leave", |duo| duo.count(NEW) == 3);
    duo.engine.shut_down(duo.now(), Pending::Keep);
    duo.until("the end", |duo| duo.finished);
    assert_eq!(duo.ended(&post), Some(Err(Error::Closed)));
    assert_eq!(duo.engine.kept(), [Post::new(ROOM, "no patience")]);
}

#[test]
fn a_refusal_of_bulk_makes_nobody_else_rest() {
    let time_of = |behind: usize| {
        let mut duo = throttled();
        for n in 0..4 {
            duo.say(ROOM, &format!("before {n}")).unwrap();
        }
        duo.next(1, NEW, Fate::Instead(answer(409, "You can perform this action again in 2 seconds")));
        let _bulk: Vec<_> = (0..=behind).map(|n| post(&mut duo, &format!("bulk {n}"), Priority::Bulk)).collect();
        duo.until("the first of them to leave", |duo| duo.count(NEW) == 5);
        let start = duo.time();
        let urgent = post(&mut duo, "urgent", Priority::Urgent);
        duo.wait(&urgent).unwrap();
        duo.time().saturating_sub(start)
    };
    assert!(time_of(200) <= time_of(0), "{:?} {:?}", time_of(200), time_of(0));
}

#[test]
fn a_later_end_keeps_what_an_earlier_one_waits_for() {
    let mut duo = throttled();
    let _all: Vec<_> = (0..5).map(|n| duo.send(ROOM, &format!("post {n}"))).collect();
    duo.until("the first to leave", |duo| duo.count(NEW) == 1);
    duo.engine.shut_down(duo.now(), Pending::Flush);
    duo.engine.shut_down(duo.now(), Pending::Keep);
    duo.engine.shut_down(duo.now(), Pending::Drop);
    duo.until("the end", |duo| duo.finished);
    assert_eq!(duo.engine.kept().len(), 4);
    assert_eq!(duo.room(ROOM), ["post 0"]);
}

#[test]
fn a_post_is_stored_with_what_differs_from_the_usual() {
    let post = Post::new(ROOM, "hi").reply_to(70).priority(Priority::Urgent);
    for (post, json) in [
        (Post::new(ROOM, "hi"), r#"{"room":1,"text":"hi"}"#),
        (post, r#"{"room":1,"text":"hi","reply_to":70,"priority":"urgent"}"#),
    ] {
        assert_eq!(serde_json::to_string(&post).unwrap(), json);
        assert_eq!(serde_json::from_str::<Post>(json).unwrap(), post);
    }
}
