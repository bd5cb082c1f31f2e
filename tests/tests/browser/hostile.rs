//! Words that would like to be a program.

use sechat_core::UserId;
use sechat_fixtures::{Room, Setup, User};
use sechat_tests::{ADA, ROOM};
use serde_json::json;

use crate::chromium::Tab;
use crate::{LIVE, local_chat};

const HOSTILE: [&str; 12] = [
    "<img src=x onerror=\"window.ran=1\">",
    "<script>window.ran=2</script>",
    "</script><script>window.ran=3</script>",
    "[click](javascript:window.ran=4)",
    "<a href=\"javascript:window.ran=5\">click</a>",
    "\"><svg onload=window.ran=6>",
    "' onmouseover='window.ran=7' x='",
    "<iframe srcdoc=\"<script>parent.ran=8</script>\"></iframe>",
    "[x](http://a.example/\"onmouseover=\"window.ran=9)",
    "http://a.example/\"><img src=x onerror=window.ran=10>",
    "https://evil.example/picture.png",
    "--><style>body{display:none}</style><!-- &lt;script&gt;",
];

/// What no page may hold.
const ALIVE: &str = "[...document.querySelectorAll('#local-log *, #local-people *, h1, h1 *, #content *, #transcript *')]
    .filter((one) => ['SCRIPT', 'IMG', 'IFRAME', 'SVG', 'STYLE', 'OBJECT', 'EMBED', 'FORM'].includes(one.nodeName)
        && !one.matches('#content form, .small-site-logo, .user-image, .user-gravatar-128')
        || [...one.attributes].some(({ name, value }) => name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(value)))
    .map((one) => one.outerHTML)";

#[test]
fn nothing_that_anybody_says_or_is_called_can_run() {
    let mut setup = Setup::default()
        .room(Room::new(2_u64.into(), HOSTILE[2]).description(HOSTILE[5]).tag(HOSTILE[6]).owner(UserId(201)));
    for (name, id) in HOSTILE.iter().zip(201..) {
        setup = setup.user(User::new(UserId(id), name));
    }
    let listener = local_chat(setup);
    let Some(mut tab) = Tab::open() else { return };

    // Where nothing hinders them, some of them do run: else the rest would show nothing.
    tab.go(&format!("data:text/html,{}", HOSTILE[0].replace(' ', "%20").replace('"', "%22")));
    tab.until("window.ran === 1");

    let last = listener.with_server(|server, now| {
        for room in [ROOM, 2_u64.into()] {
            for (text, id) in HOSTILE.iter().zip(201..) {
                let said = server.say(now, UserId(id), room, text);
                server.reply(now, ADA, said, &format!("{text}\n{text}"));
                server.pin_message(now, ADA, said);
            }
        }
        server.messages(ROOM).pop().unwrap().id
    });
    for room in [1, 2] {
        tab.go(&format!("{}/rooms/{room}", listener.url()));
        tab.until(LIVE);
        tab.until(&format!("document.querySelectorAll('.message').length === {}", 2 * HOSTILE.len()));
        tab.until("document.querySelectorAll('#local-people li').length > 2");
        assert_eq!(tab.value(ALIVE), json!([]), "room {room}");
        assert_eq!(tab.value("window.ran"), json!(null), "room {room}");
    }

    // A server that escapes nothing at all: the page itself has to hold.
    tab.go(&format!("{}/rooms/1", listener.url()));
    tab.until(LIVE);
    for (n, html) in (1..).zip(HOSTILE) {
        let event = json!({
            "event_type": 1, "time_stamp": 1, "content": html, "user_id": ADA, "user_name": html, "room_id": 1,
            "room_name": html, "message_id": 69_000_000 + n,
        });
        let event = event.to_string().replacen('{', "{\"id\":$id,", 1);
        listener.with_server(|server, now| server.raise_raw(now, ROOM, &event));
        tab.until(&format!("document.querySelector('#local-m{}')", 69_000_000 + n));
    }
    let link = tab.value("document.querySelector('#local-m69000005 .text a')?.hasAttribute('href') ?? 'no link'");
    assert_eq!(link, false, "the link leads nowhere");
    for n in 1..=HOSTILE.len() {
        tab.hover(&format!("#local-m{}", 69_000_000 + n));
    }
    tab.click("#local-m69000005 .text a");
    assert_eq!(tab.value(ALIVE), json!([]));
    assert_eq!(tab.value("window.ran"), json!(null));

    // The pages that are for clients stand at the same address.
    for path in [
        "/transcript/1".to_owned(),
        format!("/messages/{last}/history"),
        format!("/message/{last}"),
        "/rooms/info/1?tab=stars".to_owned(),
        "/rooms/info/2".to_owned(),
        "/rooms/info/2?tab=access".to_owned(),
        "/rooms".to_owned(),
        "/users/201".to_owned(),
        "/search?q=window".to_owned(),
        format!("/search?q={}", "%3Cimg%20src=x%20onerror=window.ran=11%3E"),
    ] {
        tab.go(&format!("{}{path}", listener.url()));
        assert_eq!(tab.value("window.ran"), json!(null), "{path}");
        assert_eq!(tab.value(ALIVE), json!([]), "{path}");
    }
    let elsewhere: Vec<_> = tab
        .asked()
        .into_iter()
        .filter(|url| !url.contains(&listener.addr().to_string()) && !url.starts_with("data:"))
        .collect();
    assert!(elsewhere.is_empty(), "it asked elsewhere: {elsewhere:?}");
    assert!(tab.told("Page.javascriptDialogOpening").is_empty());
}
