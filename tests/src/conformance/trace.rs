//! What one bot asks of the server.

use std::time::Duration;

use sechat_client::Runtime;
use sechat_fixtures::LoggedRequest;

use super::stage::{network, read_until, setup};
use super::{Adapter, Stage};
use crate::{OTHER, ROOM};

/// The requests of a script, in order: method, path, names of the fields and of the cookies, answer. The same on every
/// adapter.
#[must_use = "it is there to be compared"]
pub fn trace<A: Adapter>() -> Vec<String> {
    A::block_on(async {
        let mut setup = setup();
        setup.switches.edit_window = Duration::from_secs(365 * 24 * 3600);
        let stage = Stage::hurried(A::runtime(network()), setup);
        stage.play(script(&stage)).await;
        let requests = stage.look(|server| server.audit().requests.clone());
        let line = |r: &LoggedRequest| {
            format!("{} {} {:?} {:?} {} {}", r.method, r.path, r.fields, r.cookies, r.fkey, r.status)
        };
        requests.iter().map(line).collect()
    })
}

/// One thing at a time, so that nothing can overtake anything.
async fn script<R: Runtime>(stage: &Stage<R>) {
    let chat = stage.chat();
    chat.log_in().await.expect("a session");
    let room = chat.join(ROOM).await.expect("a room");
    let mut events = room.events();
    asked_for(stage, "r1", 1).await;
    stage.ada_says(ROOM, "Tea?");
    read_until(&mut events, "Tea?").await;
    let question = stage.look(|server| server.messages(ROOM)[0].id);
    let answer = room.reply(question, "Yes").await.expect("a post");
    room.edit(answer, "Yes, please").await.expect("an edit");
    room.set_starred(question, true).await.expect("a star");
    room.send("two\nlines").await.expect("a post");
    room.delete(answer).await.expect("a deletion");
    let other = chat.join(OTHER).await.expect("another room");
    asked_for(stage, "r2", 2).await;
    other.send("elsewhere").await.expect("a post");
    other.close().await.expect("it is left");
    chat.close().await.expect("an end");
    stage.sees("no socket", |server| server.sockets().is_empty()).await;
}

/// Waits for what the bot asks by itself, once a room is joined: what happened in between, and who it is there.
async fn asked_for<R: Runtime>(stage: &Stage<R>, room: &'static str, rooms: usize) {
    let asked = move |requests: &[LoggedRequest]| {
        let looked = requests.iter().filter(|r| r.path == "/chats/join/favorite").count();
        let asks = |r: &LoggedRequest| r.path == "/events" && r.fields.iter().any(|field| field == room);
        looked == rooms && requests.iter().any(asks)
    };
    stage.sees(room, move |server| asked(&server.audit().requests)).await;
}
