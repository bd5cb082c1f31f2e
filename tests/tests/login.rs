//! Getting a session, and why it fails.

use std::time::Duration;

use sechat_core::engine::Access;
use sechat_core::{Error, LoginError, RoomId, Server};
use sechat_fixtures::switches::{CaptchaSign, ChatCookie, FkeyPages};
use sechat_tests::{BOT, Duo, EMAIL, Fate, OTHER, PRIVATE, ROOM, answer, page, redirect};

const FORM: &str = "GET /users/login";
const SUBMIT: &str = "POST /users/login";
const CHECK: &str = "POST /users/login-or-signup/validation/track";
const HOME: &str = "GET /";
const SMALL: &str = "GET /chats/join/favorite";
const NEW: &str = "/messages/new";
const NOWHERE: RoomId = RoomId(4711);

fn login_as(password: &str) -> Duo {
    Duo::with(|_, config| config.access = Access::login(EMAIL, password, None))
}

fn lines(duo: &Duo) -> Vec<&str> {
    duo.sent().iter().map(|sent| sent.line.as_str()).collect()
}

#[test]
fn each_server_is_logged_in_to_at_its_own_hosts() {
    for (server, chat, login, cookie) in [
        (Server::StackExchange, "chat.stackexchange.com", "meta.stackexchange.com", "sechatusr"),
        (Server::StackOverflow, "chat.stackoverflow.com", "stackoverflow.com", "chatusr"),
        (Server::MetaStackExchange, "chat.meta.stackexchange.com", "meta.stackexchange.com", "chatusr"),
    ] {
        for validate in [false, true] {
            let mut duo = Duo::with(|_, config| {
                config.server = server.clone();
                config.validate_login = validate;
            });
            let credentials = duo.log_in().unwrap();
            assert_eq!((credentials.user_id(), credentials.user_name()), (Some(BOT), Some("Bot")));
            let expected: &[&str] = if validate { &[FORM, CHECK, SUBMIT, HOME] } else { &[FORM, SUBMIT, HOME] };
            assert_eq!(lines(&duo), expected, "{server}");
            duo.say(ROOM, "hi").unwrap();
            for sent in duo.sent() {
                let host = if sent.line.contains("/users/") { login } else { chat };
                assert_eq!(sent.host, host, "{}", sent.line);
            }
            let with_chat_cookie = duo.sent().last().unwrap().cookies.clone().unwrap();
            let names: Vec<&str> = with_chat_cookie.split("; ").map(|pair| pair.split('=').next().unwrap()).collect();
            assert_eq!(names, ["acct", "prov", cookie]);
        }
    }
}

#[test]
fn a_wrong_password_is_tried_once() {
    for (validate, submissions) in [(false, 1), (true, 0)] {
        let mut duo = login_as("battery staple");
        if validate {
            duo = Duo::with(|_, config| {
                config.access = Access::login(EMAIL, "battery staple", None);
                config.validate_login = true;
            });
        }
        assert_eq!(duo.log_in().unwrap_err(), LoginError::WrongPassword.into());
        assert_eq!(duo.count(SUBMIT), submissions);
        let before = duo.sent().len();
        let wrong = Error::from(LoginError::WrongPassword);
        assert_eq!(duo.say(ROOM, "hi"), Err(wrong.clone()));
        assert_eq!(duo.join(ROOM), Err(wrong.clone()));
        duo.run(Duration::from_secs(3600));
        assert_eq!(duo.log_in().unwrap_err(), wrong);
        assert_eq!(duo.sent().len(), before, "nothing more is sent: {:?}", lines(&duo));
    }
}

#[test]
fn a_captcha_is_known_by_both_signs_and_left_alone() {
    for sign in CaptchaSign::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.captcha = *sign);
        duo.server.demand_captcha(true);
        let captcha = Error::from(LoginError::Captcha);
        assert_eq!(duo.log_in().unwrap_err(), captcha, "{sign:?}");
        assert_eq!(duo.count(SUBMIT), 1);
        let before = duo.sent().len();
        assert_eq!(duo.say(ROOM, "hi"), Err(captcha.clone()));
        duo.run(Duration::from_secs(590));
        assert_eq!(duo.log_in().unwrap_err(), captcha);
        assert_eq!(duo.sent().len(), before, "the site is left alone for ten minutes");
        duo.server.demand_captcha(false);
        duo.run(Duration::from_secs(11));
        assert_eq!(duo.log_in().unwrap().user_id(), Some(BOT));
    }
}

