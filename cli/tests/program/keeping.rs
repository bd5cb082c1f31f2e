//! Uploads, moves and bookmarks.

use std::fs;

use sechat_blocking::{MessageId, RoomId, UserId};
use sechat_fixtures::{ListenerOptions, Room, Setup, User};
use serde_json::json;

use super::stage::{ADA, EMAIL, PASSWORD, ROOM, Stage};

const BOT: UserId = UserId(101);

fn owned() -> Stage {
    let setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot"))
        .user(User::new(ADA, "Ada"))
        .room(Room::new(ROOM, "Sandbox").owner(BOT))
        .room(Room::new(RoomId(2), "Bin"));
    let stage = Stage::with(ListenerOptions::new(setup));
    stage.login(PASSWORD, &[]).expect(0);
    stage
}

#[test]
fn an_image_is_uploaded_from_a_file_or_an_address() {
    let stage = Stage::logged_in();
    let held = || stage.listener.with_server(|server, _| server.uploads().last().cloned()).unwrap();
    let file = stage.home.path().join("plot.PNG");
    let path = file.to_str().unwrap();
    fs::write(&file, b"\x89PNG not really").unwrap();
    let url = stage.run(&["upload", path]).expect(0).out;
    let upload = held();
    assert_eq!(url, format!("{}\n", upload.url));
    assert_eq!((upload.name.as_str(), upload.content_type.as_str()), ("plot.PNG", "image/png"));
    assert_eq!((&upload.data[..], upload.by), (&b"\x89PNG not really"[..], Some(BOT)));

    let json = stage.run(&["upload", "https://example.com/a.png", "--json"]).expect(0).json();
    assert_eq!((json, &held().data[..]), (json!({ "url": held().url }), &b"https://example.com/a.png"[..]));

    let other = stage.home.path().join("data");
    fs::write(&other, b"x").unwrap();
    let other = other.to_str().unwrap();
    assert!(stage.run(&["upload", other]).expect(2).err.contains("--type"));
    stage.run(&["upload", other, "--type", "image/gif"]).expect(0);
    assert_eq!(held().content_type, "image/gif");
    stage.run(&["upload", "nowhere.png"]).expect(1);
    fs::write(&file, b"").unwrap();
    stage.run(&["upload", path]).expect(2);
    fs::write(&file, vec![0; (2 << 20) + 1]).unwrap();
    assert!(stage.run(&["upload", path]).expect(4).err.contains("too large"));
}

#[test]
fn messages_are_moved() {
    let stage = owned();
    let said = ["one", "two", "three"].map(|text| stage.say(text));
    let [one, two, three] = said.map(|id| id.to_string());
    let json = stage.run(&["move", "1", "2", &one, &two, "--json"]).expect(0).json();
    assert_eq!(json, json!({ "room_id": 1, "to": 2, "asked": 2, "moved": 2, "refused": [] }));
    let rooms = said.map(|id| stage.listener.with_server(|server, _| server.message(MessageId(id)).unwrap().room));
    assert_eq!(rooms, [RoomId(2), RoomId(2), ROOM]);
    let told = stage.run(&["move", "1", "2", &one, &three]).expect(0).out;
    assert_eq!(told, "Moved 1 of 2 messages from room 1 to room 2\n");
    stage.run(&["move", "2", "1", &one]).expect(4);
    let nameless = stage.say("by nobody any more");
    stage.listener.with_server(|server, _| server.anonymize(ADA));
    let named = stage.say("by somebody");
    let done = stage.run(&["move", "1", "2", &nameless.to_string(), &named.to_string()]).expect(0);
    assert_eq!(done.out, "Moved 1 of 2 messages from room 1 to room 2\n");
    assert_eq!(done.err, format!("-- message {nameless} stays: its author is gone\n"));
}

#[test]
fn a_conversation_is_bookmarked() {
    let stage = owned();
    let (first, last) = (stage.say("one").to_string(), stage.say("two").to_string());
    let url = stage.run(&["bookmark", "1", &last, &first, "How to play"]).expect(0).out;
    assert_eq!(url, format!("{}/rooms/1/conversation/how-to-play\n", stage.listener.url()));
    let held = stage.listener.with_server(|server, _| server.conversations().to_vec());
    assert_eq!((held.len(), held[0].first.to_string(), held[0].last.to_string()), (1, first.clone(), last.clone()));
    let json = stage.run(&["bookmark", "1", &first, &last, "How to play", "--json"]).expect(0).json();
    assert_eq!(json["room_id"], 1);
    assert_ne!(json["slug"], "how-to-play", "a second one of that name");
    stage.run(&["bookmark", "1", &first, &first, "one"]).expect(2);
    stage.run(&["bookmark", "1", &first, "5", "one"]).expect(4);
}
