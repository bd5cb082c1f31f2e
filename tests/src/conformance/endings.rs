//! The runtime goes, and takes the driver with it.

use std::time::Duration;

use futures_util::future::join4;
use sechat_client::{Error, Runtime};
use sechat_fixtures::Fault;

use super::stage::{network, setup};
use super::{Adapter, Altered, Stage};
use crate::{OTHER, ROOM};

/// Everybody who waits learns that it is over, and whoever comes later as well.
pub fn driver_dropped_by_the_runtime<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::new(Altered::new(A::runtime(network())), setup());
        stage.play(collapses(&stage)).await;
    });
}

async fn collapses<R: Runtime>(stage: &Stage<Altered<R>>) {
    const NEW: &str = "/chats/1/messages/new";
    let chat = stage.chat();
    let room = chat.join(ROOM).await.expect("a room");
    stage.sees("a socket", |server| server.sockets().len() == 1).await;
    // No answer comes in the time of a test.
    for path in [NEW, "/chats/2/events"] {
        stage.listener.inject(Fault::delay(path, Duration::from_secs(3600)));
    }
    let (mut own, mut all) = (room.events(), chat.events());
    let (sent, queued) = (room.send("under way"), room.send("waits for its turn"));
    stage.sees("the first post", |server| server.audit().requests.iter().any(|r| r.path == NEW)).await;
    let (joined, closed) = (chat.join(OTHER), chat.close());

    stage.runtime.collapse();
    let (sent, queued, joined, closed) = join4(sent, queued, joined, closed).await;
    assert_eq!((sent, queued), (Err(Error::Closed), Err(Error::Closed)));
    assert_eq!((joined.map(drop), closed), (Err(Error::Closed), Err(Error::Closed)));
    for events in [&mut own, &mut all] {
        while events.next().await.is_some() {}
        assert_eq!(events.result(), Err(Error::Closed));
    }
    assert_eq!(room.send("later").await, Err(Error::Closed));
    assert_eq!(chat.log_in().await.map(drop), Err(Error::Closed));
    assert_eq!(chat.events().result(), Err(Error::Closed));
    // The sockets have gone with it, though nobody took leave.
    stage.sees("no socket", |server| server.sockets().is_empty()).await;
}
