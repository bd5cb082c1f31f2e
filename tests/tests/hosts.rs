//! What goes where: cookies byte for byte, nothing to foreign hosts, redirects never followed.
//!
//! That no request leaves for a host other than the server's two is checked by the stage itself, in every scene.

use std::time::Duration;

use sechat_core::endpoint::{DeleteMessage, MessageSource};
use sechat_core::{Error, FeedChange, Refusal};
use sechat_tests::{ADA, Duo, Fate, OTHER, ROOM, answer, redirect};

/// One of everything that a bot does.
fn a_day(duo: &mut Duo) {
    let _ = duo.join(ROOM);
    let _ = duo.join(OTHER);
    duo.run(Duration::from_secs(60));
    if let Ok(own) = duo.say(ROOM, "a question") {
        let now = duo.now();
        duo.server.reply(now, ADA, own, "an answer");
        duo.run(Duration::from_secs(2));
        let _ = duo.edit(own, "a better question");
        let delete = duo.engine.submit(duo.now(), DeleteMessage { message: own });
        let _ = duo.wait(&delete);
        let source = duo.engine.submit(duo.now(), MessageSource { message: own });
        let _ = duo.wait(&source);
    }
    duo.cut_sockets();
    duo.run(Duration::from_secs(60));
    let leave = duo.engine.leave(duo.now(), OTHER);
    let _ = duo.wait(&leave);
}

#[test]
fn a_day_has_one_of_everything() {
    let mut duo = Duo::new();
    a_day(&mut duo);
    for line in LINES {
        assert!(duo.count(line) > 0, "{line}");
    }
}

const LINES: [&str; 14] = [
    "GET /users/login",
    "POST /users/login",
    "GET /",
    "GET /chats/join/favorite",
    "POST /chats/1/events",
    "POST /chats/2/events",
    "POST /ws-auth",
    "WS /events/1",
    "POST /events",
    "POST /chats/1/messages/new",
    "POST /messages/68000001",
    "POST /messages/68000001/delete",
    "POST /messages/ack",
    "POST /chats/leave/2",
];

#[test]
fn no_redirect_is_followed_wherever_it_comes() {
    for line in LINES.into_iter().filter(|line| !line.starts_with("WS")) {
        for target in ["https://evil.example/", "https://evil.example/users/login", "//evil.example/rooms/1"] {
            let mut duo = Duo::new();
            duo.next(3, line, Fate::Instead(redirect(target)));
            a_day(&mut duo);
            assert!(duo.sent().iter().all(|sent| sent.host != "evil.example"), "{line} to {target}");
        }
    }
}

#[test]
fn a_redirected_write_says_where_it_was_sent_and_not_more() {
    let mut duo = Duo::new();
    duo.always("/messages/new", Fate::Instead(redirect("https://evil.example/trap?token=0123456789abcdef")));
    let error = duo.say(ROOM, "hi").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server refused: it sends this request to /trap; is the session still valid? (HTTP 302)"
    );
    assert!(matches!(error, Error::Refused { reason: Refusal::Redirected(path), .. } if path == "/trap"));
}

#[test]
fn cookies_go_back_as_they_came() {
    let mut duo = Duo::new();
    let mut strange = redirect("https://meta.stackexchange.com/");
    let cookies = strange.headers_mut();
    cookies
        .append("set-cookie", "acct=t=a%2Bb%3d&s=c+d/e=; domain=.stackexchange.com; path=/; HttpOnly".parse().unwrap());
    cookies.append("set-cookie", "prov=\"q\"-1; domain=.stackexchange.com; path=/".parse().unwrap());
    duo.next(1, "POST /users/login", Fate::Instead(strange));
    let _ = duo.log_in();
    let home = duo.sent_to("GET /")[0];
    assert_eq!(home.cookies.as_deref(), Some("acct=t=a%2Bb%3d&s=c+d/e=; prov=\"q\"-1"));
}

#[test]
fn the_server_may_renew_a_cookie_in_any_answer() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let mut renewed = answer(200, r#"{"id":1,"time":1}"#);
    renewed.headers_mut().append("set-cookie", "acct=t=new&s=new; path=/".parse().unwrap());
    duo.next(1, "/messages/new", Fate::Instead(renewed));
    duo.say(ROOM, "hi").unwrap();
    let _ = duo.say(ROOM, "ho");
    let last = duo.sent_to("/messages/new").last().copied().unwrap().cookies.clone().unwrap();
    assert!(last.starts_with("acct=t=new&s=new; prov="), "{last}");
    assert!(duo.engine.credentials().unwrap().to_json().contains("t=new&s=new"), "and it is what gets stored");
}

#[test]
fn a_socket_elsewhere_is_refused() {
    let mut duo = Duo::new();
    duo.always("/ws-auth", Fate::Instead(answer(200, r#"{"url":"wss://sockets.example/events/1/abc"}"#)));
    duo.join(ROOM).unwrap();
    duo.ada_says(ROOM, "hello");
    duo.run(Duration::from_secs(120));
    assert!(duo.count("/ws-auth") > 1 && duo.count("WS /events/1") == 0);
    assert_eq!(duo.heard(ROOM), ["hello"], "the room is polled");
    let why = |change: &&FeedChange| matches!(change, FeedChange::Reconnecting { reason, .. } if reason.contains("sockets.example") && reason.contains("Config::socket_hosts"));
    assert!(duo.changes().iter().any(why), "{:?}", duo.changes());
}

#[test]
fn a_socket_elsewhere_that_is_allowed_gets_the_origin_and_no_cookie() {
    let mut duo = Duo::with(|_, config| config.socket_hosts = vec!["sockets.example".to_owned()]);
    duo.next(1, "/ws-auth", Fate::Instead(answer(200, r#"{"url":"wss://sockets.example/events/1/abc"}"#)));
    duo.join_live(ROOM);
    let handshake = duo.sent_to("WS /events/1")[0];
    assert_eq!(handshake.host, "sockets.example");
    assert_eq!(handshake.origin.as_deref(), Some("https://chat.stackexchange.com"));
    assert_eq!(handshake.cookies, None);
}

#[test]
fn an_address_without_tls_is_not_used() {
    for url in
        ["ws://chat.sockets.stackexchange.com/events/1/abc", "https://chat.sockets.stackexchange.com/", "nonsense"]
    {
        let mut duo = Duo::new();
        duo.next(1, "/ws-auth", Fate::Instead(answer(200, &format!(r#"{{"url":"{url}"}}"#))));
        duo.join(ROOM).unwrap();
        duo.run(Duration::from_millis(100));
        assert_eq!(duo.count("WS /events/1"), 0, "{url}");
        duo.run(Duration::from_secs(60));
        assert!(duo.count("WS /events/1") > 0, "another is asked for");
    }
}
