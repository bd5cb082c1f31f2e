//! Recordings of real servers are read as what they say.
//!
//! They lie outside the repository, in `../shared/recorded`; without them these tests say so and pass.

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::{
    ChatHome, Endpoint, FavoriteRooms, LoginPage, LoginPageAnswer, NewMessage, RoomEvents, RoomPage, SocketAddress,
    SubmitLogin,
};
use sechat_core::engine::ReplyStyle;
use sechat_core::event::{AccessChange, AccessLevel};
use sechat_core::{
    Error, Event, EventId, EventKind, Frame, Home, LoginError, MessageId, Refusal, RoomId, Server, UserId,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const SAM: &str = "samliew+chatexchange";
const CEX: &str = "Manishearth+ChatExchange";
const JAM: &str = "jbis9051+JamesSOBot";

/// A recording, or `None` on a machine that has none.
fn recorded(folder: &str, file: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/recorded"));
    if !root.is_dir() {
        println!("skipped: there are no recordings at {}", root.display());
        return None;
    }
    let path = root.join(folder).join(file);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).expect("a status alone")
}

/// Type, id, room, user and message of each event.
fn summary(events: &[Event]) -> String {
    let mut out = String::new();
    for event in events {
        let number = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
        let ids = [
            event.event_type().map(|id| id.to_string()),
            event.id.map(|id| id.to_string()),
            event.room_id.map(|id| id.to_string()),
            event.user_id.map(|id| id.to_string()),
            event.message().map(|message| message.id.to_string()),
        ];
        let _ = write!(out, "[{}]", ids.map(number).join(" "));
    }
    out
}

#[derive(Deserialize)]
struct Line<'a> {
    what: String,
    #[serde(borrow)]
    frame: &'a RawValue,
}

#[test]
fn frames() {
    let Some(file) = recorded("frames", "websocket_frames.jsonl") else { return };
    let mut read = Vec::new();
    for line in file.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let line: Line<'_> = serde_json::from_slice(line).unwrap();
        let frame = Frame::parse(line.frame.get().as_bytes()).unwrap();
        assert!(frame.extra.is_empty(), "{frame:?}");
        for (room, update) in &frame.rooms {
            assert!(update.extra.is_empty() && update.events.iter().all(|event| event.extra.is_empty()), "{update:?}");
            // A frame covers what it lists. One recording was merged from three by those who made it.
            if let (Some(t), Some(d), false) = (update.t, update.d, line.what.contains("merged")) {
                let covered = |event: &Event| event.id.is_some_and(|id| id <= t && id.0 > t.0 - d);
                assert!(update.events.iter().all(covered), "{}: {update:?}", line.what);
            }
            let t = update.t.map_or(0, |t| t.0);
            read.push(format!("r{room} t{t} d{} {}", update.d.unwrap_or_default(), summary(&update.events)));
        }
    }
    assert_eq!(
        read,
        [
            "r15 t89977421 d3 [1 89977419 15 1843331 44284587]",
            "r15 t89977925 d1 [3 89977925 15 7495506 -]",
            "r15 t89977708 d1 [6 89977708 15 - 44282230]",
            "r15 t90000039 d1 [6 90000039 15 1843331 44292653]",
            "r15 t90009500 d1 [9 90009500 15 - 44296899]",
            "r15 t89978288 d2 [15 89978287 15 1843331 -][15 89978322 15 1843331 -][15 89978330 15 7495506 -]",
            "r15 t89978214 d1 [17 89978214 1 7495506 -]",
            "r15 t89978259 d9 [19 89978251 15 1843331 44284848][19 89978253 15 1843331 44284855]\
             [19 89978255 15 1843331 44284861][1 89978257 15 1843331 44284970]",
            "r1 t0 d0 [1 141800943 1 526756 63567474]",
            "r1 t0 d0 [10 141800967 1 526756 63567485]",
            "r17 t23531002 d3 ",
            "r17 t16932104 d1 [3 16932104 17 322395 -]",
            "r1 t76625573 d1 [1 76625573 1 13379 37799434]",
            "r1 t76625609 d1 [10 76625609 1 13379 37799446]",
        ]
    );
}

