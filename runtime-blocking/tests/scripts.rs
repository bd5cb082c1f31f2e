//! Scripts: calls one after the other, with time in between.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use sechat_blocking::endpoint::ChatHome;
use sechat_blocking::{Access, Blocking, Chat, Config, Error, Events, RoomId, Runtime, Server, UserId};
use sechat_fixtures::{Listener, Setup};

const BOT: UserId = UserId(101);
const ADA: UserId = UserId(102);
const ROOM: RoomId = RoomId(1);
const LONG: Duration = Duration::from_secs(60);

fn connect(listener: &Listener, runtime: &Blocking) -> Chat {
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    let access = Access::login("bot@example.com", "correct horse", None);
    Chat::builder(Config::new(server, access)).runtime(runtime.clone()).connect().unwrap()
}

fn start() -> (Listener, Chat) {
    let listener = Listener::start(Setup::default()).unwrap();
    let chat = connect(&listener, &Blocking::new().unwrap());
    (listener, chat)
}

/// What was posted, until this was.
fn posted_until(events: &mut Events, last: &str) -> Vec<String> {
    let mut posted = Vec::new();
    while posted.last().is_none_or(|text| text != last) {
        let event = events.next_timeout(LONG).expect("the event comes").expect("the stream goes on");
        posted.extend(event.message().and_then(|message| message.content.clone()));
    }
    posted
}

#[test]
fn what_happens_between_two_calls_is_not_lost() {
    let (listener, chat) = start();
    let say = |text| listener.with_server(|server, now| server.say(now, ADA, ROOM, text));
    let room = chat.join(1).unwrap();
    say("before the first call");
    room.send("a post").unwrap();
    say("between two calls");
    chat.call(ChatHome).unwrap();
    let mut events = room.events();
    assert_eq!(
        posted_until(&mut events, "between two calls"),
        ["before the first call", "a post", "between two calls"]
    );
    say("while nobody waits");
    chat.call(ChatHome).unwrap();
    assert_eq!(posted_until(&mut events, "while nobody waits"), ["while nobody waits"]);
    chat.close().unwrap();
}

#[test]
fn threads_share_a_connection() {
    let (_listener, chat) = start();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert!(chat.call(ChatHome).unwrap().me.is_some())));
        }
    });
    chat.close().unwrap();
}

/// By a clone, and by a `Closer`.
#[test]
fn another_thread_ends_what_this_one_waits_for() {
    for by_clone in [true, false] {
        let (listener, chat) = start();
        let room = chat.join(1).unwrap();
        let (ending, closer) = (chat.clone(), chat.closer());
        let closing = thread::spawn(move || {
            if by_clone {
                return ending.close();
            }
            closer.close();
            Ok(())
        });
        let mut events = room.events();
        assert!(events.by_ref().count() < 1024);
        assert_eq!(events.result(), Ok(()));
        closing.join().unwrap().unwrap();
        chat.close().unwrap();
        assert!(!listener.with_server(|server, _| server.present(ROOM).contains(&BOT)));
        assert_eq!(room.send("too late"), Err(Error::Closed));
    }
}

#[test]
fn a_closer_holds_no_thread() {
    let runtime = Blocking::new().unwrap();
    let (held, dropped) = mpsc::channel::<()>();
    runtime.spawn(async move {
        let _held = held;
        std::future::pending::<()>().await;
    });
    let chat = Chat::builder(Config::new(Server::StackExchange, Access::Anonymous)).runtime(runtime).connect().unwrap();
    let closer = chat.closer();
    drop(chat);
    assert_eq!(dropped.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
    closer.close();
}

#[test]
fn a_task_that_panics_takes_no_connection_along() {
    let listener = Listener::start(Setup::default()).unwrap();
    let runtime = Blocking::new().unwrap();
    let chat = connect(&listener, &runtime);
    let (held, dropped) = mpsc::channel::<()>();
    runtime.spawn(async move {
        let _held = held;
        panic!("on purpose");
    });
    assert_eq!(dropped.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
    let (done, end) = mpsc::channel();
    thread::spawn(move || done.send(chat.log_in().is_ok()));
    assert_eq!(end.recv_timeout(LONG), Ok(true), "the connection has stopped");
}
