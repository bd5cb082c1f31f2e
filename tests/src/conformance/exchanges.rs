//! Exchanges that are dropped half-way, below the handles: the next answer is that to the next question.

use std::pin::pin;

use sechat_client::Runtime;
use sechat_client::bytes::Bytes;
use sechat_client::http::Request;

use super::cancel::poll_times;
use super::stage::{network, setup};
use super::{Adapter, Stage};
use crate::ROOM;

/// More than any exchange takes.
const MOST: usize = 200;

/// A request is dropped when it was polled never, once, twice…, until it ends by itself.
pub fn exchanges_dropped_after_each_poll<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::new(A::runtime(network()), setup());
        stage.play(exchanges(&stage)).await;
    });
}

async fn exchanges<R: Runtime>(stage: &Stage<R>) {
    // Once with a new connection each time, and then with one that is kept.
    for kept in [false, true] {
        let mut polls = 0;
        loop {
            assert!(polls < MOST, "it does not end");
            let (first, second) = (format!("{kept} {polls}, dropped"), format!("{kept} {polls}"));
            let dropped = poll_times(&mut pin!(ask(stage, &first, kept)), polls).await;
            assert_eq!(ask(stage, &second, true).await, second);
            if let Some(answer) = dropped {
                assert_eq!(answer, first);
                break;
            }
            polls += 1;
        }
    }
}

async fn ask<R: Runtime>(stage: &Stage<R>, text: &str, kept: bool) -> String {
    let id = stage.ada_says(ROOM, text);
    let mut request = Request::get(format!("{}/message/{id}?plain=true", stage.listener.url()));
    if !kept {
        request = request.header("connection", "close");
    }
    let answer = stage.runtime.fetch(request.body(Bytes::new()).expect("a request")).await.expect("an answer");
    String::from_utf8(answer.into_body().to_vec()).expect("text")
}
