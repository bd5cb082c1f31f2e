//! Two bots over real connections, without async: the whole way, with a cut in the middle.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use sechat_blocking::event::{EventKind, Message};
use sechat_blocking::{
    Access, Blocking, Chat, Config, Credentials, Error, Events, LoginError, Network, Room, RoomId, Runtime, Server,
    TimedOut, UserId,
};
use sechat_fixtures::{Close, Fault, Listener, ListenerOptions, Setup, User};

const ADA: UserId = UserId(102);
const PASSWORD: &str = "correct horse";

fn setup() -> Setup {
    Setup::default().account("second@example.com", PASSWORD, User::new(UserId(103), "Second"))
}

fn server(listener: &Listener) -> Server {
    Server::custom(&listener.url(), &listener.url()).unwrap()
}

/// The next message that `wanted` takes.
fn message(events: &mut Events, wanted: impl Fn(&EventKind) -> Option<&Message>) -> Message {
    loop {
        let event = events.next_timeout(Duration::from_secs(60)).expect("the event comes");
        if let Some(message) = wanted(&event.expect("the stream goes on").kind) {
            return message.clone();
        }
    }
}

fn posted(kind: &EventKind) -> Option<&Message> {
    if let EventKind::MessagePosted(message) = kind { Some(message) } else { None }
}

fn edited(kind: &EventKind) -> Option<&Message> {
    if let EventKind::MessageEdited(message) = kind { Some(message) } else { None }
}

fn two_bots_talk(listener: &Listener, runtime: &Blocking) -> Result<(), Error> {
    let bot = |email: &str| {
        let config = Config::new(server(listener), Access::login(email, PASSWORD, None));
        Chat::builder(config).runtime(runtime.clone()).connect()
    };
    let (first, second) = (bot("bot@example.com")?, bot("second@example.com")?);
    let (asking, answering) = (Room::join(&first, 1)?, Room::join(&second, 1)?);
    let (mut asker, mut answerer) = (asking.events(), answering.events());

    let question = asking.send("Is anybody here?")?;
    assert_eq!(message(&mut answerer, posted).id, question);
    let answer = answering.reply(question, "I am.")?;
    assert_eq!(message(&mut asker, posted).id, question);
    assert_eq!(message(&mut asker, posted).parent_id, Some(question));
    answering.edit(answer, "I am, still.")?;
    assert_eq!(message(&mut asker, edited).id, answer);

    listener.cut_sockets(&Close::frame(1001, "going away"));
    let meanwhile: Vec<_> =
        (0..5).map(|n| listener.with_server(|s, now| s.say(now, ADA, RoomId(1), &n.to_string()))).collect();
    for events in [&mut asker, &mut answerer] {
        let mut seen = Vec::new();
        while seen.len() < meanwhile.len() {
            let message = message(events, posted);
            seen.extend(meanwhile.contains(&message.id).then_some(message.id));
        }
        assert_eq!(seen, meanwhile);
    }

    let me = first.me().expect("a bot that was logged in");
    first.close()?;
    second.close()?;
    assert!(asker.by_ref().count() < 1024, "the iterator ends");
    assert_eq!(asker.result(), Ok(()));
    assert!(!listener.with_server(|server, _| server.present(RoomId(1)).contains(&me.id)));
    Ok(())
}

#[test]
fn two_bots_talk_in_the_open() {
    let listener = Listener::start(setup()).unwrap();
    two_bots_talk(&listener, &Blocking::new().unwrap()).unwrap();
}

#[test]
fn two_bots_talk_secured() {
    let listener = Listener::start_with(ListenerOptions::new(setup()).tls()).unwrap();
    let network = Network::new().add_root_certificate_pem(listener.authority_pem().unwrap()).unwrap();
    two_bots_talk(&listener, &Blocking::with(network).unwrap()).unwrap();
}

#[test]
fn a_session_outlives_its_connection() {
    let listener = Listener::start(setup()).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("session.json");
    let wrong = Credentials::authenticate("bot@example.com", "wrong", server(&listener));
    assert_eq!(wrong, Err(Error::Login(LoginError::WrongPassword)));
    let made = Credentials::load_or_authenticate(&path, "bot@example.com", PASSWORD, server(&listener)).unwrap();
    let chat = Chat::connect(Credentials::load(&path).unwrap().unwrap()).unwrap();
    chat.room(1).send("Back again").unwrap();
    assert_eq!(chat.me().map(|me| me.id), made.user_id());
    listener.with_server(|server, _| server.expire_sessions());
    assert_eq!(Credentials::load(&path).unwrap(), None);
}

/// However an answer is lost, the bot learns what became of its post, and there is never a second copy.
#[test]
fn a_lost_answer_doubles_nothing() {
    const NEW: &str = "/chats/1/messages/new";
    let listener = Listener::start(setup()).unwrap();
    let config = Config::new(server(&listener), Access::login("bot@example.com", PASSWORD, None));
    let chat = Chat::builder(config).connect().unwrap();
    let room = Room::join(&chat, 1).unwrap();
    let faults = [Fault::close_after(NEW), Fault::truncate(NEW, 3), Fault::pad(NEW, 9 << 20), Fault::close_before(NEW)];
    for (number, fault) in faults.into_iter().enumerate() {
        listener.inject(fault);
        let text = format!("post {number}");
        let result = room.send(&text);
        let copies = listener.with_server(|server, _| {
            let messages = server.messages(RoomId(1)).into_iter();
            messages.filter(|message| message.source() == text).map(|message| message.id).collect::<Vec<_>>()
        });
        match result {
            Ok(id) => assert_eq!(copies, [id], "{text}"),
            // The request, or the wait that the server asked for, was lost.
            Err(Error::Uncertain { .. }) => assert!(number > 0 && copies.is_empty(), "{text}: {copies:?}"),
            Err(error) => panic!("{text}: {error}"),
        }
    }
}

#[test]
fn waiting_for_an_event_has_a_limit() {
    let listener = Listener::start(setup()).unwrap();
    let mut events = Room::anonymous(1, server(&listener)).unwrap();
    while events.next_timeout(Duration::ZERO).is_ok() {}
    assert_eq!(events.next_timeout(Duration::from_millis(1)), Err(TimedOut));
    let said = listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "Hello, nobody"));
    assert_eq!(message(&mut events, posted).id, said);
}

#[test]
fn the_thread_ends_with_its_runtime() {
    let runtime = Blocking::new().unwrap();
    let (held, dropped) = smol::channel::bounded::<()>(1);
    runtime.spawn(async move {
        let _held = held;
        std::future::pending::<()>().await;
    });
    drop(runtime);
    assert!(dropped.recv_blocking().is_err(), "its tasks are dropped with it");
}
