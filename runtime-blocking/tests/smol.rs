//! Bots on smol: on its own threads, and on an executor of somebody else's.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sechat_blocking::smol::{
    Access, Chat, Config, Error, Event, Events, MessageId, Room, RoomId, Server, Smol, UserId,
};
use sechat_fixtures::{Close, Listener, Setup};
use smol::Executor;

const BOT: UserId = UserId(101);
const ADA: UserId = UserId(102);

async fn connect(listener: &Listener, runtime: Smol) -> Result<(Chat, Room, Events), Error> {
    let server = Server::custom(&listener.url(), &listener.url())?;
    let access = Access::login("bot@example.com", "correct horse", None);
    let chat = Chat::builder(Config::new(server, access)).runtime(runtime).connect()?;
    let room = Room::join(&chat, 1).await?;
    let events = room.events();
    Ok((chat, room, events))
}

async fn until(events: &mut Events, message: MessageId) {
    let wanted = |event: &Event| event.message().is_some_and(|posted| posted.id == message);
    events.wait_for(wanted, Duration::from_secs(60)).await.expect("the message comes").expect("the stream goes on");
}

async fn a_bot_comes_and_goes(listener: &Listener, runtime: Smol) -> Result<(), Error> {
    let (chat, room, mut events) = connect(listener, runtime).await?;
    until(&mut events, room.send("Is anybody here?").await?).await;
    listener.cut_sockets(&Close::frame(1001, "going away"));
    let said = listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "I am."));
    until(&mut events, said).await;
    chat.close().await?;
    while events.next().await.is_some() {}
    assert_eq!(events.result(), Ok(()));
    assert!(!listener.with_server(|server, _| server.present(RoomId(1)).contains(&BOT)));
    Ok(())
}

#[test]
fn on_the_threads_of_smol() {
    let listener = Listener::start(Setup::default()).unwrap();
    smol::block_on(a_bot_comes_and_goes(&listener, Smol::new())).unwrap();
}

#[test]
fn on_another_executor() {
    let listener = Listener::start(Setup::default()).unwrap();
    let executor = Arc::new(Executor::new());
    let spawner = Arc::clone(&executor);
    let runtime = Smol::new().on(move |task| spawner.spawn(task).detach());
    // Nothing runs but what this thread runs.
    smol::block_on(executor.run(a_bot_comes_and_goes(&listener, runtime))).unwrap();
}

#[test]
fn the_end_of_the_executor_ends_every_call() {
    let listener = Listener::start(Setup::default()).unwrap();
    let executor = Arc::new(Executor::new());
    // A strong one would be held by the tasks it runs.
    let spawner = Arc::downgrade(&executor);
    let runtime = Smol::new().on(move |task| {
        if let Some(executor) = spawner.upgrade() {
            executor.spawn(task).detach();
        }
    });
    let (chat, room, mut events) = smol::block_on(executor.run(connect(&listener, runtime))).unwrap();
    let pending = room.send("never sent");
    thread::spawn(move || drop(executor)).join().unwrap();
    smol::block_on(async {
        assert_eq!(pending.await, Err(Error::Closed));
        while events.next().await.is_some() {}
        assert_eq!(events.result(), Err(Error::Closed));
        assert_eq!(events.wait_for(|_| true, Duration::from_secs(60)).await, Ok(None));
        assert_eq!(chat.close().await, Err(Error::Closed));
    });
}
