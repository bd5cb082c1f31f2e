//! Who keeps a connection alive, and how everybody learns of its end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sechat_client::{Error, Pending};

use crate::stage::{Line, Stage};
use crate::{Chat, connected, session};

#[test]
fn nothing_happens_before_the_first_call() {
    let stage = Stage::new();
    let chat = Chat::connect(session()).unwrap();
    assert!(stage.request().is_none());
    assert!(chat.me().is_none() && chat.credentials().is_none() && chat.queued() == 0);
}

#[test]
fn a_runtime_that_drops_the_driver_ends_everything() {
    let stage = Stage::new();
    let (chat, _) = connected(&stage);
    let room = chat.room(1);
    let (mut first, mut second) = (room.send("a"), room.send("b"));
    let mut events = room.events();
    assert!(stage.look(&mut first).is_none());
    stage.collapse();
    assert_eq!(stage.look(&mut first), Some(Err(Error::Closed)));
    assert_eq!(stage.look(&mut second), Some(Err(Error::Closed)));
    assert_eq!(stage.look(&mut room.send("c")), Some(Err(Error::Closed)));
    assert_eq!(stage.look(&mut chat.close()), Some(Err(Error::Closed)));
    assert_eq!(stage.look(&mut events.next()), Some(None));
    assert_eq!(events.result(), Err(Error::Closed));
    assert_eq!(chat.events().result(), Err(Error::Closed));
}

#[test]
fn a_panic_under_the_lock_ends_everything() {
    let stage = Stage::new();
    let (chat, _) = connected(&stage);
    let room = chat.room(1);
    let mut pending = room.send("a");
    let mut events = chat.events();
    assert!(stage.look(&mut pending).is_none());
    stage.break_clock();
    assert!(catch_unwind(AssertUnwindSafe(|| room.send("b"))).is_err());
    assert_eq!(stage.look(&mut pending), Some(Err(Error::Closed)));
    assert_eq!(stage.look(&mut events.next()), Some(None));
    assert_eq!(stage.look(&mut room.send("c")), Some(Err(Error::Closed)));
    assert_eq!(stage.tasks(), 0, "the driver goes on");
}

#[test]
fn a_pending_reply_outlives_the_handles() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let room = chat.room(1);
    let reply = room.send("hi");
    drop((room, chat));
    assert!(answers.run(&stage, reply).is_ok());
    assert_eq!(answers.posted, ["hi"]);
    while answers.answer_all(&stage) {}
    assert_eq!(stage.tasks(), 0);
}

#[test]
fn the_last_of_all_users_ends_it() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let clone = chat.clone();
    let events = answers.run(&stage, chat.join(1)).unwrap().events();
    drop(chat);
    drop(clone);
    stage.settle();
    assert_eq!(stage.tasks(), 1, "the stream of events still needs it");
    drop(events);
    while answers.answer_all(&stage) {}
    assert_eq!(stage.tasks(), 0);
    assert!(answers.others.iter().any(|path| path.starts_with("/chats/leave")), "{:?}", answers.others);
    assert!(answers.lines.iter_mut().all(Line::closed));
}

#[test]
fn a_dropped_reply_takes_back_what_was_not_sent() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let room = chat.room(1);
    let first = room.send("first");
    let second = room.send("second");
    let third = room.send("third");
    assert_eq!(chat.queued(), 3);
    drop(second);
    assert_eq!(chat.queued(), 2);
    answers.run(&stage, first).unwrap();
    answers.run(&stage, third).unwrap();
    assert_eq!(answers.posted, ["first", "third"]);
}

#[test]
fn close_sends_what_waits_first() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let room = answers.run(&stage, chat.join(1)).unwrap();
    let events = room.events();
    let (first, second) = (room.send("first"), room.send("second"));
    let closed = chat.close();
    assert_eq!(stage.look(&mut room.send("too late")), Some(Err(Error::Closed)));
    answers.run(&stage, closed).unwrap();
    assert_eq!(answers.posted, ["first", "second"]);
    assert!(answers.run(&stage, first).is_ok() && answers.run(&stage, second).is_ok());
    assert_eq!(events.result(), Ok(()));
    assert_eq!(answers.run(&stage, chat.close()), Ok(()), "it is closed already");
    stage.settle();
    assert_eq!(stage.tasks(), 0);
}

#[test]
fn shutting_down_may_drop_what_waits() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let room = chat.room(1);
    let (first, second) = (room.send("first"), room.send("second"));
    let under_way = stage.request().unwrap();
    drop(chat.close());
    let closed = chat.shut_down(Pending::Drop);
    answers.answer(under_way);
    answers.run(&stage, closed).unwrap();
    assert_eq!(answers.posted, ["first"]);
    assert!(answers.run(&stage, first).is_ok());
    assert_eq!(answers.run(&stage, second), Err(Error::Closed));
}
