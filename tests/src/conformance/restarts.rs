//! The server goes, and comes back at the same address without its sockets and sessions.

use sechat_client::{EventKind, FeedChange, Runtime};

use super::stage::{network, setup, text_of};
use super::{Adapter, Stage};
use crate::ROOM;

/// The bot logs in again and hears what it has missed, once and in order; its posts arrive once.
pub fn server_restarts<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(comes_back(&stage)).await;
    });
}

async fn comes_back<R: Runtime>(stage: &Stage<R>) {
    let chat = stage.chat();
    let room = chat.join(ROOM).await.expect("a room");
    let mut events = room.events();
    let (mut heard, mut expected, mut logins) = (Vec::new(), Vec::new(), 0);
    for round in 0..3 {
        stage.sees("a socket", |server| server.sockets().len() == 1).await;
        let meanwhile: Vec<String> = (0..5).map(|number| format!("{round}.{number}")).collect();
        stage
            .while_nobody_listens(async {
                for text in &meanwhile {
                    stage.ada_says(ROOM, text);
                }
            })
            .await;
        expected.extend(meanwhile);
        let own = format!("own {round}");
        room.send(&own).await.expect("a post");
        expected.push(own);
        while heard.last() != expected.last() {
            let event = events.next().await.expect("the stream goes on");
            heard.extend(text_of(&event).map(str::to_owned));
            logins += u32::from(matches!(event.kind, EventKind::Feed(FeedChange::LoggedInAgain)));
        }
    }
    assert_eq!(heard, expected);
    assert_eq!(stage.texts(ROOM), expected);
    assert_eq!(logins, 3, "one login for each restart");
    chat.close().await.expect("an end");
}