#[test]
fn the_details_of_frames() {
    let Some(file) = recorded("frames", "websocket_frames.jsonl") else { return };
    let events: Vec<Event> = file
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Line<'_>>(line).unwrap())
        .flat_map(|line| Frame::parse(line.frame.get().as_bytes()).unwrap().rooms)
        .flat_map(|(_, update)| update.events)
        .collect();
    let by_id = |id| events.iter().find(|event| event.id == Some(EventId(id))).unwrap();

    let starred = by_id(89_977_708).message().unwrap();
    assert_eq!((starred.stars, starred.starred, starred.content.as_deref()), (4, false, Some("\\o")));
    let pinned = by_id(90_000_039).message().unwrap();
    assert_eq!((pinned.stars, pinned.owner_stars, pinned.starred, pinned.owner_starred), (1, 1, true, true));
    assert_eq!(by_id(90_009_500).message().unwrap().flags, 1);
    let access = |id| by_id(id).kind.clone();
    assert_eq!(access(89_978_287), EventKind::AccessLevelChanged(AccessChange::User(AccessLevel::ReadOnly)));
    assert_eq!(access(89_978_322), EventKind::AccessLevelChanged(AccessChange::User(AccessLevel::Default)));
    assert_eq!(access(89_978_330), EventKind::AccessLevelChanged(AccessChange::User(AccessLevel::Request)));
    let invitation = by_id(89_978_214);
    assert!(invitation.is_personal());
    assert_eq!(
        (invitation.room_name.as_deref(), invitation.target_user_id),
        (Some("Sandbox"), Some(UserId(1_843_331)))
    );
    let EventKind::Invitation(notice) = &invitation.kind else { panic!() };
    assert!(notice.content.as_deref().unwrap().contains("has invited you to join"));
    let moved = by_id(89_978_253).message().unwrap();
    assert_eq!((moved.moved, moved.parent_id, moved.reply_to()), (true, Some(MessageId(44_284_812)), None));
    let deleted = by_id(76_625_609).message().unwrap();
    assert_eq!((deleted.content.as_deref(), deleted.edits), (None, 1));
    assert_eq!(by_id(16_932_104).user_name.as_deref(), Some("Loktar"));
}

#[test]
fn single_events() {
    let read = |number: u32| {
        let event = Event::parse(&recorded(SAM, &format!("{number}.json"))?);
        assert_eq!(event.event_type(), Some(number));
        // Those who kept them added a comment to most: nothing that is not known is lost.
        assert!(event.extra.keys().all(|key| key == "_comment"), "{event:?}");
        assert_eq!(event.extra.is_empty(), number == 4);
        Some(event)
    };
    let Some(posted) = read(1) else { return };
    assert_eq!(summary(&[posted]), "[1 90287708 167908 4875631 44402065]");
    let edited = read(2).unwrap();
    let message = edited.message().unwrap();
    assert_eq!((message.content.as_deref(), message.edits), (Some("test5"), 1));
    assert_eq!(
        summary(&[read(3).unwrap(), read(4).unwrap()]),
        "[3 90287690 167908 4875631 -][4 90287677 167908 4875631 -]"
    );
    let starred = read(6).unwrap();
    assert_eq!((starred.user_id, starred.message().unwrap().stars), (None, 1));
    assert!(starred.message().unwrap().content.as_deref().unwrap().starts_with("[ <a href=\"https://stackapps.com/"));
    let pinged = read(8).unwrap();
    assert_eq!((pinged.is_personal(), pinged.target_user_id), (true, Some(UserId(10_162_108))));
    assert_eq!(pinged.message().unwrap().reply_to(), None);
    assert_eq!(read(10).unwrap().message().unwrap().content, None);
    let access = read(15).unwrap();
    assert_eq!(access.kind, EventKind::AccessLevelChanged(AccessChange::User(AccessLevel::ReadWrite)));
    let reply = read(18).unwrap();
    assert_eq!(reply.message().unwrap().reply_to(), Some(MessageId(44_396_284)));
}

