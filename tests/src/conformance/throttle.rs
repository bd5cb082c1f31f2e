//! Many posts at once, and a server that takes one every two seconds.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use futures_util::future::join_all;
use sechat_client::Runtime;
use sechat_fixtures::switches::ThrottleCurve;

use super::stage::{network, setup};
use super::{Adapter, Stage};
use crate::ROOM;

const POSTS: usize = 2000;

/// All of them arrive, in the order of the calls, each under an id of its own.
pub fn two_thousand_sends_under_a_throttle<A: Adapter>() {
    A::block_on(async {
        let mut setup = setup();
        setup.switches.throttle = ThrottleCurve::Flat;
        let stage = Stage::hurried(A::runtime(network()), setup);
        stage.play(sends(&stage)).await;
    });
}

async fn sends<R: Runtime>(stage: &Stage<R>) {
    let mut config = stage.config();
    // A millisecond that the machine is late looks like a second.
    config.refusals = NonZeroU32::new(100).expect("it is not zero");
    let chat = stage.connect(config);
    let room = chat.join(ROOM).await.expect("a room");
    let texts: Vec<String> = (0..POSTS).map(|number| format!("post {number}")).collect();
    let replies: Vec<_> = texts.iter().map(|text| room.send(text)).collect();
    let ids: Vec<_> = join_all(replies).await.into_iter().map(|result| result.expect("a post")).collect();

    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), POSTS, "ids are unique");
    assert_eq!(stage.texts(ROOM), texts, "order is kept");
    let there: Vec<_> = stage.look(|server| server.messages(ROOM).iter().map(|message| message.id).collect());
    assert_eq!(ids, there, "each reply has the id of its own message");
    let (refusals, early) = stage.look(|server| (server.audit().refusals, server.audit().early));
    assert!(refusals > 0, "there was a throttle");
    assert_eq!(early, 0, "nothing came before the time that the server had named");
    chat.close().await.expect("an end");
}
