//! Sessions that were stored or pasted.

use std::time::Duration;

use sechat_core::engine::Access;
use sechat_core::{Credentials, Error, UserId};
use sechat_tests::{BOT, Duo, EMAIL, Fate, PASSWORD, ROOM, answer, page, pasted};

const SUBMIT: &str = "POST /users/login";
const HOME: &str = "GET /";
const SMALL: &str = "GET /chats/join/favorite";

fn lines(duo: &Duo) -> Vec<&str> {
    duo.sent().iter().map(|sent| sent.line.as_str()).collect()
}

/// The values of `acct` and `prov`.
fn cookies(credentials: &Credentials) -> (String, String) {
    let stored: serde_json::Value = serde_json::from_str(&credentials.to_json()).expect("stored JSON");
    let text = |name: &str| stored[name].as_str().expect("a text").to_owned();
    (text("acct"), text("prov"))
}

#[test]
fn stored_credentials_work_while_the_login_site_is_down() {
    let mut duo = Duo::new();
    let stored = duo.log_in().unwrap();
    duo.restart(Access::login(EMAIL, PASSWORD, Some(stored)));
    let logins = duo.count("/users/login");
    duo.always("/users/login", Fate::Instead(page(503, "The site is in read-only mode")));
    duo.say(ROOM, "still here").unwrap();
    duo.join_live(ROOM);
    assert_eq!(duo.count("/users/login"), logins);
    assert_eq!(duo.room(ROOM), ["still here"]);
}

#[test]
fn pasted_cookies_are_a_login() {
    let mut duo = Duo::new();
    let (acct, prov) = cookies(&duo.log_in().unwrap());
    duo.restart(pasted(&acct, &prov));
    let logins = duo.count("/users/login");
    let credentials = duo.log_in().unwrap();
    assert_eq!((credentials.user_id(), credentials.user_name()), (Some(BOT), Some("Bot")));
    assert_eq!(cookies(&credentials), (acct, prov));
    duo.say(ROOM, "hi").unwrap();
    assert_eq!(duo.count("/users/login"), logins, "without a word to the login site");
}

#[test]
fn pasted_cookies_that_are_worth_nothing_are_an_expired_session() {
    let mut duo = Duo::with(|_, config| config.access = pasted("t=a%2Bb&s=c%3d", "0-0-0"));
    assert_eq!(duo.log_in().unwrap_err(), Error::SessionExpired);
    assert_eq!(lines(&duo), [HOME]);
    assert_eq!(duo.sent()[0].cookies.as_deref(), Some("acct=t=a%2Bb&s=c%3d; prov=0-0-0"), "byte for byte");
}

#[test]
fn a_cookie_that_visitors_get_is_no_reason_to_ask_again() {
    let visitor =
        r#"<span class="topbar-menu-links"><a href="https://stackexchange.com/users/chat-login">log in</a></span>"#;
    for fresh in [false, true] {
        let mut duo = Duo::with(|_, config| config.access = pasted("t=a%2Bb&s=c%3d", "0-0-0"));
        for n in 0..100 {
            let mut page = answer(200, visitor);
            let cookie = format!("sechatusr=visitor-number-{}; path=/", if fresh { n } else { 0 });
            page.headers_mut().insert("set-cookie", cookie.parse().unwrap());
            duo.next(1, HOME, Fate::Instead(page));
        }
        assert_eq!(duo.log_in().unwrap_err(), Error::SessionExpired);
        assert_eq!(lines(&duo), [HOME, HOME], "once without the cookie, and no more");
        assert_eq!(duo.say(ROOM, "hi"), Err(Error::SessionExpired));
        assert!(duo.sent().len() <= 4, "{:?}", lines(&duo));
    }
}

#[test]
fn credentials_stored_and_read_again_are_the_same_session() {
    let mut duo = Duo::new();
    let stored = duo.log_in().unwrap();
    let again = Credentials::from_json(&stored.to_json()).unwrap();
    duo.restart(Access::Credentials(again));
    assert_eq!(duo.log_in().unwrap(), stored);
}

#[derive(Debug, Clone, Copy)]
enum Stored {
    Good,
    Expired,
    ChatCookieExpired,
    NoNetwork,
    ServerDown,
}

