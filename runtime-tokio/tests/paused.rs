//! Under a clock that stands still.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sechat_fixtures::{Listener, Setup};
use sechat_tokio::{Access, Chat, Config, Event, MessageId, Room, RoomId, Server, TimedOut, UserId};
use tokio::time::Instant;

const ADA: UserId = UserId(102);

/// Keeps tokio from moving a paused clock by itself, which it does whenever all tasks wait, even if for a socket.
fn hold_the_clock() -> Sender<()> {
    let (release, held) = channel::<()>();
    tokio::task::spawn_blocking(move || held.recv());
    release
}

fn start() -> (Listener, Server) {
    let listener = Listener::start(Setup::default()).unwrap();
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    (listener, server)
}

fn is(message: MessageId) -> impl Fn(&Event) -> bool {
    move |event| event.message().is_some_and(|posted| posted.id == message)
}

/// From the login to the end, without a moment going by.
#[tokio::test(start_paused = true)]
async fn a_bot_needs_no_time() {
    let _hold = hold_the_clock();
    let start_of_time = Instant::now();
    let (listener, server) = start();
    let chat = Chat::builder(Config::new(server, Access::login("bot@example.com", "correct horse", None)));
    let chat = chat.connect().unwrap();
    let room = chat.join(1).await.unwrap();
    let mut events = room.events();
    let id = room.send("Is anybody here?").await.unwrap();
    assert!(events.wait_for(is(id), Duration::from_secs(1)).await.unwrap().is_some());
    let said = listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "I am."));
    assert!(events.wait_for(is(said), Duration::from_secs(1)).await.unwrap().is_some());
    chat.close().await.unwrap();
    assert_eq!(start_of_time.elapsed(), Duration::ZERO);
}

/// Nothing is polled before its time, and all of it when the test says so.
#[tokio::test(start_paused = true)]
async fn time_goes_as_the_test_goes() {
    let _hold = hold_the_clock();
    let (listener, server) = start();
    let interval = Config::new(server.clone(), Access::Anonymous).feed.poll_interval;
    let mut events = Room::anonymous(1, server).await.unwrap();
    for _ in 0..5 {
        let said = listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "Hello, nobody"));
        tokio::time::advance(interval / 2).await;
        assert_eq!(events.wait_for(is(said), Duration::ZERO).await, Err(TimedOut));
        // Jitter may add to the interval.
        tokio::time::advance(interval).await;
        assert!(events.wait_for(is(said), Duration::from_secs(1)).await.unwrap().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_in_vain_takes_no_time() {
    let (_listener, server) = start();
    let mut events = Chat::anonymous(server).unwrap().events();
    let start_of_time = Instant::now();
    let hour = Duration::from_secs(3600);
    assert_eq!(events.wait_for(|_| true, hour).await, Err(TimedOut));
    assert_eq!(start_of_time.elapsed().as_secs(), 3600);
}