/// The front page has the fkey, and no other; it came without once.
#[test]
fn a_search_for_the_fkey_that_ends_at_the_last_page_begins_anew() {
    let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = FkeyPages::Root);
    let link = r#"<span class="topbar-menu-links"><a href="/users/101/bot">Bot</a></span>"#;
    duo.next(1, HOME, Fate::Masked(answer(200, link)));
    assert!(duo.log_in().is_ok(), "{:?}", lines(&duo));
    assert_eq!((duo.count(HOME), duo.count(SMALL), duo.count("GET /rooms/1")), (2, 1, 1));
}

#[test]
fn a_captcha_in_place_of_the_form_is_known_as_well() {
    for sign in [redirect("/nocaptcha?s=login"), page(200, "Human verification - Stack Exchange")] {
        let mut duo = Duo::new();
        duo.next(1, FORM, Fate::Instead(sign));
        assert_eq!(duo.log_in().unwrap_err(), LoginError::Captcha.into());
        assert_eq!(lines(&duo), [FORM]);
    }
}

#[test]
fn a_login_that_leads_anywhere_but_home_is_a_captcha() {
    for path in ["/nocaptcha?s=7", "/users/verify", "https://meta.stackexchange.com/human"] {
        let mut duo = Duo::new();
        duo.next(1, SUBMIT, Fate::Instead(redirect(path)));
        assert_eq!(duo.log_in().unwrap_err(), LoginError::Captcha.into(), "{path}");
        assert_eq!(lines(&duo), [FORM, SUBMIT]);
    }
}

#[test]
fn chat_is_asked_twice_whether_it_accepts_a_login() {
    let visitor =
        r#"<span class="topbar-menu-links"><a href="https://stackexchange.com/users/chat-login">log in</a></span>"#;
    let mut duo = Duo::new();
    duo.always(HOME, Fate::Instead(answer(200, visitor)));
    assert_eq!(duo.log_in().unwrap_err(), LoginError::ChatRefused.into());
    // Chat is asked once more, for the session may have ended between the two answers; and never again.
    assert_eq!(lines(&duo), [FORM, SUBMIT, HOME, FORM, HOME]);
    duo.heal();
    assert_eq!(duo.say(ROOM, "hi"), Err(LoginError::ChatRefused.into()));
    assert_eq!(duo.sent().len(), 5);
}

#[test]
fn a_changed_page_says_what_was_looked_for_and_shows_no_secret() {
    let secret = "0123456789abcdef0123456789abcdef";
    let odd =
        format!(r#"<title>New!</title><p>Welcome to the new page</p><input name="other" value="{secret}"> {secret}"#);
    for (line, name, looked_for) in [
        (FORM, "the login page", "#login-form input[name=fkey]"),
        (SUBMIT, "the answer to the login", "a redirect to / or the form again"),
        (HOME, "the chat's front page", ".topbar-menu-links, .topbar-links, #active-user, input[name=fkey]"),
    ] {
        let mut duo = Duo::new();
        duo.always(line, Fate::Instead(answer(200, &odd)));
        let error = duo.log_in().unwrap_err();
        let Error::Changed { page, looked_for: wanted, excerpt, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*page, *wanted), (name, looked_for));
        assert!(excerpt.contains("Welcome to the new page"), "{excerpt}");
        assert!(!error.to_string().contains(secret), "{error}");
        assert_eq!(duo.count(line), 2, "a challenge in between may pass, a redesign does not");
    }
    let mut duo = Duo::new();
    duo.always(SUBMIT, Fate::Instead(redirect("https://meta.stackexchange.com/")));
    let error = duo.log_in().unwrap_err();
    assert!(matches!(&error, Error::Changed { looked_for: "a cookie named acct", .. }), "{error:?}");
}

