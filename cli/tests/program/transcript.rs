use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use sechat_blocking::Now;
use serde_json::Value;

use super::stage::{ADA, ROOM, Stage};

/// 2023-11-14, 22:13:20.
const START: u64 = 1_700_000_000;

/// Says something some days after the start.
fn say(stage: &Stage, days: u64, text: &str) -> u64 {
    let wall = UNIX_EPOCH + Duration::from_secs(START + days * 86_400);
    stage.listener.with_server(|server, now| server.say(Now::new(now.mono, wall), ADA, ROOM, text)).0
}

fn ids(out: &str) -> Vec<u64> {
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap();
    out.lines().map(id).collect()
}

#[test]
fn it_goes_from_day_to_day() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["transcript", "1"]).expect(0).err, "-- no messages\n");
    let said = [(0, "one"), (0, "*two*"), (3, "three\nlines"), (4, "four")].map(|(days, text)| say(&stage, days, text));
    let all = stage.run(&["transcript", "1"]).expect(0);
    let [one, two, three, four] = said;
    let lines: Vec<&str> = all.out.lines().collect();
    assert!(lines[0].starts_with("2023-11-14 ") && lines[0].ends_with(&format!("#{one} Ada: one")), "{}", all.out);
    assert!(lines[1].ends_with(&format!("#{two} Ada: two")), "{}", all.out);
    assert!(lines[2].starts_with("2023-11-17 ") && lines[3] == "         lines", "{}", all.out);
    assert_eq!(lines.len(), 5);
    assert_eq!(all.err, format!("-- 4 messages, up to #{four}\n"), "no progress where nobody watches");

    let some =
        |arguments: &[&str]| ids(&stage.run(&[&["transcript", "1", "--json"], arguments].concat()).expect(0).out);
    assert_eq!(some(&[]), said);
    assert_eq!(some(&["--to", "2023-11-17"]), [one, two, three]);
    assert_eq!(some(&["--from", "2023-11-15"]), [three, four]);
    assert_eq!(some(&["--from", "2023-11-15", "--to", "2023-11-16"]), [0; 0]);
    assert_eq!(some(&["--from", "2001-01-01", "--to", "2023-11-14"]), [one, two]);
    let line = stage.run(&["transcript", "1", "--json", "--from", "2023-11-18"]).expect(0).json();
    assert_eq!((&line["day"], &line["room"], &line["user"]["name"]), (&"2023-11-18".into(), &1.into(), &"Ada".into()));
    stage.run(&["transcript", "99"]).expect(4);
}

#[test]
fn it_goes_on_where_it_stopped() {
    let stage = Stage::new();
    let file = stage.home.path().join("place");
    let place = file.to_str().unwrap();
    let more = |arguments: &[&str]| {
        ids(&stage.run(&[&["transcript", "1", "--json", "--resume", place], arguments].concat()).expect(0).out)
    };
    assert_eq!(more(&[]), [0; 0]);
    let (one, two) = (say(&stage, 0, "one"), say(&stage, 1, "two"));
    assert_eq!(more(&["--to", "2023-11-14"]), [one]);
    assert_eq!(more(&[]), [two]);
    assert_eq!(more(&[]), [0; 0]);
    let (three, four) = (say(&stage, 1, "three"), say(&stage, 5, "four"));
    assert_eq!(more(&[]), [three, four]);

    assert!(stage.run(&["transcript", "2", "--resume", place]).expect(2).err.contains("a place in room 1"));
    fs::write(&file, "{").unwrap();
    assert!(stage.run(&["transcript", "1", "--resume", place]).expect(2).err.contains("something else"));
}

#[test]
fn a_page_that_fails_ends_it_with_a_word_of_advice() {
    let stage = Stage::new();
    let (_, _) = (say(&stage, 0, "one"), say(&stage, 1, "two"));
    stage
        .listener
        .inject(sechat_fixtures::Fault::answer("/transcript/1/2023/11/15/0-24", 500, "<html>oops</html>").times(9));
    let done = stage.run(&["transcript", "1"]).expect(5);
    assert_eq!(done.out.lines().count(), 1);
    assert!(done.err.contains("--from 2023-11-15"), "{}", done.err);
}
