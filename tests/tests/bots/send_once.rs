//! Posts one message, and says what became of it.

use sechat_blocking::{Error, MessageId, Server};
use sechat_fixtures::{Fault, Sim};

use crate::send_once_example::{code, send};

#[test]
fn one_login_serves_all_that_is_sent() {
    let sim = Sim::new();
    let (room, bot) = (sim.room("Sandbox"), sim.account("Bot"));
    let home = tempfile::tempdir().unwrap();
    let post = |text: &'static str| -> Result<MessageId, Error> {
        let (session, room) = (home.path().join("session.json"), room.id());
        let login = (bot.email().to_owned(), bot.password().to_owned());
        let sent = sim.start_blocking_program(move || send(session, login, Server::StackExchange, room, text));
        sim.run_until_quiet();
        sent.output().expect("it has ended")
    };
    post("one").unwrap();
    assert_eq!(code(&post("one").unwrap_err()), 69);
    // The session ends between two runs: the second logs in again.
    sim.expire_session();
    post("two").unwrap();
    sim.inject(Fault::close_before("/chats/1/messages/new"));
    assert_eq!(code(&post("three").unwrap_err()), 76);
    assert_eq!(room.lines(), ["Bot: one", "Bot: two"]);
    let logins = sim.with_server(|server, _| {
        let requests = &server.audit().requests;
        requests.iter().filter(|request| request.method == "POST" && request.path == "/users/login").count()
    });
    assert_eq!(logins, 2);
}
