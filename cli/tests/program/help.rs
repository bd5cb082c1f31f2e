use super::stage::{Done, program};

#[test]
fn help_has_examples_and_exit_codes() {
    let commands = Done::from(program(&["--help"]).output().unwrap()).expect(0).out;
    let (_, commands) = commands.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"send") && commands.contains(&"whoami"), "{commands:?}");
    for command in commands.into_iter().filter(|command| !["demo", "help"].contains(command)).chain(["--help"]) {
        let command = [command, "--help"];
        let help = Done::from(program(&command).output().unwrap()).expect(0).out;
        assert!(help.contains("Examples:\n  "), "{help}");
        assert!(help.contains("\n  6  It is not known"), "{help}");
    }
}

#[test]
fn nonsense_is_a_usage_error() {
    for arguments in [
        &["dance"][..],
        &["tail"],
        &["tail", "room"],
        &["tail", "1", "--count", "0"],
        &["send", "1"],
        &["tail", "1", "--server", "http://example.com"],
        &["tail", "1", "--server", "nowhere"],
        &["serve", "--account", "no colons"],
        &["login", "--password", "secret"],
        &["edit", "1"],
        &["delete"],
        &["star", "message"],
        &["search"],
        &["move", "1", "2"],
        &["transcript", "1", "--from", "2026-02-30"],
        &["search", "x", "--count", "0"],
        &["serve", "--listen", "here"],
        &["room", "https://chat.stackexchange.com/rooms/1/sandbox"],
    ] {
        let done = Done::from(program(arguments).output().unwrap()).expect(2);
        assert!(done.err.contains("--help"), "{arguments:?}: {}", done.err);
    }
}

#[test]
fn advice_comes_with_a_usage_error() {
    for (arguments, advice) in [
        (&["room", "sandbox"][..], "…/rooms/1/sandbox"),
        (&["room", "1", "--server", "example.com"], "http://127.0.0.1:8080"),
        (&["delete", "https://x/transcript/message/5"], "permalink"),
        (&["user", "Ada"], "…/users/101/ada"),
        (&["serve", "--listen", "here"], "such as 8080"),
    ] {
        let done = Done::from(program(arguments).output().unwrap()).expect(2);
        assert!(done.err.contains(advice), "{arguments:?}: {}", done.err);
    }
}
