//! An echo bot: to `!!echo Hello!` it replies `Hello!`.
//!
//! ```sh
//! cargo run -- serve --listen 127.0.0.1:8080    # a server to try it on; without SECHAT_SERVER it is the real one
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-async-std --example echo_async_std -- 1
//! ```

use std::env;

use sechat_async_std::text::Content;
use sechat_async_std::{Access, Chat, Config, Credentials, EventKind, RoomId, Server};

/// As good as the password: keep it to yourself.
const SESSION: &str = "session.json";

#[async_std::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let room: RoomId = env::args().nth(1).ok_or("which room?")?.parse()?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;

    // The stored session comes first, for too many logins bring a CAPTCHA. When it ends, the password makes another.
    let stored = Credentials::read(SESSION)?.map(Into::into);
    let access = Access::login(env::var("SECHAT_EMAIL")?, env::var("SECHAT_PASSWORD")?, stored);
    let chat = Chat::builder(Config::new(server, access)).connect()?;

    // Ctrl-C closes the connection, and with it the events end: replies under way go out, and the room is left.
    let closer = chat.closer();
    ctrlc::set_handler(move || closer.close())?;

    chat.log_in().await?.save(SESSION)?;
    let me = chat.me().ok_or("the server does not say who this is")?;
    let room = chat.join(room).await?;

    let mut events = room.events();
    while let Some(event) = events.next().await {
        let EventKind::MessagePosted(message) = &event.kind else { continue };
        let said = Content::parse(message.content.as_deref().unwrap_or_default()).to_markdown();
        let Some(words) = said.strip_prefix("!!echo ") else { continue };
        if event.user_id == Some(me.id) {
            continue; // Never answer yourself.
        }
        // A failed post is not tried again: where that is safe, the library has done so already.
        if let Err(error) = room.reply(message.id, words).await {
            eprintln!("no echo of {}: {error}", message.id);
        }
    }
    // Why the events have ended: `Ok` for Ctrl-C.
    let ended = events.result().unwrap_or(Ok(()));
    chat.close().await?;
    Ok(ended?)
}
