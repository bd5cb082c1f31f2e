//! An echo bot: to `!!echo Hello!` it replies `Hello!`.
//!
//! ```sh
//! cargo run -- serve --listen 8080    # a server to try it on; without SECHAT_SERVER it is the real one
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-tokio --example echo_tokio -- 1
//! ```

use std::env;

use sechat_tokio::{Chat, Error, EventKind, RoomId, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let set = |name| env::var(name).map_err(|_| format!("set {name}"));
    let room = env::args().nth(1).ok_or("which room?")?.parse()?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;
    // The file keeps the session and is as good as the password. Without it, many logins would bring a CAPTCHA.
    let chat = Chat::open("session.json", set("SECHAT_EMAIL")?, set("SECHAT_PASSWORD")?, server).await?;

    // Ctrl-C ends the events, and so the bot; then what waits is posted, and the room is left.
    let closer = chat.closer();
    ctrlc::set_handler(move || closer.close())?;
    let ended = echo(chat.clone(), room).await;
    Ok(chat.finish(ended).await?)
}

/// Answers until the connection is closed.
pub async fn echo(chat: Chat, room: RoomId) -> Result<(), Error> {
    let room = chat.join(room).await?;
    let mut events = room.events().by_others();
    while let Some(event) = events.next().await {
        if let EventKind::MessagePosted(message) = event.kind
            && let Some(words) = message.markdown().strip_prefix("!!echo ")
            && let Err(error) = room.reply(message.id, words).await
        {
            // Where it is safe to post again, the library has done so already.
            eprintln!("no echo of {}: {error}", message.id);
        }
    }
    events.result()
}
