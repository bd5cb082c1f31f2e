//! What needs no account.

use serde_json::Value;

use super::stage::{ADA, ROOM, Stage};

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_room_its_users_and_a_user() {
    let stage = Stage::new();
    stage.listener.with_server(|server, now| server.enter(now, ADA, ROOM));
    let told = stage.run(&["room", "1"]).expect(0).out;
    assert!(told.starts_with("1: Sandbox\nWhere you can play"), "{told}");
    assert!(told.contains("\npresent: Ada\n"), "{told}");
    let json = stage.run(&["room", "1", "--json"]).expect(0).json();
    assert_eq!((&json["name"], &json["users"][0]["user"]["id"]), (&"Sandbox".into(), &102.into()));

    assert_eq!(stage.run(&["users", "1"]).expect(0).out, "      102 Ada\n");
    let users = lines(&stage.run(&["users", "1", "--json"]).expect(0).out);
    assert_eq!((users.len(), &users[0]["name"]), (1, &"Ada".into()));
    assert_eq!(stage.run(&["users", "1", "--pingable"]).expect(0).out, "", "nobody is told to a visitor");

    assert!(stage.run(&["user", "102"]).expect(0).out.starts_with("102: Ada\n"));
    assert_eq!(stage.run(&["user", "102", "--json"]).expect(0).json()["name"], "Ada");
    stage.run(&["user", "999"]).expect(4);
    stage.run(&["room", "99"]).expect(4);
    stage.run(&["users", "99"]).expect(4);
}

#[test]
fn with_a_session_it_is_told_who_can_be_pinged() {
    let stage = Stage::logged_in();
    stage.say("hello");
    assert_eq!(stage.run(&["users", "1", "--pingable"]).expect(0).out, "      102 Ada\n");
    assert_eq!(stage.run(&["users", "1", "--pingable", "--anonymous"]).expect(0).out, "");
    stage.listener.with_server(|server, _| server.expire_sessions());
    let advice = format!("Log in first: sechat login --server {}/\n", stage.listener.url());
    assert!(stage.run(&["users", "1", "--pingable"]).expect(3).err.ends_with(&advice));
}

#[test]
fn what_a_message_said() {
    let stage = Stage::new();
    let id = stage.say("one & only");
    stage.listener.with_server(|server, now| server.edit(now, id.into(), "*two*"));
    let told = stage.run(&["history", &id.to_string()]).expect(0).out;
    assert!(told.starts_with(&format!("#{id} in room 1, by Ada: two\n")), "{told}");
    assert!(told.contains(" edited by Ada: two\n"), "{told}");
    assert!(told.ends_with(" said by Ada: one & only\n"), "{told}");
    let json = stage.run(&["history", &id.to_string(), "--json"]).expect(0).json();
    let sources: Vec<_> = json["revisions"].as_array().unwrap().iter().map(|revision| &revision["source"]).collect();
    assert_eq!(sources, ["*two*", "one & only"]);
    assert!(stage.run(&["history", "5"]).expect(4).err.contains("numbers"));
}

#[test]
fn starred_messages() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["stars", "1"]).expect(0).err, "-- no starred messages\n");
    let (one, other) = (stage.say("first"), stage.say("*second*"));
    stage.listener.with_server(|server, now| {
        server.star_message(now, ADA, one.into());
        server.pin_message(now, ADA, other.into());
    });
    let told = stage.run(&["stars", "1"]).expect(0).out;
    assert_eq!(told, format!("#{other} Ada (1 star, pinned): second\n#{one} Ada (1 star): first\n"));
    let json = lines(&stage.run(&["stars", "1", "--count", "1", "--json"]).expect(0).out);
    assert_eq!((json.len(), &json[0]["stars"]["pinned"]), (1, &true.into()));
}

#[test]
fn found_messages_come_from_as_many_pages_as_are_needed() {
    let stage = Stage::new();
    let ids: Vec<u64> = (0..120).map(|n| stage.say(&format!("needle {n}"))).collect();
    stage.say("hay");
    let found = |arguments: &[&str]| -> Vec<u64> {
        let out = stage.run(&[&["search", "needle", "--json"], arguments].concat()).expect(0).out;
        lines(&out).iter().map(|message| message["id"].as_u64().unwrap()).collect()
    };
    let newest: Vec<u64> = ids.iter().rev().copied().collect();
    assert_eq!(found(&["--count", "500"]), newest);
    assert_eq!(found(&["--count", "60", "--room", "1", "--user", "102"]), newest[..60]);
    assert!(found(&["--user", "101"]).is_empty());
    assert_eq!(stage.run(&["search", "thread"]).expect(0).err, "-- nothing found\n");
    let told = stage.run(&["search", "needle", "7", "--count", "1"]).expect(0).out;
    assert!(told.contains(" in 1, Ada: needle "), "{told}");
}
