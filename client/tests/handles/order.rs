//! Posts keep the order of the calls.

use std::num::NonZeroUsize;
use std::sync::mpsc;

use sechat_client::text::Split;
use sechat_client::{Access, Config, Error, Server};

use crate::server::Answers;
use crate::stage::Stage;
use crate::{Chat, connected, session};

#[test]
fn awaiting_in_another_order_changes_nothing() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let rooms = [chat.room(1), chat.room(2)];
    let texts: Vec<String> = (0..6).map(|number| format!("m{number}")).collect();
    let mut replies: Vec<_> = texts.iter().enumerate().map(|(at, text)| rooms[at % 2].send(text)).collect();
    replies.reverse();
    let mut ids: Vec<_> = replies.into_iter().map(|reply| answers.run(&stage, reply).unwrap().0).collect();
    ids.reverse();
    assert_eq!(answers.posted, texts);
    assert_eq!(ids, [101, 102, 103, 104, 105, 106]);
}

#[test]
fn calls_of_many_threads_all_end() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let replies: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let room = chat.room(1);
                scope.spawn(move || (0..5).map(|number| room.send(format!("{thread} {number}"))).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    for reply in replies {
        answers.run(&stage, reply).unwrap();
    }
    assert_eq!(answers.posted.len(), 40);
    for thread in 0..8 {
        let mine = answers.posted.iter().filter(|text| text.starts_with(&format!("{thread} ")));
        assert!(mine.is_sorted(), "{:?}", answers.posted);
    }
}

#[test]
fn nothing_comes_between_the_parts_of_a_text() {
    let stage = Stage::new();
    let (chat, mut answers) = connected(&stage);
    let room = chat.room(1);
    let (sender, sent) = mpsc::channel();
    let other = room.clone();
    stage.interrupt(move || sender.send(other.send("between")).unwrap());
    let parts = room.send_split(three_parts(), Split::AtWord);
    let between = sent.try_recv().expect("a post in the midst of the others");
    assert_eq!(answers.run(&stage, parts).unwrap().len(), 3);
    answers.run(&stage, between).unwrap();
    let firsts: Vec<_> = answers.posted.iter().map(|text| &text[..1]).collect();
    assert_eq!(firsts, ["1", "2", "3", "b"]);
}

#[test]
fn a_queue_that_fills_up_has_taken_in_the_text_whole() {
    let stage = Stage::new();
    let mut config = Config::new(Server::StackExchange, Access::Credentials(session()));
    config.queue_limit = NonZeroUsize::new(3).unwrap();
    let chat = Chat::builder(config).connect().unwrap();
    let mut answers = Answers::default();
    answers.run(&stage, chat.log_in()).unwrap();
    let room = chat.room(1);
    let (sender, sent) = mpsc::channel();
    let other = room.clone();
    stage.interrupt(move || sender.send(other.send("between")).unwrap());
    let parts = room.send_split(three_parts(), Split::AtWord);
    let between = answers.run(&stage, sent.try_recv().expect("a post in the midst of the others"));
    assert!(matches!(between, Err(Error::QueueFull { limit: 3, .. })), "{between:?}");
    assert_eq!(answers.run(&stage, parts).unwrap().len(), 3);
}

fn three_parts() -> String {
    ["1", "2", "3"].map(|letter| letter.repeat(400)).join(" ")
}
