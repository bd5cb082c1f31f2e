//! The wall clock is set under the bot.

use std::time::Duration;

use sechat_client::Runtime;

use super::stage::{network, read_until, setup};
use super::{Adapter, Altered, Stage};
use crate::ROOM;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Forward and back, by an hour and by years: posts arrive once, and events come once and in order.
pub fn wall_clock_jumps<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(jumps(&stage)).await;
    });
}

async fn jumps<R: Runtime>(stage: &Stage<Altered<R>>) {
    let chat = stage.chat();
    let room = chat.join(ROOM).await.expect("a room");
    let mut events = room.events();
    let none = Duration::ZERO;
    let jumps = [
        ("an hour forward", DAY / 24, none),
        ("an hour back", none, DAY / 24),
        ("two years forward", 730 * DAY, none),
        ("right", none, none),
        ("two years back", none, 730 * DAY),
        ("two years forward again", 730 * DAY, none),
    ];
    for (name, ahead, behind) in jumps {
        stage.runtime.set_wall_clock(ahead, behind);
        let said = format!("{name}, says Ada");
        room.send(name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        stage.ada_says(ROOM, &said);
        assert_eq!(read_until(&mut events, &said).await, [name.to_owned(), said]);
        // A call that begins with the stored session, and one that begins with the password.
        let again = stage.chat();
        again.log_in().await.unwrap_or_else(|error| panic!("{name}: {error}"));
        again.close().await.expect("an end");
    }
    chat.close().await.expect("an end");
}
