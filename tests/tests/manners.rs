//! What the engine spares the server, however it is answered: no storm of requests, no word before the time.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::{InfoUsers, RoomInfo};
use sechat_core::engine::Access;
use sechat_core::{Config, Error};
use sechat_fixtures::switches::FkeyChange;
use sechat_tests::{Duo, EMAIL, Fate, FrameFate, OTHER, PASSWORD, ROOM, answer, page, redirect};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NEW: &str = "/messages/new";
const POLL: &str = "POST /events";
const AUTH: &str = "POST /ws-auth";
const SUBMIT: &str = "POST /users/login";
const HOME: &str = "GET /";
const CHECK: &str = "GET /chats/join/favorite";

/// A page of the bot's own, with an fkey that no other page has.
fn own_page(n: u32) -> Response<Bytes> {
    let name = r#"<span class="topbar-menu-links"><a href="/users/101/bot">Bot</a></span>"#;
    answer(200, &format!(r#"{name}<input name="fkey" value="{n:032x}">"#))
}

fn quiet_for_a_day() -> Response<Bytes> {
    let mut slow = answer(429, "<h1>Too many requests</h1>");
    slow.headers_mut().insert("retry-after", "86400".parse().expect("a number"));
    slow
}

fn rate_limited<T>(result: &Result<T, Error>) -> Option<Duration> {
    if let Err(Error::RateLimited { retry_after, .. }) = result { Some(*retry_after) } else { None }
}

#[test]
fn an_fkey_that_differs_on_every_page_stops_no_event_and_starts_no_storm() {
    for sockets in [false, true] {
        let mut duo = Duo::new();
        if !sockets {
            duo.always(AUTH, Fate::Instead(page(503, "Offline for Maintenance")));
        }
        duo.join_live(ROOM);
        duo.run(MINUTE);
        for n in 0..300 {
            duo.next(1, HOME, Fate::Instead(own_page(2 * n)));
            duo.next(1, CHECK, Fate::Instead(own_page(2 * n + 1)));
        }
        let before = duo.sent().len();
        let texts: Vec<String> = (0..12).map(|n| format!("message {n}")).collect();
        for text in &texts {
            if sockets {
                // What cannot be read is asked for.
                duo.frames.push_back(FrameFate::Truncated);
            }
            duo.ada_says(ROOM, text);
            duo.run(10 * SECOND);
        }
        assert_eq!(duo.heard(ROOM), texts, "sockets: {sockets}");
        assert!(duo.count(CHECK) > 10, "each answer was checked, so that there were fkeys to see");
        let requests = duo.sent().len() - before;
        assert!(requests < 100, "sockets: {sockets}: {requests} requests in two minutes");
    }
}

#[test]
fn logins_that_come_to_nothing_are_few_and_the_first_good_one_is_enough() {
    for (name, fate) in [
        ("an error", Fate::Instead(page(500, "Oops! Something Bad Happened!"))),
        ("no cookie", Fate::Instead(redirect("https://meta.stackexchange.com/"))),
        ("a CAPTCHA", Fate::Instead(redirect("/nocaptcha?s=login"))),
    ] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.join_live(OTHER);
        duo.server.expire_sessions();
        duo.always(SUBMIT, fate);
        duo.cut_sockets();
        let before = (duo.count(SUBMIT), duo.sent().len());
        for n in 0..60 {
            duo.run(MINUTE);
            if n % 5 == 0 {
                assert!(duo.say(ROOM, &format!("still there? {n}")).is_err(), "{name}");
            }
        }
        let tries = duo.count(SUBMIT) - before.0;
        assert!((2..=12).contains(&tries), "{name}: {tries} logins in an hour");
        let requests = duo.sent().len() - before.1;
        assert!(requests < 400, "{name}: {requests} requests in an hour");
        duo.heal();
        duo.ada_says(ROOM, "welcome back");
        duo.run(12 * MINUTE);
        assert_eq!(duo.heard(ROOM), ["welcome back"], "{name}");
        assert_eq!(duo.count(SUBMIT) - before.0, tries + 1, "{name}");
        duo.say(ROOM, "here I am").unwrap();
    }
}

#[test]
fn a_day_of_quiet_is_kept_and_nobody_waits_for_its_end() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.next(1, NEW, Fate::Instead(quiet_for_a_day()));
    let from = duo.time();
    assert_eq!(rate_limited(&duo.say(ROOM, "one")), Some(DAY));
    let (said, sent) = (duo.time(), duo.sent().len());
    assert!(said < from + 5 * SECOND, "from {from:?} to {said:?}");
    for hour in 1..24 {
        duo.run(60 * MINUTE);
        if hour == 5 {
            duo.cut_sockets();
            duo.ada_says(ROOM, "where is the bot?");
        }
        let asked = duo.time();
        let rest = (said + DAY).saturating_sub(asked);
        for wait in [rate_limited(&duo.say(ROOM, "two")), rate_limited(&duo.join(OTHER))] {
            let wait = wait.expect("there is no use in waiting");
            assert!(wait <= rest && wait + SECOND > rest, "{wait:?} of {rest:?}");
        }
        assert!(duo.time() < asked + SECOND);
    }
    duo.run((said + DAY).saturating_sub(duo.time() + SECOND));
    assert_eq!(duo.sent().len(), sent, "{:?}", &duo.sent()[sent..]);
    duo.run(5 * MINUTE);
    assert_eq!(duo.heard(ROOM), ["where is the bot?"]);
    duo.join_live(OTHER);
    duo.say(ROOM, "two").unwrap();
    duo.say(ROOM, "three").unwrap();
    assert_eq!(duo.room(ROOM), ["where is the bot?", "two", "three"]);
}

