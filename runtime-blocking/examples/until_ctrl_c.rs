//! Answers whoever mentions it, until Ctrl-C; then it leaves the room and ends with exit code 0.
//!
//! ```sh
//! cargo run -- serve --listen 8080 --say 5    # in another terminal
//! cargo run -p sechat-blocking --example until_ctrl_c -- http://127.0.0.1:8080
//! ```

use sechat_blocking::{Access, Chat, Config, Error, EventKind, Server};

fn main() -> Result<(), Error> {
    let address = std::env::args().nth(1).expect("the address of a chat server");
    run(&address)
}

pub(crate) fn run(address: &str) -> Result<(), Error> {
    let access = Access::login("bot@example.com", "correct horse", None);
    let chat = Chat::builder(Config::new(Server::custom(address, address)?, access)).connect()?;
    let closer = chat.closer();
    ctrlc::set_handler(move || closer.close()).expect("there is no other handler");

    let served = serve(&chat);
    chat.finish(served)
}

fn serve(chat: &Chat) -> Result<(), Error> {
    let room = chat.join(1)?;
    for event in room.events() {
        if let EventKind::UserMentioned(message) = event.kind {
            room.reply(message.id, format!("You called me in {}?", message.id))?;
        }
    }
    Ok(())
}
