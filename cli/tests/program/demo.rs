use super::stage::{Done, program};

#[test]
fn the_demo_tells_what_happened_and_ends_by_itself() {
    for arguments in [&[][..], &["demo"]] {
        let done = Done::from(program(arguments).output().unwrap()).expect(0);
        let steps: Vec<&str> = done.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let story =
            ["server", "login", "join", "send", "reply", "edit", "cut", "resume", "resume", "compare", "leave", "done"];
        assert_eq!(steps, story, "{}", done.out);
        assert_eq!(done.err, "");
    }
}
