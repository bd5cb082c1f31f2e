use std::fs;
use std::path::Path;

use super::stage::{ADA, Done, EMAIL, PASSWORD, ROOM, Running, Stage, program};

fn replay(file: &Path, more: &[&str]) -> Done {
    let mut command = program(&["replay", file.to_str().unwrap()]);
    command.args(more).env("HOME", "/nowhere").output().unwrap().into()
}

#[test]
fn a_tail_is_replayed_offline_to_the_same_lines() {
    let stage = Stage::logged_in();
    let file = stage.home.path().join("room.jsonl");
    let arguments = ["record", file.to_str().unwrap(), "--", "tail", "1", "--json", "--count", "4"];
    let mut tail = Running::start(stage.command(&arguments));
    tail.until_told("-- in room 1 as Bot");
    stage.say("hello & good day");
    stage.listener.with_server(|server, now| {
        let id = server.say(now, ADA, ROOM, "typo");
        server.edit(now, id, "no typo");
    });
    let recorded = tail.end().expect(0);
    assert!(recorded.out.contains("hello"), "{}", recorded.out);
    drop(stage.listener);
    for more in [&[][..], &["--by-route"]] {
        let replayed = replay(&file, more).expect(0);
        assert_eq!(replayed.out, recorded.out);
    }
}

#[test]
fn a_tail_that_ends_by_time_or_by_a_signal_is_replayed_as_well() {
    let stage = Stage::logged_in();
    let file = stage.home.path().join("room.jsonl");
    let start = ["record", file.to_str().unwrap(), "--", "tail", "1"];
    let recorded = stage.run(&[&start[..], &["--for", "1"]].concat()).expect(0);
    assert_eq!(replay(&file, &[]).expect(0).out, recorded.out);

    let mut tail = Running::start(stage.command(&start));
    tail.until_told("-- in room 1 as Bot");
    stage.say("before the end");
    let mut seen = String::new();
    while !seen.contains("before the end") {
        seen += &tail.line();
    }
    let killed = std::process::Command::new("kill").args(["-INT", &tail.child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    seen += &tail.end().expect(0).out;
    assert_eq!(replay(&file, &[]).expect(0).out, seen);
}

#[test]
fn a_login_is_recorded_without_its_secrets() {
    let stage = Stage::new();
    let file = stage.home.path().join("login.jsonl");
    let arguments = ["record", file.to_str().unwrap(), "--", "login", "--email", EMAIL, "--json"];
    let mut command = stage.command(&arguments);
    let recorded = Done::from(command.env("SECHAT_PASSWORD", PASSWORD).output().unwrap()).expect(0);
    let text = fs::read_to_string(&file).unwrap();
    let stored = fs::read_to_string(recorded.json()["session_file"].as_str().unwrap()).unwrap();
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let cookies = ["acct", "prov", "chat_cookie"].map(|name| stored[name].as_str().unwrap());
    for secret in [EMAIL, PASSWORD, "correct+horse", "correct%20horse", "bot%40example.com"].into_iter().chain(cookies)
    {
        assert!(!text.contains(secret), "{secret} is in the recording");
    }
    assert!(text.contains("hidden-password-1") && text.contains("hidden-email-1"), "{text}");
    let again = replay(&file, &[]).expect(0).json();
    assert_eq!(again["user_name"], recorded.json()["user_name"]);
    assert_eq!(stage.run(&["record", file.to_str().unwrap(), "--", "whoami", "--json"]).expect(0).out, {
        replay(&file, &[]).expect(0).out
    });
}

#[test]
fn what_cannot_be_replayed_is_told_with_its_line() {
    let stage = Stage::logged_in();
    let file = stage.home.path().join("post.jsonl");
    stage.run(&["record", file.to_str().unwrap(), "--", "send", "1", "hello"]).expect(0);
    let whole = fs::read_to_string(&file).unwrap();
    replay(&file, &[]).expect(0);

    fs::write(&file, whole.replace("text=hello", "text=hullo")).unwrap();
    let told = replay(&file, &[]).expect(1).err;
    assert!(told.contains("- text=hullo\n+ text=hello\n"), "{told}");
    replay(&file, &["--by-route"]).expect(0);

    let half: Vec<&str> = whole.lines().take(4).collect();
    fs::write(&file, half.join("\n")).unwrap();
    let told = replay(&file, &[]).expect(1).err;
    assert!(told.contains("line 4: the recording ends here"), "{told}");

    fs::write(&file, "").unwrap();
    assert!(replay(&file, &[]).expect(1).err.contains("line 1: the recording is empty"));
    assert!(replay(Path::new("/nowhere/at/all"), &[]).expect(1).err.contains("/nowhere/at/all"));
}

#[test]
fn only_what_talks_to_a_server_is_recorded() {
    let stage = Stage::new();
    let file = stage.home.path().join("none.jsonl");
    for command in [&["serve"][..], &["demo"], &["record", "x", "--", "whoami"], &["dance"]] {
        stage.run(&[&["record", file.to_str().unwrap(), "--"], command].concat()).expect(2);
    }
    assert!(!file.exists());
}

#[test]
fn what_needs_this_machine_is_neither_recorded_nor_replayed() {
    let stage = Stage::logged_in();
    let (file, place) = (stage.home.path().join("none.jsonl"), stage.home.path().join("place"));
    let place = place.to_str().unwrap();
    for (command, what) in [
        (&["send", "1", "-"][..], "standard input"),
        (&["edit", "1", "-"], "standard input"),
        (&["transcript", "1", "--resume", place], "--resume"),
    ] {
        let told = stage.run(&[&["record", file.to_str().unwrap(), "--"], command].concat()).expect(2).err;
        assert!(told.contains(what) && !file.exists(), "{told}");
    }
    stage.run(&["record", file.to_str().unwrap(), "--", "transcript", "1"]).expect(0);
    let text = fs::read_to_string(&file).unwrap();
    let edited =
        text.replacen("[\"transcript\",\"1\"]", &format!("[\"transcript\",\"1\",\"--resume\",\"{place}\"]"), 1);
    assert_ne!(text, edited);
    fs::write(&file, edited).unwrap();
    assert!(replay(&file, &[]).expect(2).err.contains("--resume"));
    assert!(!Path::new(place).exists());
}

#[test]
fn typed_cookies_beside_a_stored_session_are_replayed() {
    let stage = Stage::logged_in();
    let file = stage.home.path().join("login.jsonl");
    let session =
        |stage: &Stage| stage.run(&["login", "--json"]).expect(0).json()["session_file"].as_str().unwrap().to_owned();
    let path = session(&stage);
    let stored: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let arguments = ["record", file.to_str().unwrap(), "--", "login", "--again", "--cookies", "--json"];
    let typed = |acct: &str, prov: &str| -> Done {
        stage.command(&arguments).env("SECHAT_ACCT", acct).env("SECHAT_PROV", prov).output().unwrap().into()
    };
    let (acct, prov) = (stored["acct"].as_str().unwrap(), stored["prov"].as_str().unwrap());
    assert!(typed(acct, prov).expect(2).err.contains("they are the same"));

    // Others are stored, those that are typed are good.
    let mut other = stored.clone();
    (other["acct"], other["prov"]) = ("another-acct-1".into(), "another-prov-1".into());
    fs::write(&path, other.to_string()).unwrap();
    let recorded = typed(acct, prov).expect(0).json();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("hidden-acct-2") && !text.contains("another-acct-1"), "{text}");
    assert_eq!(replay(&file, &[]).expect(0).json()["user_name"], recorded["user_name"]);
}
