//! Posts one message, and ends with a code that says what became of it: for scripts.
//!
//! ```sh
//! cargo run -- serve --listen 8080
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-blocking --example send_once -- 1 'The build is done.' || echo "code $?"
//! ```
//!
//! | code | what |
//! | --- | --- |
//! | 0 | posted; standard output has the id of the message |
//! | 64 | an argument or a variable is missing or makes no sense |
//! | 65 | the text cannot be posted: it is empty or too long |
//! | 69 | the server refused: no such room, no permission, the text that was posted last |
//! | 70 | something else |
//! | 75 | the network or the server failed, or too much was posted; nothing was: try again later |
//! | 76 | it may have been posted: look before you try again |
//! | 77 | not logged in: wrong password, CAPTCHA |

use std::env;
use std::num::NonZeroU32;
use std::path::Path;
use std::process::ExitCode;

use sechat_blocking::{Access, Chat, Config, Error, MessageId, RoomId, Server};

fn main() -> ExitCode {
    let (room, text) = (env::args().nth(1).and_then(|room| room.parse().ok()), env::args().nth(2));
    let server = env::var("SECHAT_SERVER").map_or(Some(Server::StackExchange), |server| server.parse().ok());
    let login = env::var("SECHAT_EMAIL").ok().zip(env::var("SECHAT_PASSWORD").ok());
    let (Some(room), Some(text), Some(server), Some(login)) = (room, text, server, login) else {
        eprintln!("usage: SECHAT_EMAIL=… SECHAT_PASSWORD=… send_once ROOM TEXT");
        return ExitCode::from(64);
    };
    match send("session.json", login, server, room, &text) {
        Ok(id) => {
            println!("{id}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(code(&error))
        }
    }
}

/// Posts it, and gives its id.
pub fn send(
    session: impl AsRef<Path>,
    (email, password): (String, String),
    server: Server,
    room: RoomId,
    text: &str,
) -> Result<MessageId, Error> {
    let mut config = Config::new(server, Access::login(email, password, None));
    // A script would rather fail within seconds than go on for minutes.
    config.attempts = NonZeroU32::new(3).unwrap_or(NonZeroU32::MIN);
    let chat = Chat::builder(config).session_file(session.as_ref()).log_in()?;
    let posted = chat.room(room).send(text); // Without joining: nobody sees it come and go.
    chat.close()?;
    posted
}

/// What became of it, as above.
pub fn code(error: &Error) -> u8 {
    match error {
        Error::Invalid(_) => 65,
        Error::Refused { .. } | Error::Duplicate | Error::RoomClosed { .. } => 69,
        Error::Transport(_) | Error::Server { .. } | Error::RateLimited { .. } => 75,
        Error::Uncertain { .. } => 76,
        Error::Login(_) | Error::SessionExpired | Error::NotLoggedIn => 77,
        _ => 70,
    }
}
