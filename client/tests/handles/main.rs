//! The handles and the driver, on a runtime that the test moves by hand and against a server of a few answers.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod closer;
#[cfg(feature = "commands")]
mod commands;
mod credentials;
mod driver;
mod events;
mod facade;
mod keeping;
mod lagging;
mod lifetime;
mod order;
mod reading;
mod resume;
mod secrets;
mod server;
mod simulated;
mod stage;

use sechat_client::sechat_core::Credentials as Session;
use server::Answers;
use stage::{Stage, Staged};

type Chat = sechat_client::Chat<Staged>;
type Credentials = sechat_client::Credentials<Staged>;
type Events = sechat_client::Events<Staged>;
type Room = sechat_client::Room<Staged>;

fn session() -> Session {
    Credentials::from_cookies(sechat_client::Server::StackExchange, "t=a&s=b", "c").unwrap().into()
}

/// A connection, and a server that has let it in.
fn connected(stage: &Stage) -> (Chat, Answers) {
    let chat = Chat::connect(session()).unwrap();
    let mut answers = Answers::default();
    answers.run(stage, chat.log_in()).unwrap();
    (chat, answers)
}

#[test]
fn handles_go_where_they_are_needed() {
    fn everywhere<T: Send + Sync + 'static>() {}
    fn to_another_thread<T: Send + 'static>() {}
    everywhere::<Chat>();
    everywhere::<Room>();
    everywhere::<Events>();
    everywhere::<Credentials>();
    to_another_thread::<sechat_client::Reply<u8>>();
}