#[test]
fn what_is_wrong_with_a_stored_session_is_told_apart() {
    for (state, password, expected) in [
        (Stored::Good, false, Ok(BOT)),
        (Stored::Expired, true, Ok(BOT)),
        (Stored::Expired, false, Err("the session has expired")),
        (Stored::ChatCookieExpired, false, Ok(BOT)),
        (Stored::NoNetwork, false, Err("the network failed: connection refused")),
        (Stored::NoNetwork, true, Err("the network failed: connection refused")),
        (Stored::ServerDown, true, Err("the server failed with HTTP 502")),
    ] {
        let mut duo = Duo::new();
        let stored = duo.log_in().unwrap();
        duo.restart(if password { Access::login(EMAIL, PASSWORD, Some(stored)) } else { Access::Credentials(stored) });
        let logins = duo.count(SUBMIT);
        match state {
            Stored::Good => {}
            Stored::Expired => duo.server.expire_sessions(),
            Stored::ChatCookieExpired => duo.server.expire_chat_cookies(),
            Stored::NoNetwork => duo.take_away(),
            Stored::ServerDown => duo.always(HOME, Fate::Instead(page(502, "Bad gateway"))),
        }
        let result = duo.log_in();
        match expected {
            Ok(user) => assert_eq!(result.unwrap().user_id(), Some::<UserId>(user), "{state:?}"),
            Err(text) => {
                let error = result.unwrap_err().to_string();
                assert!(error.starts_with(text), "{state:?}: {error}");
            }
        }
        let relogged = matches!((state, password), (Stored::Expired, true));
        assert_eq!(duo.count(SUBMIT) - logins, usize::from(relogged), "{state:?}");
        if matches!(state, Stored::NoNetwork | Stored::ServerDown) {
            duo.heal();
            assert_eq!(duo.log_in().unwrap().user_id(), Some(BOT), "the session was good all the time");
            assert_eq!(duo.count(SUBMIT), logins);
        }
    }
}

#[test]
fn a_session_that_was_good_is_checked_with_the_small_page_alone() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let (home, small) = (duo.count(HOME), duo.count(SMALL));
    duo.cut_sockets();
    duo.run(Duration::from_secs(60));
    assert!(duo.count(SMALL) > small, "what was missed is asked for, and whether the session was good meanwhile");
    assert_eq!(duo.count(HOME), home);
}

#[test]
fn a_check_that_fails_is_made_again_when_the_server_wants_it() {
    let mut busy = page(429, "Too many requests");
    busy.headers_mut().insert("retry-after", "20".parse().unwrap());
    for (fault, least) in
        [(page(503, "Offline for Maintenance"), Duration::from_millis(200)), (busy, Duration::from_secs(20))]
    {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.next(1, SMALL, Fate::Instead(fault));
        let from = duo.time();
        duo.cut_sockets();
        duo.run(Duration::from_secs(60));
        let pages: Vec<(&str, Duration)> = duo
            .sent()
            .iter()
            .filter(|sent| sent.at > from && (sent.line == HOME || sent.line == SMALL))
            .map(|sent| (sent.line.as_str(), sent.at))
            .collect();
        let [(SMALL, first), (SMALL, second)] = pages[..] else { panic!("{pages:?}") };
        assert!(second >= first + least, "{pages:?}");
    }
}

#[test]
fn a_check_that_shows_nothing_known_is_made_at_the_front_page() {
    let odd = r#"<input name="fkey" value="0123456789abcdef0123456789abcdef">"#;
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let home = duo.count(HOME);
    duo.next(1, SMALL, Fate::Instead(answer(200, odd)));
    duo.cut_sockets();
    duo.run(Duration::from_secs(60));
    assert_eq!((duo.count(HOME), duo.engine.stats().session_faults), (home + 1, 0));
}

#[test]
fn a_front_page_without_names_is_not_that_of_a_visitor() {
    let mut duo = Duo::new();
    let odd = r#"<input name="fkey" value="0123456789abcdef0123456789abcdef">"#;
    duo.always(HOME, Fate::Instead(answer(200, odd)));
    let error = duo.log_in().unwrap_err();
    assert!(matches!(&error, Error::Changed { page: "the front page of chat", .. }), "{error:?}");
}
