//! A bridge: what is said in one of two rooms is posted in the other.
//!
//! ```sh
//! cargo run -- serve --listen 127.0.0.1:8080 --room Upstairs --room Downstairs
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-tokio --example bridge -- 1 2
//! ```

use std::env;

use sechat_tokio::text::{Content, Markdown, Split};
use sechat_tokio::{Access, Chat, Config, Credentials, EventKind, RoomId, Server};

const SESSION: &str = "session.json";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rooms = env::args().skip(1).map(|room| room.parse::<RoomId>());
    let (one, other) = rooms.next().zip(rooms.next()).ok_or("which two rooms?")?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;
    let stored = Credentials::read(SESSION)?.map(Into::into);
    let access = Access::login(env::var("SECHAT_EMAIL")?, env::var("SECHAT_PASSWORD")?, stored);
    let chat = Chat::builder(Config::new(server, access)).connect()?;

    // Ctrl-C closes the connection, and with it the events end.
    let closer = chat.closer();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            closer.close();
        }
    });

    chat.log_in().await?.save(SESSION)?;
    let me = chat.me().ok_or("the server does not say who this is")?;

    // One stream for both rooms, made before they are joined: nothing is missed between them.
    let mut events = chat.events();
    let (one, other) = (chat.join(one?).await?, chat.join(other?).await?);

    while let Some(event) = events.next().await {
        let EventKind::MessagePosted(message) = &event.kind else { continue };
        let to = match event.room_id {
            Some(from) if from == one.id() => &other,
            Some(from) if from == other.id() => &one,
            _ => continue,
        };
        if event.user_id == Some(me.id) {
            continue; // What crossed the bridge must not come back.
        }
        let name = event.user_name.as_deref().unwrap_or("somebody");
        let said = Content::parse(message.content.as_deref().unwrap_or_default()).to_markdown();
        let text = Markdown::new().bold(name).text(": ").raw(&said).to_string();
        // It is queued now, in the order of the events; while it waits for the throttle, the loop reads on.
        let posted = to.send_split(text, Split::AtWord);
        let id = message.id;
        tokio::spawn(async move { posted.await.inspect_err(|error| eprintln!("{id} did not cross: {error}")) });
    }
    let ended = events.result().unwrap_or(Ok(()));
    chat.close().await?;
    Ok(ended?)
}