#[test]
fn a_page_of_the_session_may_ask_for_a_day_of_quiet_too() {
    let mut duo = Duo::new();
    duo.always(HOME, Fate::Instead(quiet_for_a_day()));
    assert_eq!(rate_limited(&duo.say(ROOM, "one")), Some(DAY));
    let sent = duo.sent().len();
    for _ in 0..23 {
        duo.run(60 * MINUTE);
        assert!(rate_limited(&duo.say(ROOM, "two")).is_some());
        assert!(rate_limited(&duo.log_in()).is_some());
    }
    assert_eq!(duo.sent().len(), sent, "{:?}", &duo.sent()[sent..]);
    duo.heal();
    duo.run(61 * MINUTE);
    duo.say(ROOM, "two").unwrap();
}

#[test]
fn a_post_does_not_wait_for_an_hour() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.next(1, NEW, Fate::Instead(answer(409, "You can perform this action again in 3600 seconds")));
    let from = duo.time();
    assert_eq!(rate_limited(&duo.say(ROOM, "one")), Some(60 * MINUTE));
    assert!(duo.time() < from + 5 * SECOND);
    let room = duo.engine.submit(duo.now(), RoomInfo { room: ROOM, users: InfoUsers::Current });
    assert!(duo.wait(&room).is_ok(), "only posts wait for the throttle");
    let second = duo.send(ROOM, "two");
    duo.run(59 * MINUTE);
    assert_eq!(duo.count(NEW), 1, "nothing is posted before the time");
    duo.run(2 * MINUTE);
    let second = duo.ended(&second).expect("the time has come");
    assert!(second.is_ok() || rate_limited(&second).is_some(), "{second:?}");
    duo.say(ROOM, "three").unwrap();
}

#[test]
fn waits_that_the_server_asks_for_are_no_attempts() {
    let mut duo = Duo::with(|_, config| config.attempts = 3.try_into().unwrap());
    duo.log_in().unwrap();
    duo.server.rotate_fkeys();
    duo.next(6, NEW, Fate::Instead(answer(409, "You can perform this action again in 2 seconds")));
    duo.say(ROOM, "hi").unwrap();
    assert_eq!((duo.count(NEW), duo.room(ROOM)), (8, vec!["hi"]), "the seventh had the old fkey");
}

#[test]
fn the_longest_times_there_are_mean_never() {
    for anonymous in [false, true] {
        let mut duo = Duo::with(|_, config| {
            if anonymous {
                *config = Config::new(config.server.clone(), Access::Anonymous);
            }
            let feed = &mut config.feed;
            for span in [
                &mut config.request_timeout,
                &mut config.longest_wait,
                &mut config.throttle_margin,
                &mut feed.silence,
                &mut feed.renewal,
                &mut feed.poll_interval,
                &mut feed.backoff_cap,
            ] {
                *span = Duration::MAX;
            }
            feed.patience = None;
        });
        duo.join_live(ROOM);
        if !anonymous {
            duo.say(ROOM, "hi").unwrap();
            duo.ada_says(ROOM, "ho");
            duo.run(SECOND);
            assert_eq!(duo.heard(ROOM), ["hi", "ho"]);
            duo.next(2, NEW, Fate::Instead(answer(409, "You can perform this action again in 3 seconds")));
        }
        let post = duo.send(ROOM, "after an eternity");
        duo.run(60 * MINUTE);
        assert_eq!(duo.ended(&post), anonymous.then_some(Err(Error::NotLoggedIn)));
        for line in [POLL, AUTH, CHECK] {
            duo.next(3, line, Fate::SilentBefore);
        }
        duo.cut_sockets();
        duo.run(60 * MINUTE);
        duo.take_away();
        duo.run(60 * MINUTE);
    }
}