#[test]
fn samples_of_a_documentation() {
    let frame = |file| recorded(JAM, file).map(|json| Frame::parse(&json));
    let Some(quiet) = frame("CHAT_API-0407.json.txt") else { return };
    let (room, update) = &quiet.unwrap().rooms[0];
    assert_eq!((room, update.t, update.d), (&RoomId(1), Some(EventId(23_531_002)), Some(3)));
    let events = |file| frame(file).unwrap().unwrap().rooms.remove(0).1.events;
    assert_eq!(summary(&events("CHAT_API-0431.json.txt")), "[1 23531402 1 617762 11832153]");
    assert_eq!(summary(&events("CHAT_API-0535.json.txt")), "[3 94420093 23 7886229 -]");
    let image = events("CHAT_API-0455.json.txt").remove(0);
    assert!(image.message().unwrap().content.as_deref().unwrap().starts_with("<div class=\"onebox ob-image\"><a rel="));
    // What is no JSON is handed on as its text.
    for file in ["CHAT_API-0383.json.txt", "CHAT_API-0393.json.txt"] {
        let error = frame(file).unwrap().unwrap_err();
        assert_eq!(error.raw.as_bytes(), recorded(JAM, file).unwrap());
    }
    let literal = Event::parse(&recorded(JAM, "CHAT_API-0515.json.txt").unwrap());
    assert!(matches!(literal.kind, EventKind::Malformed { raw, .. } if raw.contains("event_type: 1")));
    let home = FavoriteRooms.parse(&answer(200, recorded(JAM, "CHAT_API-0218.html").unwrap())).unwrap();
    assert_eq!(home.fkey.unwrap().expose(), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    let url = SocketAddress::new(RoomId(1), &Server::StackOverflow);
    let url = url.parse(&answer(200, recorded(JAM, "CHAT_API-0278.json.txt").unwrap())).unwrap();
    assert_eq!(url.host_str(), Some("chat.sockets.stackexchange.com"));
}

#[test]
fn answers_to_requests() {
    let Some(file) = recorded("frames", "http_samples.jsonl") else { return };
    let lines = file.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let samples: Vec<Value> = lines.map(|line| serde_json::from_slice(line).unwrap()).collect();
    let sample = |request: &'static str| {
        samples.iter().filter(move |sample| sample["request"].as_str().unwrap().starts_with(request))
    };

    let events = sample("POST /chats/1/events").next().unwrap()["response"].to_string();
    let snapshot = RoomEvents::latest(RoomId(1), 100).parse(&answer(200, events)).unwrap();
    assert_eq!((snapshot.time, snapshot.sync), (Some(EventId(77_918_739)), Some(1_501_636_602)));
    assert_eq!(summary(&snapshot.events), "[1 - 1 1064310 38442657][1 - 1 13379 38446507][1 - 1 13379 38446514]");
    assert_eq!(snapshot.events[0].message().unwrap().stars, 1);
    assert_eq!(snapshot.events[1].message().unwrap().edits, 1);

    let socket = sample("POST /ws-auth").next().unwrap()["response"].to_string();
    let url = SocketAddress::new(RoomId(1), &Server::StackExchange).parse(&answer(200, socket)).unwrap();
    assert_eq!(url.path(), "/events/1/37526a6eb34a4229bf48a3a188b3d247");

    let call = NewMessage { room: RoomId(1), text: "x".into(), parent: None, style: ReplyStyle::default() };
    let refusals: Vec<Refusal> = sample("POST /chats/ID/messages/new")
        .flat_map(|sample| sample["responses_text"].as_array().unwrap())
        .map(|text| call.parse(&answer(404, text.as_str().unwrap().to_owned())).unwrap_err())
        .map(|error| if let Error::Refused { reason, .. } = error { reason } else { panic!("{error}") })
        .collect();
    assert_eq!(
        refusals,
        [
            Refusal::NoSuchRoomOrNoPermission,
            Refusal::AccountBlocked("Your account is blocked, ending in 5 hours".into()),
            Refusal::AccountBlocked("Your account is blocked, ending on Oct 2 at 1:37".into()),
            Refusal::RoomInTimeout("The room is in timeout, ending in 58 seconds".into()),
            Refusal::RoomFrozen,
            Refusal::NotEnoughReputation("You need 20 reputation points".into()),
        ]
    );
}

