//! Tasks that are aborted, runtimes that end, threads that wait.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{Fault, Listener, Setup, Switches};
use sechat_tokio::{Access, Chat, Config, Error, Event, Room, RoomId, Server, UserId};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

const BOT: UserId = UserId(101);
const ADA: UserId = UserId(102);
/// More than the polls of a bot.
const MANY: usize = 200;
const LONG: Duration = Duration::from_secs(60);

fn listen() -> Listener {
    let mut switches = Switches::default();
    switches.throttle = ThrottleCurve::Off;
    Listener::start(Setup::default().switches(switches)).unwrap()
}

fn flavours() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.worker_threads(2).enable_all().build().unwrap())
}

/// To be called in a runtime.
fn connect(listener: &Listener) -> Chat {
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    let access = Access::login("bot@example.com", "correct horse", None);
    Chat::builder(Config::new(server, access)).connect().unwrap()
}

fn texts(listener: &Listener) -> Vec<String> {
    listener.with_server(|server, _| {
        server.messages(RoomId(1)).into_iter().map(|message| message.source().to_owned()).collect()
    })
}

fn is(text: &str) -> impl Fn(&Event) -> bool {
    move |event| event.message().and_then(|message| message.content.as_deref()) == Some(text)
}

/// Fails where `work` would hang.
fn in_time(work: impl FnOnce() + Send + 'static) {
    let (done, end) = mpsc::channel();
    thread::spawn(move || {
        work();
        done.send(())
    });
    end.recv_timeout(LONG).expect("a dead-lock, or a panic further up");
}

/// What a bot waits for, but for what the throttle makes slow.
async fn a_bot(chat: Chat, text: String) -> Result<(), Error> {
    let room = Room::join(&chat, 1).await?;
    let mut events = room.events();
    room.send(&text).await?;
    events.wait_for(is(&text), LONG).await.expect("its own message").expect("the stream goes on");
    room.messages().next().await.expect("a message")?;
    room.close().await
}

/// Aborts its own task in this poll of its work: at the await that the work then comes to.
struct Aborting<F> {
    work: Pin<Box<F>>,
    polls: usize,
    itself: AbortHandle,
}

impl<F: Future> Future for Aborting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls = self.polls.saturating_sub(1);
        if self.polls == 0 {
            self.itself.abort();
        }
        self.work.as_mut().poll(cx)
    }
}

async fn abort_in_poll<T: Send + 'static>(polls: usize, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let (tell, told) = oneshot::channel();
    let work = Box::pin(work);
    let task = tokio::spawn(async move { Aborting { work, polls, itself: told.await.unwrap() }.await });
    tell.send(task.abort_handle()).expect("it waits");
    task.await.ok()
}

#[test]
fn a_task_may_be_aborted_at_any_await() {
    for runtime in flavours() {
        let listener = listen();
        runtime.block_on(async {
            let session = connect(&listener).log_in().await.unwrap();
            let mut finished = false;
            let mut polls = 0;
            while !finished {
                polls += 1;
                assert!(polls < MANY, "it never gets to its end");
                let chat = Chat::connect(session.clone()).unwrap();
                let ended = abort_in_poll(polls, a_bot(chat.clone(), format!("bot {polls}"))).await;
                finished = ended.is_some_and(|result| result.is_ok());
                // Whatever was in its way, the connection goes on.
                let mut events = chat.join(1).await.unwrap().events();
                let said = listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "Are you there?"));
                let wanted = |event: &Event| event.message().is_some_and(|message| message.id == said);
                assert!(events.wait_for(wanted, LONG).await.unwrap().is_some());
                chat.close().await.unwrap();
                assert!(!listener.with_server(|server, _| server.present(RoomId(1)).contains(&BOT)));
            }
            assert!(polls >= 5, "there are more awaits than that: {polls}");
        });
        let texts = texts(&listener);
        for number in 1..MANY {
            assert!(texts.iter().filter(|text| **text == format!("bot {number}")).count() <= 1, "{texts:?}");
        }
    }
}

