//! Handles of one account on many threads.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use sechat_client::{MessageId, Runtime};

use super::stage::{elsewhere, network, read_until, setup};
use super::{Adapter, Stage};
use crate::ROOM;

const THREADS: usize = 16;
const POSTS: usize = 20;

/// Each thread's posts arrive in its order, whether it waits for each of them or for all.
pub fn handles_on_many_threads<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(posts(&stage)).await;
    });
}

async fn posts<R: Runtime>(stage: &Stage<R>) {
    let chat = stage.chat();
    let room = chat.join(ROOM).await.expect("a room");
    let mut events = room.events();
    let threads = (0..THREADS).map(|thread| {
        let room = room.clone();
        elsewhere(move || {
            let post = |number: usize| room.send(format!("{thread}.{number}"));
            let ids: Vec<MessageId> = if thread % 2 == 0 {
                (0..POSTS).map(|number| post(number).wait().expect("a post")).collect()
            } else {
                let replies: Vec<_> = (0..POSTS).map(post).collect();
                // The last one is waited for first, and by another thread.
                let ids = replies.into_iter().rev().map(|reply| std::thread::spawn(|| reply.wait().expect("a post")));
                let mut ids: Vec<_> = ids.map(|waiting| waiting.join().expect("no panic")).collect();
                ids.reverse();
                ids
            };
            ids
        })
    });
    let ids = join_all(threads).await;
    assert!(ids.iter().all(|ids| ids.is_sorted()), "{ids:?}");
    assert_eq!(ids.iter().flatten().collect::<BTreeSet<_>>().len(), THREADS * POSTS);
    for (thread, ids) in ids.iter().enumerate() {
        for (number, id) in ids.iter().enumerate() {
            let text = stage.look(|server| server.message(*id).map(|message| message.source().to_owned()));
            assert_eq!(text, Some(format!("{thread}.{number}")));
        }
    }
    room.send("the end").await.expect("a post");
    assert_eq!(read_until(&mut events, "the end").await, stage.texts(ROOM));
    chat.close().await.expect("an end");
}