#[test]
fn login_pages() {
    let Some(page) = recorded(SAM, "login.html") else { return };
    let LoginPageAnswer::Form { fkey, .. } = LoginPage.parse(&answer(200, page.clone())).unwrap() else { panic!() };
    assert_eq!(fkey.expose(), "1dfec326d3a6d52c8d03be6d3e1779e85c0d05e9699c1b0a3354cef2919944cb");

    let submitted = SubmitLogin { email: "a@b.example".into(), password: "p".into(), fkey };
    assert_eq!(submitted.parse(&answer(200, page)), Err(LoginError::WrongPassword.into()));

    let without = LoginPage.parse(&answer(200, recorded(SAM, "login_nofkey.html").unwrap())).unwrap_err();
    let Error::Changed { page, looked_for, excerpt, .. } = without else { panic!("{without}") };
    assert_eq!((page, looked_for), ("the login page", "#login-form input[name=fkey]"));
    assert!(excerpt.starts_with("Log In - Stack Overflow"), "{excerpt}");
}

#[test]
fn chat_pages() {
    let read = |folder, file| Some(ChatHome.parse(&answer(200, recorded(folder, file)?)).unwrap());
    let who = |home: &Home| home.me.as_ref().map(|me| (me.id.0, me.name.clone()));
    let fkey = |home: &Home| home.fkey.as_ref().map(|fkey| fkey.expose().to_owned());
    let Some(favorite) = read(SAM, "favorite.html") else { return };
    for (home, me, key) in [
        (favorite, Some((10_162_108, "SpotDetector")), Some("abc3a168fb58f83bb158d796b2d21c79")),
        (
            read(SAM, "old-d225513-profile.html").unwrap(),
            Some((10_162_108, "SpotDetector")),
            Some("abc3a168fb58f83bb158d796b2d21c79"),
        ),
        (
            read(CEX, "chats-join-favorite.2014.html").unwrap(),
            Some((1251, "Jeremy Banks Ψ")),
            Some("dc63b60f5ada11372b8ff63821d9bf24"),
        ),
        (
            read(SAM, "old-36147d7-profile.html").unwrap(),
            Some((4_875_631, "FrankerZ")),
            Some("0f0d9e1e1cdda2cd6b4e1742d7b56bb0"),
        ),
        (read(SAM, "profile.html").unwrap(), Some((4_875_631, "FrankerZ")), None),
        // Its top bar names the system's user, its fkeys are empty, and its content links to other users.
        (read(SAM, "spot.html").unwrap(), None, None),
        // No top bar at all.
        (read(SAM, "room_info.html").unwrap(), None, None),
    ] {
        assert_eq!(who(&home), me.map(|(id, name)| (id, name.to_owned())));
        assert_eq!(fkey(&home).as_deref(), key);
        assert!(!(home.visitor && me.is_some()), "{home:?}");
    }
    let page = RoomPage { room: RoomId(1) }.parse(&answer(200, recorded(SAM, "transcript.html").unwrap())).unwrap();
    assert!(page.me.is_none());
}
