//! Blocking where it does harm, and where it does none.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use async_std::task;
use sechat_async_std::{Access, Chat, Config, Reply, Server};
use sechat_fixtures::{Listener, Setup};

/// Whether waiting panics as it does in the wrong place.
fn refuses<T>(reply: Reply<T>) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(reply.wait()))) else { return false };
    panic.downcast_ref::<&str>().is_some_and(|text| text.starts_with("`Reply::wait` in a task of async-std"))
}

#[test]
fn in_tasks_waiting_panics_and_elsewhere_it_waits() {
    let listener = Listener::start(Setup::default()).unwrap();
    let server = Server::custom(&listener.url(), &listener.url()).unwrap();
    let access = Access::login("bot@example.com", "correct horse", None);
    let chat: Chat = Chat::builder(Config::new(server, access)).connect().unwrap();

    let (in_task, in_block_on, blocking) = (chat.clone(), chat.clone(), chat.clone());
    assert!(task::block_on(task::spawn(async move { refuses(in_task.log_in()) })));
    assert!(task::block_on(async move { refuses(in_block_on.log_in()) }));
    task::block_on(task::spawn_blocking(move || blocking.log_in().wait())).unwrap();
    let elsewhere = chat.clone();
    thread::spawn(move || elsewhere.log_in().wait()).join().unwrap().unwrap();
    chat.close().wait().unwrap();
}
