//! A real process that is sent the signal of Ctrl-C: the example, run as it stands.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sechat_blocking::event::EventKind;
use sechat_blocking::{Access, Chat, Config, Event, Events, RoomId, Server, UserId};
use sechat_fixtures::{Listener, Setup, User};

#[expect(dead_code, reason = "its `main` takes the address from the command line, which is the test's here")]
#[path = "../examples/until_ctrl_c.rs"]
mod until_ctrl_c;

const ADDRESS: &str = "SECHAT_TEST_ADDRESS";
const BOT: UserId = UserId(101);

/// The test is its own child: with an address in its environment it is the bot, and ends as the bot does.
#[test]
fn it_leaves_the_room_and_ends_well() {
    if let Ok(address) = env::var(ADDRESS) {
        return until_ctrl_c::run(&address).unwrap();
    }
    let setup = Setup::default().account("second@example.com", "correct horse", User::new(UserId(103), "Second"));
    let listener = Listener::start(setup).unwrap();
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    let access = Access::login("second@example.com", "correct horse", None);
    let chat = Chat::builder(Config::new(server, access)).connect().unwrap();
    let room = chat.join(1).unwrap();
    let mut events = room.events();

    let mut bot = bot(&listener.url());
    until(&mut events, |event| event.user_id == Some(BOT) && event.kind == EventKind::UserEntered);
    room.send("Hello, @Bot").unwrap();
    until(&mut events, |event| event.message().is_some_and(|message| message.parent_id.is_some()));
    assert!(listener.with_server(|server, _| server.present(RoomId(1)).contains(&BOT)));

    let sent = Command::new("kill").args(["-INT", &bot.0.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(bot.0.wait().unwrap().code(), Some(0));
    assert!(!listener.with_server(|server, _| server.present(RoomId(1)).contains(&BOT)));
    chat.close().unwrap();
}

/// Ended with the test, however that ends.
struct Running(Child);

fn bot(address: &str) -> Running {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "it_leaves_the_room_and_ends_well"]).env(ADDRESS, address).stdin(Stdio::null());
    Running(command.spawn().unwrap())
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(events: &mut Events, wanted: impl Fn(&Event) -> bool) {
    let found = events.wait_for_timeout(wanted, Duration::from_secs(60));
    found.expect("the event comes").expect("the stream goes on");
}
