//! Many posts at once, and a server that takes one every two seconds.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use futures_util::future::join_all;
use sechat_client::Runtime;
use sechat_fixtures::Fault;
use sechat_fixtures::switches::ThrottleCurve;

use super::stage::{network, setup};
use super::{Adapter, Stage};
use crate::ROOM;

const POSTS: usize = 2000;
/// How many of them are asked to wait, at least.
const WAITS: usize = 20;

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
    config.queue_limit = NonZeroUsize::new(POSTS).expect("it is not zero");
    let chat = stage.connect(config);
    let room = chat.join(ROOM).await.expect("a room");
    // However fast or slow the machine is, some are asked to wait.
    let wait = "You can perform this action again in 2 seconds";
    for _ in 0..WAITS {
        stage.listener.inject(Fault::answer("/chats/1/messages/new", 409, wait).skip(POSTS / WAITS - 1));
    }
    let texts: Vec<String> = (0..POSTS).map(|number| format!("post {number}")).collect();
    let replies: Vec<_> = texts.iter().map(|text| room.send(text)).collect();
    let ids: Vec<_> = join_all(replies).await.into_iter().map(|result| result.expect("a post")).collect();

    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), POSTS, "ids are unique");
    assert_eq!(stage.texts(ROOM), texts, "order is kept");
    let there: Vec<_> = stage.look(|server| server.messages(ROOM).iter().map(|message| message.id).collect());
    assert_eq!(ids, there, "each reply has the id of its own message");
    let posts = stage.look(|server| server.audit().requests.clone());
    let taken: Vec<_> = posts.iter().filter(|r| r.path.ends_with("/messages/new") && r.status == 200).collect();
    let gap = Duration::from_secs(2);
    assert!(taken.windows(2).all(|two| two[1].at.mono - two[0].at.mono >= gap), "there was a throttle");
    assert_eq!(taken.len(), POSTS);
    assert_eq!(stage.look(|server| server.audit().early), 0, "nothing came before the time that the server had named");
    chat.close().await.expect("an end");
}