#[test]
fn a_login_site_at_fault_is_asked_again_and_is_no_wrong_password() {
    let mut duo = Duo::new();
    duo.next(3, FORM, Fate::Instead(page(503, "Offline for Maintenance")));
    duo.next(1, SUBMIT, Fate::Instead(page(502, "Bad gateway")));
    assert_eq!(duo.log_in().unwrap().user_id(), Some(BOT));
    assert_eq!(duo.count(FORM), 5, "a form is good for one login: {:?}", lines(&duo));

    let mut duo = Duo::new();
    duo.always(FORM, Fate::Instead(page(503, "Offline for Maintenance")));
    let error = duo.log_in().unwrap_err();
    assert!(matches!(error, Error::Server { status: 503, .. }), "{error:?}");
    assert_eq!(duo.count(FORM), 8, "as often as the configuration says");
    assert!(duo.time() > Duration::from_secs(3), "with growing waits, not {:?}", duo.time());
    duo.heal();
    assert_eq!(duo.log_in().unwrap().user_id(), Some(BOT), "and it works when the site is back");
}

#[test]
fn a_chat_cookie_that_is_needed_is_fetched_again() {
    for needed in ChatCookie::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.chat_cookie = *needed);
        duo.say(ROOM, "one").unwrap();
        duo.server.expire_chat_cookies();
        assert_eq!(duo.say(ROOM, "two").map(|_| ()), Ok(()), "{needed:?}");
        assert_eq!(duo.room(ROOM), ["one", "two"]);
        assert_eq!(duo.count(SUBMIT), 1, "no login is needed for it");
    }
}

#[test]
fn the_fkey_is_found_on_whatever_page_has_it() {
    for (place, asked) in [
        (FkeyPages::All, [HOME].as_slice()),
        (FkeyPages::Root, &[HOME]),
        (FkeyPages::Favorite, &[HOME, "GET /chats/join/favorite"]),
        (FkeyPages::Room, &[HOME, "GET /chats/join/favorite", "GET /rooms/1"]),
    ] {
        let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = place);
        duo.say(ROOM, "hi").unwrap();
        let pages: Vec<&str> = lines(&duo)[2..].iter().copied().filter(|line| line.starts_with("GET")).collect();
        assert_eq!(pages, asked, "{place:?}");
        assert_eq!(duo.room(ROOM), ["hi"]);
    }
}

/// A session is checked often: a page that has never shown the fkey is not asked for each time.
#[test]
fn a_check_asks_for_the_fkey_where_it_was_found() {
    for (place, asked) in [
        (FkeyPages::All, [SMALL].as_slice()),
        (FkeyPages::Root, &[SMALL, HOME]),
        (FkeyPages::Favorite, &[SMALL]),
        (FkeyPages::Room, &[SMALL, "GET /rooms/1"]),
    ] {
        let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = place);
        duo.say(ROOM, "hi").unwrap();
        let before = duo.sent().len();
        assert!(duo.say(PRIVATE, "hi").is_err());
        let pages: Vec<&str> = lines(&duo)[before..].iter().copied().filter(|line| line.starts_with("GET")).collect();
        assert_eq!(pages, asked, "{place:?}");
    }
}

#[test]
fn no_fkey_anywhere_says_where_it_was_looked_for() {
    let bare = r#"<span class="topbar-menu-links"><a href="/users/101/bot">Bot</a></span><input name="fkey" value="">"#;
    let mut duo = Duo::new();
    for line in [HOME, "GET /chats/join/favorite", "GET /rooms/1"] {
        duo.always(line, Fate::Instead(answer(200, bare)));
    }
    let error = duo.say(ROOM, "hi").unwrap_err();
    assert!(matches!(&error, Error::Changed { looked_for: "input[name=fkey] with a value", .. }), "{error:?}");
    assert_eq!(duo.count(NEW), 0);
}

