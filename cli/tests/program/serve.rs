use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::stage::{Done, Running, program};

fn serve(arguments: &[&str]) -> (Running, Value) {
    let mut command = program(&["serve", "--json"]);
    command.args(arguments);
    let mut running = Running::start(command);
    let told = running.json();
    (running, told)
}

/// The program as a client of that server, with a session file in `home`.
fn client(told: &Value, home: &Path, arguments: &[&str]) -> Command {
    let mut command = program(arguments);
    command.env("SECHAT_SERVER", told["url"].as_str().unwrap()).env("SECHAT_SESSION", home.join("session.json"));
    if let Some(ca) = told["ca_file"].as_str() {
        command.env("SECHAT_CA", ca);
    }
    command
}

#[test]
fn one_line_of_json_says_all_that_a_client_needs() {
    let (_server, told) = serve(&[]);
    assert_eq!(
        told["accounts"],
        json!([{"email": "bot@example.com", "password": "correct horse", "user_id": 101, "name": "Bot"}])
    );
    assert_eq!(told["people"], json!([{"user_id": 102, "name": "Ada"}]));
    assert_eq!(told["rooms"], json!([{"id": 1, "name": "Sandbox"}]));
    assert_eq!(told["ca_file"], Value::Null);

    let home = tempfile::TempDir::new().unwrap();
    let mut login = client(&told, home.path(), &["login"]);
    login.env("SECHAT_EMAIL", "bot@example.com").env("SECHAT_PASSWORD", "correct horse");
    Done::from(login.output().unwrap()).expect(0);
    let sent = Done::from(client(&told, home.path(), &["send", "1", "hi", "--json"]).output().unwrap()).expect(0);
    assert!(sent.json()["message_id"].is_u64());
}

#[test]
fn accounts_rooms_and_a_talker_come_over_tls() {
    let (mut server, told) = serve(&["--tls", "--say", "1", "--room", "Lobby", "--account", "a@x.org:pass word:Alice"]);
    assert!(told["url"].as_str().unwrap().starts_with("https://127.0.0.1:"));
    let home = tempfile::TempDir::new().unwrap();
    let mut login = client(&told, home.path(), &["login", "--email", "a@x.org", "--json"]);
    let alice = Done::from(login.env("SECHAT_PASSWORD", "pass word").output().unwrap()).expect(0).json();
    assert_eq!(alice["user_name"], "Alice");
    let tail = client(&told, home.path(), &["tail", "1", "--count", "3", "--for", "60", "--json"]).output().unwrap();
    let heard = Done::from(tail).expect(0).out;
    assert!(heard.contains("\"@Alice this is message "), "{heard}");
    assert!(heard.contains("\"room_name\":\"Lobby\""), "{heard}");
    assert!(heard.contains("\"event_type\":8"), "it mentions the account: {heard}");
    assert!(Path::new(told["ca_file"].as_str().unwrap()).exists());
    server.child.kill().unwrap();
}

#[test]
fn it_ends_with_the_script_that_started_it() {
    let (server, told) = serve(&["--until-eof", "--tls"]);
    let ca = told["ca_file"].as_str().unwrap();
    assert!(Path::new(ca).exists());
    server.end().expect(0);
    assert!(!Path::new(ca).exists(), "it clears up");
}

#[test]
fn it_says_how_to_point_a_bot_at_it() {
    let mut server = Running::start(program(&["serve", "--account", "a@x.org:it's:Alice"]));
    let told: Vec<_> = (0..9).map(|_| server.line()).collect();
    let url = told[0].split(' ').find(|word| word.starts_with("http")).unwrap();
    let exports = format!("  export SECHAT_SERVER={url} SECHAT_EMAIL='a@x.org' SECHAT_PASSWORD='it'\\''s'");
    assert_eq!(told[7].trim_end(), exports);
    assert!(told[8].trim_end().ends_with(&format!("\"{url}\".parse::<Server>()?")), "{told:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let (server, _) = serve(&[]);
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    server.end().expect(0);
}

#[test]
fn people_are_told_the_same() {
    let mut server = Running::start(program(&["serve"]));
    assert!(server.line().starts_with("A simulated chat server listens on http://127.0.0.1:"));
    assert_eq!(server.line(), "  account  bot@example.com, password \"correct horse\": Bot, user 101\n");
    assert_eq!(server.line(), "  person   Ada, user 102, in room 1\n");
    assert_eq!(server.line(), "  room     1 \"Sandbox\"\n");
    let page = server.line();
    assert!(
        page.starts_with("See it and talk in a browser: http://127.0.0.1:") && page.ends_with("/rooms/1\n"),
        "{page}"
    );
}

#[test]
fn a_taken_port_is_told() {
    let (_server, told) = serve(&[]);
    let taken = told["url"].as_str().unwrap().trim_start_matches("http://");
    let done = Done::from(program(&["serve", "--listen", taken]).output().unwrap()).expect(1);
    assert!(done.err.contains("cannot listen on"), "{}", done.err);
}
