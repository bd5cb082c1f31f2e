use std::time::{Duration, Instant};

use serde_json::Value;

use super::stage::{Running, Stage};

#[test]
fn lines_of_json_are_the_servers_own_events() {
    let stage = Stage::logged_in();
    let mut tail = Running::start(stage.command(&["tail", "1", "--json", "--count", "3"]));
    tail.until_told("-- in room 1 as Bot");
    let id = stage.say("<hello> & good day");
    let mut events = Vec::new();
    while events.len() < 3 {
        let line = tail.json();
        if line.get("feed").is_none() {
            events.push(line);
        }
    }
    let done = tail.end().expect(0);
    assert_eq!(done.out, "");
    let of = |kind: u64| events.iter().find(|event| event["event_type"] == kind).unwrap();
    assert_eq!(of(1)["message_id"], id);
    assert_eq!(of(1)["content"], "&lt;hello&gt; &amp; good day");
    assert_eq!(of(3)["room_name"], "Sandbox");
}

#[test]
fn without_a_session_the_room_is_polled() {
    let stage = Stage::new();
    let mut tail = Running::start(stage.command(&["tail", "1", "--count", "2"]));
    tail.until_told("-- reading room 1 without an account");
    let id = stage.say("<hello> & good day");
    assert!(tail.line().ends_with(" Ada entered\n"));
    assert!(tail.line().ends_with(&format!(" #{id} Ada: <hello> & good day\n")));
    tail.end().expect(0);
}

#[test]
fn it_can_end_by_time() {
    let stage = Stage::logged_in();
    let start = Instant::now();
    stage.run(&["tail", "1", "--for", "1"]).expect(0);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert!(stage.run(&["tail", "1", "--for", "1", "--count", "9"]).expect(7).err.contains("time is up"));
}

#[test]
fn it_ends_when_its_reader_goes_away() {
    let stage = Stage::logged_in();
    let mut command = stage.command(&["tail", "1"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    // Its own arrival is an event already.
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_watched_is_told() {
    let stage = Stage::logged_in();
    for arguments in [&["tail", "99"][..], &["tail", "99", "--anonymous"]] {
        assert!(stage.run(arguments).expect(4).err.contains("no such room"));
    }
    stage.listener.with_server(|server, _| server.expire_sessions());
    assert!(stage.run(&["tail", "1"]).expect(3).err.contains("sechat login"));
    let anonymous = stage.run(&["tail", "1", "--anonymous", "--for", "0", "--json"]).expect(0);
    assert!(anonymous.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{}", anonymous.out);
}
