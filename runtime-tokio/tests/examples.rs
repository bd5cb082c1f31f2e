//! The examples, run against a simulated server. They are ended by Ctrl-C, as their users end them.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;

use sechat_fixtures::switches::{Switches, ThrottleCurve};
use sechat_fixtures::{ChatServer, Close, Fault, Listener, Room, Setup, User};
use sechat_tests::{ADA, BOT, Example, PATIENCE, ROOM, example};
use sechat_tokio::{MessageId, RoomId, UserId};

const SECOND: RoomId = RoomId(2);

fn listen() -> Listener {
    let mut switches = Switches::default();
    switches.throttle = ThrottleCurve::Off;
    Listener::start(Setup::default().switches(switches).room(Room::new(SECOND, "Cellar"))).unwrap()
}

/// What the bot has posted in a room.
fn posts(server: &ChatServer, room: RoomId) -> Vec<(String, Option<MessageId>)> {
    let by_bot = server.messages(room).into_iter().filter(|message| message.author == BOT);
    by_bot.map(|message| (message.source().to_owned(), message.parent)).collect()
}

fn say(listener: &Listener, room: RoomId, text: &str) -> MessageId {
    listener.with_server(|server, now| server.say(now, ADA, room, text))
}

fn until(listener: &Listener, what: &str, condition: impl Fn(&ChatServer) -> bool) {
    let seen = listener.wait_for(PATIENCE, |server| condition(server).then_some(()));
    assert!(seen.is_some(), "{what}");
}

/// Ctrl-C ends it, and it leaves its rooms.
fn ends_well(listener: &Listener, bot: Example) {
    bot.interrupt();
    let ended = bot.end().expect(0);
    assert_eq!(ended.err, "");
    let left = listener.with_server(|server, _| [ROOM, SECOND].map(|room| !server.present(room).contains(&BOT)));
    assert_eq!(left, [true, true]);
}

#[test]
fn the_echo_answers_others_once() {
    let listener = listen();
    let home = tempfile::TempDir::new().unwrap();
    let bot = Example::start(example("echo_tokio", &listener.url(), home.path(), &["1"]));
    until(&listener, "it joins", |server| server.present(ROOM).contains(&BOT));
    let first = say(&listener, ROOM, "!!echo Hello, *world*!");
    say(&listener, ROOM, "Nobody has to answer this");
    until(&listener, "it answers", |server| posts(server, ROOM).len() == 1);
    // The answer to its post is lost, and its socket as well.
    listener.inject(Fault::close_after("/chats/1/messages/new"));
    listener.cut_sockets(&Close::frame(1001, "going away"));
    // Said by itself, this would go on for ever.
    let second = say(&listener, ROOM, "!!echo !!echo again");
    until(&listener, "it answers after a cut", |server| posts(server, ROOM).len() == 2);
    let last = say(&listener, ROOM, "!!echo enough");
    until(&listener, "it still answers", |server| posts(server, ROOM).iter().any(|(text, _)| text == "enough"));
    ends_well(&listener, bot);
    let expected = [("Hello, _world_!", first), ("!!echo again", second), ("enough", last)];
    let expected = expected.map(|(text, to)| (text.to_owned(), Some(to)));
    assert_eq!(listener.with_server(|server, _| posts(server, ROOM)), expected);
}

#[test]
fn a_session_is_stored_and_used_again() {
    let listener = listen();
    let home = tempfile::TempDir::new().unwrap();
    for _ in 0..2 {
        let bot = Example::start(example("echo_tokio", &listener.url(), home.path(), &["1"]));
        until(&listener, "it joins", |server| server.present(ROOM).contains(&BOT));
        ends_well(&listener, bot);
    }
    let logins = listener.with_server(|server, _| {
        server
            .audit()
            .requests
            .iter()
            .filter(|request| request.method == "POST" && request.path == "/users/login")
            .count()
    });
    assert_eq!(logins, 1);
}

#[test]
fn the_bridge_carries_both_ways_and_nothing_back() {
    let listener = listen();
    let home = tempfile::TempDir::new().unwrap();
    let bot = Example::start(example("bridge", &listener.url(), home.path(), &["1", "2"]));
    let both = |server: &ChatServer| [ROOM, SECOND].iter().all(|room| server.present(*room).contains(&BOT));
    until(&listener, "it joins", both);
    listener.with_server(|server, _| server.add_user(User::new(UserId(103), "Bob")));
    // Few messages, for the client knows the throttle and keeps to it.
    let long = "word ".repeat(98) + "end";
    say(&listener, ROOM, "up");
    until(&listener, "it is carried up", |server| posts(server, SECOND).len() == 1);
    listener.with_server(|server, now| server.say(now, UserId(103), SECOND, &long));
    until(&listener, "it is carried down, in two parts", |server| posts(server, ROOM).len() == 2);
    // Had it answered itself, that would have come before this.
    say(&listener, ROOM, "last");
    until(&listener, "the last one is carried", |server| posts(server, SECOND).len() > 1);
    ends_well(&listener, bot);
    let texts = |room| {
        let posts = listener.with_server(|server, _| posts(server, room));
        posts.into_iter().map(|(text, _)| text).collect::<Vec<_>>()
    };
    assert_eq!(texts(SECOND), ["**Ada**: up", "**Ada**: last"]);
    assert_eq!(texts(ROOM).join(" "), format!("**Bob**: {long}"));
}

#[test]
fn the_watcher_hears_all_rooms_without_an_account() {
    let listener = listen();
    let rooms: Vec<_> = (1..=20).map(RoomId).collect();
    for room in &rooms[2..] {
        listener.with_server(|server, _| server.add_room(Room::new(*room, &format!("Room {room}"))));
    }
    let home = tempfile::TempDir::new().unwrap();
    let numbers: Vec<_> = rooms.iter().map(ToString::to_string).chain(["99".to_owned()]).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let mut command = example("watcher", &listener.url(), home.path(), &numbers);
    command.env_remove("SECHAT_EMAIL").env_remove("SECHAT_PASSWORD");
    let mut watcher = Example::start(command);
    let told: Vec<_> = numbers.iter().map(|_| watcher.error_line()).collect();
    assert!(told[0] == "watching room 1" && told[20].starts_with("room 99 cannot be watched: "), "{told:?}");
    for room in &rooms {
        say(&listener, *room, &format!("Hello, <{room}>!"));
    }
    let heard: BTreeSet<_> = rooms.iter().map(|_| watcher.line()).collect();
    assert_eq!(heard, rooms.iter().map(|room| format!("{room} Ada: Hello, <{room}>!")).collect());
    watcher.interrupt();
    let ended = watcher.end().expect(0);
    assert_eq!(ended.out, "", "each once");
    assert!(listener.with_server(|server, _| server.audit().requests.iter().all(|request| request.user.is_none())));
}
