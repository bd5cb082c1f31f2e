//! A bot that stores how far it has come after each event, for a test that kills it.

use std::env::var;
use std::error::Error;

use sechat_blocking::{Chat, Credentials, EventKind, Room, SavedState, Server};

const STATE: &str = "state.json";

fn main() -> Result<(), Box<dyn Error>> {
    let url = var("SECHAT_SERVER")?;
    let server = Server::custom(&url, &url)?;
    let (email, password) = (var("SECHAT_EMAIL")?, var("SECHAT_PASSWORD")?);
    let credentials = Credentials::load_or_authenticate("session.json", &email, &password, server)?;
    let chat = Chat::connect(credentials)?;
    if let Some(state) = SavedState::load(STATE)? {
        chat.resume(state)?;
    }
    let room = Room::join(&chat, 1)?;
    chat.state().save(STATE)?;
    println!("ready");
    let mut events = room.events();
    while let Some(event) = events.next() {
        if let EventKind::MessagePosted(message) = &event.kind {
            println!("{}", message.id);
        }
        events.done();
        chat.state().save(STATE)?;
    }
    Ok(())
}