#[test]
fn each_room_is_looked_at_once_for_an_fkey() {
    let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = FkeyPages::Room);
    let nowhere = [duo.send(NOWHERE, "hi"), duo.send(NOWHERE, "hello")];
    let sent = duo.send(OTHER, "hi");
    duo.wait(&sent).unwrap();
    assert!(nowhere.iter().all(|post| duo.wait(post).is_err()));
    assert_eq!(duo.count("GET /rooms/4711"), 1, "{:?}", lines(&duo));

    let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = FkeyPages::Room);
    let error = duo.say(NOWHERE, "hi").unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error:?}");
    assert_eq!(duo.count("GET /rooms/4711"), 2, "as often as any page that reads wrong");
}

#[test]
fn a_room_is_known_by_its_full_name() {
    let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = FkeyPages::Room);
    duo.next(1, "GET /rooms/1", Fate::Instead(redirect("/rooms/1/the-sandbox_1.0~%c3%a9")));
    duo.say(ROOM, "hi").unwrap();
    let rooms: Vec<&str> = lines(&duo).into_iter().filter(|line| line.starts_with("GET /rooms/")).collect();
    assert_eq!(rooms, ["GET /rooms/1", "GET /rooms/1/the-sandbox_1.0~%c3%a9"]);
}

#[test]
fn the_longest_wait_that_a_page_may_ask_for_is_waited_for() {
    let mut duo = Duo::with(|_, config| config.longest_wait = Duration::from_secs(30));
    let mut busy = page(429, "Too many requests");
    busy.headers_mut().insert("retry-after", "30".parse().unwrap());
    duo.next(1, FORM, Fate::Instead(busy));
    assert_eq!(duo.log_in().unwrap().user_id(), Some(BOT));
}

#[test]
fn only_the_page_of_the_room_is_followed() {
    for path in ["/elsewhere", "/rooms/1/", "/rooms/1/a/b", "/rooms/12/sandbox"] {
        let mut duo = Duo::with(|setup, _| setup.switches.fkey_pages = FkeyPages::Room);
        duo.next(1, "GET /rooms/1", Fate::Instead(redirect(path)));
        drop(duo.say(ROOM, "hi"));
        assert!(!lines(&duo).contains(&format!("GET {path}").as_str()), "{:?}", lines(&duo));
    }
}

#[test]
fn a_login_that_is_given_up_is_nobody_elses_business() {
    let mut duo = Duo::new();
    let (first, second) = (duo.engine.log_in(duo.now()), duo.engine.log_in(duo.now()));
    duo.engine.cancel(duo.now(), first.id());
    assert!(duo.wait(&second).is_ok());
    assert_eq!(duo.ended(&first), None);
}

/// It was right before, so it may have been the form.
#[test]
fn a_password_that_was_right_is_not_wrong_at_once() {
    let wrong = r#"<form id="login-form"><input name="fkey" value="0123456789abcdef0123456789abcdef"></form>The email or password is incorrect."#;
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.server.expire_sessions();
    duo.next(1, SUBMIT, Fate::Instead(answer(200, wrong)));
    duo.say(ROOM, "hi").unwrap();
    assert_eq!(duo.count(SUBMIT), 3);
    duo.server.expire_sessions();
    duo.always(SUBMIT, Fate::Instead(answer(200, wrong)));
    assert_eq!(duo.say(ROOM, "hello"), Err(LoginError::WrongPassword.into()));
    assert_eq!(duo.count(SUBMIT), 5);
}

/// A session that ends while it is being made says nothing of the password.
#[test]
fn a_login_that_chat_does_not_take_is_no_wrong_password() {
    let form = r#"<form id="login-form"><input name="fkey" value="0123456789abcdef0123456789abcdef"></form>"#;
    let visitor =
        r#"<span class="topbar-menu-links"><a href="https://stackexchange.com/users/chat-login">log in</a></span>"#;
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.server.expire_sessions();
    // Without the chat's cookie, and after the login.
    duo.next(2, HOME, Fate::Instead(answer(200, visitor)));
    for line in [FORM, SUBMIT] {
        duo.next(1, line, Fate::Fine);
        duo.next(1, line, Fate::Instead(answer(200, form)));
    }
    duo.say(ROOM, "hi").unwrap();
    assert_eq!(duo.count(SUBMIT), 3);
}
