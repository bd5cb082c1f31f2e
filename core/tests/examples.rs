//! The example, run against a simulated server.

use sechat_core::{RoomId, UserId};
use sechat_fixtures::{Listener, Setup};
use sechat_tests::{Example, example};

#[test]
fn a_loop_of_ones_own_posts_and_hears_itself() {
    let listener = Listener::start(Setup::default()).unwrap();
    let home = tempfile::TempDir::new().unwrap();
    let ended = Example::start(example("poll_loop", &listener.url(), home.path(), &["1"])).end().expect(0);
    listener.with_server(|server, _| {
        let [message] = server.messages(RoomId(1))[..] else { panic!("{:?}", server.messages(RoomId(1))) };
        assert_eq!((message.author, message.source()), (UserId(101), "Hello from a loop!"));
        assert_eq!(ended.out, format!("posted and heard: message {}\n", message.id));
        assert!(server.present(RoomId(1)).is_empty(), "it has left");
        assert!(server.audit().requests.iter().any(|request| request.method == "WS" && request.status == 101));
    });
}

#[test]
fn it_says_what_went_wrong() {
    let listener = Listener::start(Setup::default()).unwrap();
    let home = tempfile::TempDir::new().unwrap();
    let mut command = example("poll_loop", &listener.url(), home.path(), &["1"]);
    command.env("SECHAT_PASSWORD", "wrong");
    let ended = Example::start(command).end().expect(1);
    assert!(ended.err.contains("WrongPassword"), "{}", ended.err);
}
