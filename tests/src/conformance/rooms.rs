//! Many rooms of one account.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use sechat_client::{RoomId, Runtime};
use sechat_fixtures::{ChatServer, Room};

use super::stage::{network, setup, text_of};
use super::{Adapter, Stage};
use crate::BOT;

fn ids() -> impl Iterator<Item = RoomId> {
    (1001..=1200).map(RoomId)
}

/// All of them are heard over one socket, each in its own order, and all are left.
pub fn two_hundred_rooms_on_one_socket<A: Adapter>() {
    A::block_on(async {
        let setup = ids().fold(setup(), |setup, id| setup.room(Room::new(id, &format!("Room {id}"))));
        let stage = Stage::new(A::runtime(network()), setup);
        stage.play(hears_all(&stage)).await;
    });
}

async fn hears_all<R: Runtime>(stage: &Stage<R>) {
    let chat = stage.chat();
    let joined = join_all(ids().map(|id| chat.join(id))).await;
    let rooms: Vec<_> = joined.into_iter().map(|room| room.expect("a room")).collect();
    stage.sees("one socket", |server| server.sockets().len() == 1).await;
    let mut events = chat.events();
    for round in 0..2 {
        for room in &rooms {
            stage.ada_says(room.id(), &round.to_string());
        }
    }
    let mut heard: BTreeMap<RoomId, Vec<String>> = BTreeMap::new();
    while heard.values().map(Vec::len).sum::<usize>() < 2 * rooms.len() {
        let event = events.next().await.expect("the stream goes on");
        if let (Some(text), Some(room)) = (text_of(&event), event.room_id) {
            heard.entry(room).or_default().push(text.to_owned());
        }
    }
    assert!(heard.values().all(|texts| *texts == ["0", "1"]), "{heard:?}");
    assert!(heard.into_keys().eq(ids()));
    let sockets = stage.look(|server| server.sockets().len());
    assert_eq!(sockets, 1);
    chat.close().await.expect("an end");
    let left = |server: &ChatServer| ids().all(|id| !server.present(id).contains(&BOT));
    assert!(stage.look(left), "all rooms are left");
}