/// What has been sent stays done, once, and what comes after it goes on.
#[test]
fn a_task_may_be_aborted_while_its_request_is_under_way() {
    for runtime in flavours() {
        let listener = listen();
        runtime.block_on(async {
            let chat = connect(&listener);
            let room = chat.join(1).await.unwrap();
            listener.inject(Fault::delay("/chats/1/messages/new", Duration::from_millis(200)));
            let sending = tokio::spawn({
                let room = room.clone();
                async move { room.send("under way").await }
            });
            while texts(&listener).is_empty() {
                tokio::task::yield_now().await;
            }
            sending.abort();
            assert!(sending.await.unwrap_err().is_cancelled());
            room.send("after it").await.unwrap();
            chat.close().await.unwrap();
        });
        assert_eq!(texts(&listener), ["under way", "after it"]);
    }
}

#[test]
fn a_dropped_join_handle_stops_nothing() {
    for runtime in flavours() {
        let listener = listen();
        runtime.block_on(async {
            let chat = connect(&listener);
            let mut events = chat.join(1).await.unwrap().events();
            drop(tokio::spawn(async move { chat.room(1).send("left alone").await }));
            assert!(events.wait_for(is("left alone"), LONG).await.unwrap().is_some());
        });
    }
}

#[test]
fn the_task_ends_with_its_handles() {
    for runtime in flavours() {
        let listener = listen();
        runtime.block_on(async {
            let room = connect(&listener).join(1).await.unwrap();
            drop(room);
            let over = async {
                while Handle::current().metrics().num_alive_tasks() > 0
                    || listener.with_server(|server, _| server.present(RoomId(1)).contains(&BOT))
                {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(LONG, over).await.expect("something goes on");
        });
    }
}

/// By `shutdown_background` here or by a drop on another thread, with a call under way and a stream that is read.
#[test]
fn the_end_of_the_runtime_ends_every_call() {
    for (number, runtime) in flavours().into_iter().chain(flavours()).enumerate() {
        let listener = listen();
        let (chat, room, mut events) = runtime.block_on(async {
            let chat = connect(&listener);
            let room = chat.join(1).await.unwrap();
            let events = room.events();
            (chat, room, events)
        });
        listener.inject(Fault::delay("/chats/1/messages/new", 2 * LONG));
        let pending = room.send("its answer never comes");
        if number < 2 {
            runtime.shutdown_background();
        } else {
            thread::spawn(move || drop(runtime));
        }
        assert_eq!(pending.wait(), Err(Error::Closed));
        assert_eq!(room.send("too late").wait(), Err(Error::Closed));
        assert_eq!(chat.close().wait(), Err(Error::Closed));
        let other = Builder::new_current_thread().build().unwrap();
        other.block_on(async {
            while events.next().await.is_some() {}
            assert_eq!(events.wait_for(|_| true, LONG).await, Ok(None));
        });
        assert_eq!(events.result(), Err(Error::Closed));
    }
}

#[test]
fn handles_are_at_home_on_any_thread() {
    for runtime in flavours() {
        let listener = listen();
        let (send_room, rooms) = mpsc::channel::<Room>();
        let others = thread::spawn(move || {
            let room = rooms.recv().unwrap();
            room.send("waited for").wait().unwrap();
            let other = Builder::new_current_thread().build().unwrap();
            let mut events = room.events();
            other.block_on(async {
                room.send("in another runtime").await.unwrap();
                // Without a clock of its own.
                assert!(events.wait_for(is("in another runtime"), LONG).await.unwrap().is_some());
            });
        });
        runtime.block_on(async {
            let room = connect(&listener).join(1).await.unwrap();
            send_room.send(room).unwrap();
            tokio::task::spawn_blocking(move || others.join().unwrap()).await.unwrap();
        });
    }
}

/// Waiting is refused where it could be for ever, and nowhere else.
#[test]
fn in_a_task_waiting_panics() {
    for runtime in flavours() {
        let listener = listen();
        in_time(move || {
            runtime.block_on(async {
                let room = connect(&listener).join(1).await.unwrap();
                let refuses = |room: Room| {
                    let panic = catch_unwind(AssertUnwindSafe(|| drop(room.send("from the wrong thread").wait())));
                    let panic = panic.expect_err("a panic, or a dead-lock");
                    assert!(panic.downcast_ref::<&str>().is_some_and(|text| text.contains("`.await`")), "other words");
                };
                refuses(room.clone());
                let there = room.clone();
                tokio::spawn(async move { refuses(there) }).await.unwrap();
                let there = room.clone();
                tokio::task::spawn_blocking(move || there.send("where one may wait").wait()).await.unwrap().unwrap();
            });
            drop(listener);
        });
    }
}