#[test]
fn no_time_at_all_is_no_busy_loop() {
    for access in [Access::Anonymous, Access::login(EMAIL, PASSWORD, None)] {
        let mut duo = Duo::with(|_, config| {
            *config = Config::new(config.server.clone(), access);
            (config.feed.poll_interval, config.feed.backoff_cap) = (Duration::ZERO, Duration::ZERO);
            config.feed.patience = None;
        });
        duo.no_sockets = true;
        duo.join(ROOM).unwrap();
        let mut before = duo.sent().len();
        let mut requests_of_a_minute = |duo: &mut Duo| {
            duo.run(MINUTE);
            let requests = duo.sent().len() - before;
            before = duo.sent().len();
            requests
        };
        // Each poll of an account is checked, and its sockets are tried again beside.
        let fine = requests_of_a_minute(&mut duo);
        assert!((60..900).contains(&fine), "{fine} while all is well");
        duo.ada_says(ROOM, "hi");
        duo.run(SECOND);
        assert_eq!(duo.heard(ROOM), ["hi"]);
        duo.always(POLL, Fate::Instead(page(503, "Offline for Maintenance")));
        let failing = requests_of_a_minute(&mut duo);
        assert!(failing < 900, "{failing} while polls fail");
        duo.take_away();
        let away = requests_of_a_minute(&mut duo);
        assert!(away < 900, "{away} while the server is away");
    }
}

#[test]
fn the_longest_quiet_that_is_put_up_with_is_waited_for() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let mut quiet = answer(429, "<h1>Too many requests</h1>");
    quiet.headers_mut().insert("retry-after", "300".parse().unwrap());
    duo.next(1, NEW, Fate::Instead(quiet));
    let from = duo.time();
    duo.say(ROOM, "one").unwrap();
    assert!(duo.time() >= from + 5 * MINUTE);
}

#[test]
fn another_fkey_excuses_a_refusal_twice_and_no_more() {
    let mut duo = Duo::new();
    for n in 0..50 {
        duo.next(1, HOME, Fate::Instead(own_page(2 * n)));
        duo.next(1, CHECK, Fate::Instead(own_page(2 * n + 1)));
    }
    duo.log_in().unwrap();
    duo.always(NEW, Fate::Instead(answer(404, "")));
    assert!(duo.say(ROOM, "one").is_err());
    assert_eq!(duo.count(NEW), 3);
}

#[test]
fn posts_to_a_closed_room_look_into_it_once() {
    let mut duo = Duo::with(|setup, _| setup.switches.fkey_change = FkeyChange::EveryPage);
    duo.log_in().unwrap();
    for room in [ROOM, OTHER] {
        duo.server.room_mut(room).unwrap().access = sechat_fixtures::Access::Private;
    }
    let both = (0..5).flat_map(|n| [(ROOM, n), (OTHER, n)]);
    let posts: Vec<_> = both.map(|(room, n)| duo.send(room, &format!("number {n}"))).collect();
    for post in posts {
        assert!(matches!(duo.wait(&post), Err(Error::Refused { status: 404, .. })));
    }
    for new in ["POST /chats/1/messages/new", "POST /chats/2/messages/new"] {
        assert_eq!(duo.count(new), 3 + 4, "only the first looked like a stale fkey");
    }
    duo.server.room_mut(ROOM).unwrap().access = sechat_fixtures::Access::Public;
    duo.say(ROOM, "open again").unwrap();
}

/// The edge asks for quiet while the session is being looked at.
#[test]
fn the_next_page_of_a_check_waits_for_the_end_of_the_quiet() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let mut quiet = answer(429, "<h1>Too many requests</h1>");
    quiet.headers_mut().insert("retry-after", "60".parse().unwrap());
    let nowhere = RoomInfo { room: sechat_core::RoomId(4711), users: InfoUsers::Current };
    let doubt = duo.engine.submit(duo.now(), nowhere);
    duo.run(SECOND / 100);
    duo.next(1, NEW, Fate::Instead(quiet));
    duo.next(1, CHECK, Fate::Instead(answer(200, r#"<input name="fkey" value="0123456789abcdef0123456789abcdef">"#)));
    let post = duo.send(ROOM, "one");
    duo.run(30 * SECOND);
    let home = duo.count(HOME);
    assert_eq!((duo.count(NEW), duo.count(CHECK), home), (1, 1, 1), "the check is at its second page");
    duo.wait(&post).unwrap();
    assert_eq!(duo.count(HOME), 2);
    assert!(duo.wait(&doubt).is_err());
}
