//! A watcher of public rooms, without an account: it prints what is said in any number of them.
//!
//! ```sh
//! cargo run -- serve --listen 127.0.0.1:8080 --say 2
//! SECHAT_SERVER=http://127.0.0.1:8080 cargo run -p sechat-tokio --example watcher -- 1
//! ```

use std::env;

use sechat_tokio::text::Content;
use sechat_tokio::{Chat, EventKind, FeedChange, RoomId, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rooms = env::args().skip(1).map(|room| room.parse()).collect::<Result<Vec<RoomId>, _>>()?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;

    // One connection for all rooms: however many there are, it is one poll every few seconds.
    let chat = Chat::anonymous(server)?;

    // Ctrl-C closes the connection, and with it the events end.
    let closer = chat.closer();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            closer.close();
        }
    });

    let mut events = chat.events();
    let joining: Vec<_> = rooms.iter().map(|room| chat.join(*room)).collect();
    for (room, joined) in rooms.iter().zip(joining) {
        match joined.await {
            Ok(_) => eprintln!("watching room {room}"),
            Err(error) => eprintln!("room {room} cannot be watched: {error}"),
        }
    }

    while let Some(event) = events.next().await {
        match &event.kind {
            EventKind::MessagePosted(message) => {
                let said = Content::parse(message.content.as_deref().unwrap_or_default()).to_text();
                let (room, user) = (event.room_id.unwrap_or_default(), event.user_name.unwrap_or_default());
                println!("{room} {user}: {said}");
            }
            EventKind::Feed(change @ (FeedChange::Gap { .. } | FeedChange::RoomLost { .. })) => eprintln!("{change:?}"),
            _ => {}
        }
    }
    Ok(events.result().unwrap_or(Ok(()))?)
}
