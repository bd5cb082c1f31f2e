//! A bridge: what is said in one of two rooms is posted in the other.
//!
//! ```sh
//! cargo run -- serve --listen 8080 --room Upstairs --room Downstairs
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-tokio --example bridge -- 1 2
//! ```

use std::env;

use sechat_tokio::text::{Markdown, Split};
use sechat_tokio::{Chat, Error, EventKind, RoomId, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let set = |name| env::var(name).map_err(|_| format!("set {name}"));
    let mut rooms = env::args().skip(1).map(|room| room.parse());
    let (one, other) = rooms.next().zip(rooms.next()).ok_or("which two rooms?")?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;
    let chat = Chat::open("session.json", set("SECHAT_EMAIL")?, set("SECHAT_PASSWORD")?, server).await?;

    let closer = chat.closer();
    ctrlc::set_handler(move || closer.close())?;
    let ended = bridge(chat.clone(), one?, other?).await;
    Ok(chat.finish(ended).await?)
}

/// Carries until the connection is closed.
pub async fn bridge(chat: Chat, one: RoomId, other: RoomId) -> Result<(), Error> {
    // One stream for both rooms, made before they are joined: nothing is missed between them. What crossed the bridge
    // must not come back.
    let mut events = chat.events().by_others();
    let (one, other) = (chat.join(one).await?, chat.join(other).await?);

    while let Some(event) = events.next().await {
        let to = match event.room_id {
            Some(from) if from == one.id() => &other,
            Some(from) if from == other.id() => &one,
            _ => continue,
        };
        if let EventKind::MessagePosted(message) = event.kind {
            let name = event.user_name.as_deref().unwrap_or("somebody");
            let text = Markdown::new().bold(name).text(": ").raw(&message.markdown()).to_string();
            // What is said while this waits for the throttle is kept, and crosses in its turn.
            if let Err(error) = to.send_split(text, Split::AtWord).await {
                eprintln!("{} did not cross: {error}", message.id);
            }
        }
    }
    events.result()
}
