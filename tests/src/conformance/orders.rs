//! Who keeps a connection open: everybody, and nobody in particular.

use std::any::Any;

use sechat_client::{Chat, Config, Events, MessageId, Reply, Room, Runtime};

use super::stage::{elsewhere, network, read_until, setup};
use super::{Adapter, Altered, Driven, Stage};
use crate::{BOT, ROOM};

/// All that can keep a connection open.
enum Holder<R: Runtime> {
    Chat(Chat<Driven<R>>),
    Room(Room<Driven<R>>),
    Events(Events<Driven<R>>),
    Reply(Reply<MessageId>),
}

/// Chat, room, events and a pending reply go in every order. The last of them still works, and nothing is left after it.
pub fn handles_dropped_in_every_order<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(every_order(&stage)).await;
    });
}

async fn every_order<R: Runtime>(stage: &Stage<Altered<R>>) {
    let session = stage.chat().log_in().await.expect("a session");
    let mut config = stage.config();
    config.access = sechat_client::Access::Credentials(session.into());
    for (number, order) in permutations().into_iter().enumerate() {
        one_order(stage, config.clone(), order, &number.to_string()).await;
    }
}

async fn one_order<R: Runtime>(stage: &Stage<Altered<R>>, config: Config, order: [usize; 4], text: &str) {
    let chat = stage.connect(config);
    let room = chat.join(ROOM).await.expect("a room");
    stage.sees("a socket", |server| server.sockets().len() == 1).await;
    let (events, reply) = (room.events(), room.send(text));
    let mut holders = [Holder::Chat(chat), Holder::Room(room), Holder::Events(events), Holder::Reply(reply)].map(Some);
    for index in &order[..3] {
        holders[*index] = None;
    }
    let last = holders[order[3]].take().expect("one is left");
    let last = works(stage, last, text).await;
    assert!(stage.look(|server| server.present(ROOM).contains(&BOT)), "{order:?}: it has left already");
    drop(last);
    let left =
        |server: &sechat_fixtures::ChatServer| server.sockets().is_empty() && !server.present(ROOM).contains(&BOT);
    stage.sees("no socket, no bot", left).await;
    let runtime = stage.runtime.clone();
    assert!(elsewhere(move || runtime.ends()).await, "{order:?}: a task goes on");
    assert!(stage.texts(ROOM).iter().filter(|posted| *posted == text).count() <= 1, "{order:?}: doubled");
}

/// Uses what is left. What is given back holds the connection still.
async fn works<R: Runtime>(stage: &Stage<Altered<R>>, last: Holder<Altered<R>>, text: &str) -> Box<dyn Any> {
    match last {
        Holder::Chat(chat) => {
            chat.log_in().await.expect("a session");
            Box::new(chat)
        }
        Holder::Room(room) => {
            room.send(format!("{text}, and more")).await.expect("a post");
            Box::new(room)
        }
        Holder::Events(mut events) => {
            let said = format!("{text}, says Ada");
            stage.ada_says(ROOM, &said);
            read_until(&mut events, &said).await;
            Box::new(events)
        }
        Holder::Reply(mut reply) => {
            let id = (&mut reply).await.expect("a post");
            assert_eq!(stage.look(|server| server.message(id).map(|m| m.source().to_owned())).as_deref(), Some(text));
            Box::new(reply)
        }
    }
}

fn permutations() -> Vec<[usize; 4]> {
    let mut all = Vec::new();
    for code in 0..256_usize {
        let order = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
        if (0..4).all(|index| order.contains(&index)) {
            all.push(order);
        }
    }
    all
}
