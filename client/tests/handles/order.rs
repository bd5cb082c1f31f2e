//! Posts keep the order of the calls.

use crate::connected;
use crate::stage::Stage;

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
