//! Edits, deletions, stars and pins.

use std::io::Write as _;

use sechat_blocking::{MessageId, UserId};
use sechat_fixtures::{ListenerOptions, Room, Setup, User};

use super::stage::{EMAIL, PASSWORD, ROOM, Running, Stage};

const BOT: UserId = UserId(101);

fn posted(stage: &Stage, arguments: &[&str]) -> u64 {
    let done = stage.run(&[&["send", "1", "--json"], arguments].concat()).expect(0);
    done.json()["message_id"].as_u64().unwrap()
}

#[test]
fn an_edited_reply_stays_a_reply() {
    let stage = Stage::logged_in();
    let asked = stage.say("Is anybody here?");
    let id = posted(&stage, &["I am.", "--reply-to", &asked.to_string()]);
    stage.say("and I");
    let done = stage.run(&["edit", &id.to_string(), "I *am*.", "--json"]).expect(0).json();
    assert_eq!(done, serde_json::json!({ "message_id": id }));
    let held = stage.listener.with_server(|server, _| server.message(MessageId(id)).cloned()).unwrap();
    assert_eq!((held.source(), held.parent), ("I *am*.", Some(MessageId(asked))));

    let alone = posted(&stage, &["alone"]);
    let mut running = Running::start(stage.command(&["edit", &alone.to_string(), "-"]));
    running.child.stdin.as_mut().unwrap().write_all(b"by\npipe\n").unwrap();
    assert_eq!(running.end().expect(0).out, format!("Edited message {alone}\n"));
    let held = stage.listener.with_server(|server, _| server.message(MessageId(alone)).cloned()).unwrap();
    assert_eq!((held.source(), held.parent), ("by\npipe", None));

    assert!(stage.run(&["edit", &asked.to_string(), "mine now"]).expect(4).err.contains("yours"));
    stage.run(&["edit", &asked.to_string(), " "]).expect(2);
}

#[test]
fn deletions_go_up_to_the_first_that_is_refused() {
    let stage = Stage::logged_in();
    let (one, other) = (posted(&stage, &["one"]).to_string(), posted(&stage, &["two"]).to_string());
    let ada = stage.say("mine").to_string();
    let done = stage.run(&["delete", &one, &ada, &other, "--json"]).expect(4);
    assert_eq!(done.out, format!("{{\"message_id\":{one}}}\n"));
    let left: Vec<String> = stage.listener.with_server(|server, _| {
        server.messages(ROOM).iter().filter(|m| m.deleted.is_none()).map(|m| m.id.to_string()).collect()
    });
    assert_eq!(left, [other, ada]);
}

#[test]
fn stars_and_pins_are_set_and_not_toggled() {
    let setup = Setup::empty()
        .account(EMAIL, PASSWORD, User::new(BOT, "Bot"))
        .user(User::new(UserId(102), "Ada"))
        .room(Room::new(ROOM, "Sandbox").owner(BOT));
    let stage = Stage::with(ListenerOptions::new(setup));
    stage.login(PASSWORD, &[]).expect(0);
    let id = stage.say("worth a star");
    let text = id.to_string();
    for (arguments, said) in [
        (&["star", &text][..], "starred"),
        (&["star", &text], "starred already"),
        (&["star", &text, "--off"], "not starred any more"),
        (&["star", &text, "--off"], "not starred, as before"),
        (&["pin", &text], "pinned"),
        (&["pin", &text], "pinned already"),
    ] {
        assert_eq!(stage.run(arguments).expect(0).out, format!("Message {id}: {said}\n"), "{arguments:?}");
    }
    let json = stage.run(&["pin", &text, "--off", "--json"]).expect(0).json();
    assert_eq!(json, serde_json::json!({ "message_id": id, "pinned": false, "changed": true }));
    let json = stage.run(&["star", &text, "--json"]).expect(0).json();
    assert_eq!(json, serde_json::json!({ "message_id": id, "starred": true, "changed": false }), "a pin brings a star");

    let stage = Stage::logged_in();
    let text = stage.say("not in a room of the bot").to_string();
    stage.run(&["pin", &text]).expect(4);
    let own = posted(&stage, &["my own"]).to_string();
    stage.run(&["star", &own]).expect(4);
}
