//! A watcher of public rooms, without an account: it prints what is said in any number of them.
//!
//! ```sh
//! cargo run -- serve --listen 8080 --say 2
//! SECHAT_SERVER=http://127.0.0.1:8080 cargo run -p sechat-tokio --example watcher -- 1
//! ```

use std::env;

use sechat_tokio::{Access, Chat, Config, Error, EventKind, FeedChange, RoomId, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rooms = env::args().skip(1).map(|room| room.parse()).collect::<Result<Vec<_>, _>>()?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;
    // One connection for all rooms: however many there are, it is one poll every few seconds.
    let mut config = Config::new(server, Access::Anonymous);
    config.feed.patience = None; // Outages are waited for to their end.
    let chat = Chat::builder(config).connect()?;

    let closer = chat.closer();
    ctrlc::set_handler(move || closer.close())?;
    let ended = watch(chat.clone(), rooms, |line| println!("{line}")).await;
    Ok(chat.finish(ended).await?)
}

/// Gives each line to `said`, until the connection is closed.
pub async fn watch(chat: Chat, rooms: Vec<RoomId>, mut said: impl FnMut(String)) -> Result<(), Error> {
    let mut events = chat.events();
    let joining: Vec<_> = rooms.iter().map(|room| chat.join(*room)).collect();
    for (room, joined) in rooms.iter().zip(joining) {
        match joined.await {
            Ok(_) => eprintln!("watching room {room}"),
            Err(error) => eprintln!("room {room} cannot be watched: {error}"),
        }
    }

    while let Some(event) = events.next().await {
        match event.kind {
            EventKind::MessagePosted(message) => {
                let (room, user) = (event.room_id.unwrap_or_default(), event.user_name.unwrap_or_default());
                said(format!("{room} {user}: {}", message.text()));
            }
            EventKind::Feed(change @ (FeedChange::Gap { .. } | FeedChange::RoomLost { .. })) => eprintln!("{change:?}"),
            _ => {}
        }
    }
    events.result()
}
