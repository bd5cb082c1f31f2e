//! A reader that is slower than its room.

use std::num::NonZeroUsize;

use sechat_client::{Chat, EventKind, FeedChange, Runtime};

use super::stage::{network, read_until, setup, text_of};
use super::{Adapter, Driven, Stage};
use crate::ROOM;

const BUFFER: NonZeroUsize = NonZeroUsize::new(8).unwrap();
const MESSAGES: u64 = 300;

/// What it has not read takes up as much room as was allowed; calls and other readers go on; and it gets everything in
/// the end, with a word of what it had missed.
pub fn slow_reader_catches_up<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(lags(&stage)).await;
    });
}

async fn lags<R: Runtime>(stage: &Stage<R>) {
    let chat: Chat<Driven<R>> =
        Chat::builder(stage.config()).runtime(stage.runtime.clone()).event_buffer(BUFFER).connect().expect("a runtime");
    let room = chat.join(ROOM).await.expect("a room");
    // From here on the feed has nothing to say of itself.
    let mut quick = room.events();
    stage.ada_says(ROOM, "ready");
    read_until(&mut quick, "ready").await;
    let mut slow = room.events();
    for number in 0..MESSAGES {
        stage.ada_says(ROOM, &number.to_string());
        assert_eq!(read_until(&mut quick, &number.to_string()).await, [number.to_string()]);
        if number % 100 == 50 {
            chat.log_in().await.expect("an answer");
            room.send(format!("still here at {number}")).await.expect("an answer");
            read_until(&mut quick, &format!("still here at {number}")).await;
        }
    }

    let (mut texts, mut kept) = (Vec::new(), None);
    while texts.last() != stage.texts(ROOM).last() {
        let event = slow.next().await.expect("the stream goes on");
        texts.extend(text_of(&event).map(str::to_owned));
        if let EventKind::Feed(FeedChange::Lagged { missed, .. }) = event.kind {
            assert_eq!(kept.replace((texts.len(), missed)), None, "it lags once");
        }
    }
    let (kept, missed) = kept.expect("it has lagged");
    assert_eq!(kept, BUFFER.get(), "what was kept");
    assert!(missed >= MESSAGES - BUFFER.get() as u64, "{missed} missed");
    assert_eq!(texts, stage.texts(ROOM)[1..], "all in order, once");
    chat.close().await.expect("an end");
}
