//! What an account does besides posting: each deed, its effect, and every refusal that is known.

mod images;
mod keeping;
mod marks;
mod moves;
mod people;
mod personal;

use sechat_core::endpoint::Endpoint;
use sechat_core::{Error, MessageId, Refusal, UserId};
use sechat_fixtures::User;
use sechat_tests::{BOT, Duo, ROOM};

/// Calls, and waits for the result.
fn call<E: Endpoint>(duo: &mut Duo, endpoint: E) -> Result<E::Output, Error> {
    let ticket = duo.engine.submit(duo.now(), endpoint);
    duo.wait(&ticket)
}

/// Status and reason of a refusal.
fn refused(result: Result<impl std::fmt::Debug, Error>) -> (u16, Refusal) {
    match result {
        Err(Error::Refused { status, reason, .. }) => (status, reason),
        other => panic!("{other:?}"),
    }
}

fn other(text: &str) -> Refusal {
    Refusal::Other(text.to_owned())
}

/// A scene in which the bot owns the room.
fn owner() -> Duo {
    let mut duo = Duo::new();
    own(&mut duo, BOT);
    duo
}

fn own(duo: &mut Duo, user: UserId) {
    duo.server.room_mut(ROOM).expect("the room of every scene").owners.insert(user);
}

/// A scene in which the bot is somebody else than usual.
fn bot(change: impl FnOnce(User) -> User) -> Duo {
    let mut duo = Duo::new();
    duo.server.add_user(change(User::new(BOT, "Bot")));
    duo
}

fn stars(duo: &Duo, message: MessageId) -> (Vec<UserId>, Vec<UserId>) {
    let message = duo.server.message(message).expect("a message of the scene");
    (message.stars.iter().copied().collect(), message.pins.iter().copied().collect())
}

/// The texts of the events of one type, oldest first, as everybody sees them.
fn raised(duo: &Duo, kind: u32) -> Vec<String> {
    duo.server.log().iter().filter(|event| event.kind == kind).map(|event| event.json.clone()).collect()
}
