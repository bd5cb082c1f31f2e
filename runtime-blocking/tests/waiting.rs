//! Blocking calls where they do harm, and where they look as if they did.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sechat_blocking::smol::Smol;
use sechat_blocking::{Access, Blocking, Chat, Config, Error, Mode, Runtime, Server, smol as on_smol};
use sechat_fixtures::{Listener, Setup};

const LONG: Duration = Duration::from_secs(60);

fn connect<M: Mode>(listener: &Listener, runtime: M::Runtime) -> sechat_client::Chat<M> {
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    let access = Access::login("bot@example.com", "correct horse", None);
    sechat_client::Chat::builder(Config::new(server, access)).runtime(runtime).connect().unwrap()
}

/// Whether it panics as a call in the wrong place does.
fn refuses<T>(call: impl FnOnce() -> T) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(call()))) else { return false };
    panic.downcast_ref::<&str>().is_some_and(|text| text.starts_with("a blocking call of sechat on a thread that"))
}

/// Fails where `work` would hang.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, end) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    end.recv_timeout(LONG).expect("a dead-lock, or a panic further up")
}

#[test]
fn on_its_own_thread_every_wait_panics() {
    let listener = Listener::start(Setup::default()).unwrap();
    let runtime = Blocking::new().unwrap();
    let chat: Chat = connect(&listener, runtime.clone());
    let room = chat.join(1).unwrap();
    let (tell, told) = mpsc::channel();
    let there = room.clone();
    runtime.spawn(async move {
        let mut events = there.events();
        let refusals = [
            refuses(|| there.send("from the wrong thread")),
            refuses(|| events.next()),
            refuses(|| events.next_timeout(LONG)),
            refuses(|| events.wait_for_timeout(|_| true, LONG)),
            refuses(|| there.messages().next()),
        ];
        // Only looking does no harm.
        let looks = refuses(|| events.next_timeout(Duration::ZERO));
        tell.send((refusals, looks)).unwrap();
    });
    assert_eq!(told.recv_timeout(LONG).expect("a dead-lock"), ([true; 5], false));
    chat.log_in().expect("the thread goes on");
    chat.close().unwrap();
}

#[test]
fn a_task_that_panics_takes_nobody_else_with_it() {
    let listener = Listener::start(Setup::default()).unwrap();
    let runtime = Blocking::new().unwrap();
    let chat: Chat = connect(&listener, runtime.clone());
    let room = chat.join(1).unwrap();
    let (tell, told) = mpsc::channel::<()>();
    runtime.spawn(async move {
        let _told = tell;
        panic!("as a tracing subscriber may");
    });
    told.recv_timeout(LONG).expect_err("nothing is sent");
    in_time(move || {
        room.send("still here").unwrap();
        chat.close().unwrap();
    });
}

/// There it cannot be found out, and need not be: the connection goes on on its own thread.
#[test]
fn in_an_executor_it_does_not_know_a_call_blocks_and_ends() {
    let listener = Listener::start(Setup::default()).unwrap();
    let chat: Chat = connect(&listener, Blocking::new().unwrap());
    in_time(move || {
        let room = chat.join(1).unwrap();
        let (there, runtime) = (room.clone(), tokio::runtime::Builder::new_current_thread().build().unwrap());
        runtime.block_on(async move {
            there.send("in tokio").unwrap();
            tokio::spawn(async move { there.events().next_timeout(LONG).unwrap() }).await.unwrap();
        });
        smol::block_on(async { room.send("in smol") }).unwrap();
        chat.close().unwrap();
    });
}

#[test]
fn on_the_threads_of_smol_every_wait_panics() {
    let listener = Listener::start(Setup::default()).unwrap();
    let waiting: Chat = connect(&listener, Blocking::new().unwrap());
    let chat: on_smol::Chat = connect(&listener, Smol::new());
    let room = chat.room(1);
    in_time(move || {
        let there = room.clone();
        let refused = smol::spawn(async move {
            [refuses(|| there.send("from the wrong thread").wait()), refuses(|| waiting.log_in())]
        });
        assert_eq!(smol::block_on(refused), [true; 2]);
        let there = room.clone();
        smol::block_on(smol::unblock(move || there.send("where one may wait").wait())).unwrap();
        room.send("on a thread of nobody's").wait().unwrap();
        assert_eq!(chat.close().wait(), Ok::<_, Error>(()));
    });
}
