//! Ending a connection from elsewhere.

use sechat_client::{Error, Pending};

use crate::connected;
use crate::stage::Stage;

#[test]
fn it_ends_all_that_waits_and_leaves_the_rooms() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let closer = chat.closer();
    let room = answers.run(&stage, chat.join(1)).unwrap();
    let mut events = room.events();
    let waiting = room.send("first");
    closer.clone().close();
    closer.close();
    assert_eq!(stage.look(&mut room.send("too late")), Some(Err(Error::Closed)));
    answers.run(&stage, chat.close()).unwrap();
    assert!(answers.run(&stage, waiting).is_ok());
    assert_eq!(answers.posted, ["first"]);
    while stage.look(&mut events.next()).expect("nobody waits any more").is_some() {}
    assert_eq!(events.result(), Ok(()));
    assert!(answers.others.iter().any(|path| path.starts_with("/chats/leave")), "{:?}", answers.others);
}

#[test]
fn it_may_drop_what_waits() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let room = chat.room(1);
    let (first, second) = (room.send("first"), room.send("second"));
    let under_way = stage.request().unwrap();
    let closer = chat.closer();
    closer.close();
    closer.shut_down(Pending::Drop);
    answers.answer(under_way);
    assert!(answers.run(&stage, first).is_ok());
    assert_eq!(answers.run(&stage, second), Err(Error::Closed));
    assert_eq!(answers.posted, ["first"]);
}

#[test]
fn it_keeps_nothing_open() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let closer = chat.closer();
    drop(chat);
    while answers.answer_all(&stage) {}
    assert_eq!(stage.tasks(), 0);
    closer.close();
}
