use super::stage::{Done, program};

#[test]
fn help_has_examples_and_exit_codes() {
    for command in
        [&["--help"][..], &["serve", "--help"], &["login", "--help"], &["send", "--help"], &["tail", "--help"]]
    {
        let help = Done::from(program(command).output().unwrap()).expect(0).out;
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
    ] {
        let done = Done::from(program(arguments).output().unwrap()).expect(2);
        assert!(done.err.contains("--help"), "{arguments:?}: {}", done.err);
    }
}
