//! Two bots over real connections: the whole way, with a cut in the middle.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use sechat_fixtures::{Close, Fault, Listener, ListenerOptions, Setup, User};
use sechat_tokio::event::{EventKind, Message};
use sechat_tokio::{
    Access, Chat, Config, Credentials, Error, Events, LoginError, Network, Room, RoomId, Runtime, Server, Tokio, UserId,
};

const ADA: UserId = UserId(102);
const PASSWORD: &str = "correct horse";

fn setup() -> Setup {
    Setup::default().account("second@example.com", PASSWORD, User::new(UserId(103), "Second"))
}

/// Starts it on a thread of its own, for it blocks while it starts.
fn listen(options: ListenerOptions) -> Listener {
    std::thread::spawn(|| Listener::start_with(options)).join().unwrap().unwrap()
}

fn server(listener: &Listener) -> Server {
    Server::custom(&listener.url(), &listener.url()).unwrap()
}

/// The next message that `wanted` takes.
async fn message(events: &mut Events, wanted: impl Fn(&EventKind) -> Option<&Message>) -> Message {
    let next = async {
        loop {
            let event = events.next().await.expect("the stream goes on");
            if let Some(message) = wanted(&event.kind) {
                return message.clone();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), next).await.expect("the event comes")
}

fn posted(kind: &EventKind) -> Option<&Message> {
    if let EventKind::MessagePosted(message) = kind { Some(message) } else { None }
}

fn edited(kind: &EventKind) -> Option<&Message> {
    if let EventKind::MessageEdited(message) = kind { Some(message) } else { None }
}

async fn two_bots_talk(listener: &Listener, runtime: Tokio) -> Result<(), Error> {
    let bot = |email: &str| {
        let config = Config::new(server(listener), Access::login(email, PASSWORD, None));
        Chat::builder(config).runtime(runtime.clone()).connect()
    };
    let (first, second) = (bot("bot@example.com")?, bot("second@example.com")?);
    let (asking, answering) = (Room::join(&first, 1).await?, Room::join(&second, 1).await?);
    let (mut asker, mut answerer) = (asking.events(), answering.events());

    let question = asking.send("Is anybody here?").await?;
    assert_eq!(message(&mut answerer, posted).await.id, question);
    let answer = answering.reply(question, "I am.").await?;
    assert_eq!(message(&mut asker, posted).await.id, question);
    assert_eq!(message(&mut asker, posted).await.parent_id, Some(question));
    answering.edit(answer, "I am, still.").await?;
    assert_eq!(message(&mut asker, edited).await.id, answer);

    listener.cut_sockets(&Close::frame(1001, "going away"));
    let meanwhile: Vec<_> =
        (0..5).map(|n| listener.with_server(|s, now| s.say(now, ADA, RoomId(1), &n.to_string()))).collect();
    for events in [&mut asker, &mut answerer] {
        let mut seen = Vec::new();
        while seen.len() < meanwhile.len() {
            let message = message(events, posted).await;
            seen.extend(meanwhile.contains(&message.id).then_some(message.id));
        }
        assert_eq!(seen, meanwhile);
    }

    let me = first.me().expect("a bot that was logged in");
    first.close().await?;
    second.close().await?;
    while asker.next().await.is_some() {}
    assert_eq!(asker.result(), Ok(()));
    assert!(!listener.with_server(|server, _| server.present(RoomId(1)).contains(&me.id)));
    Ok(())
}

#[tokio::test]
async fn two_bots_talk_in_the_open() {
    let listener = listen(ListenerOptions::new(setup()));
    two_bots_talk(&listener, Tokio::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_bots_talk_on_several_threads() {
    let listener = listen(ListenerOptions::new(setup()));
    two_bots_talk(&listener, Tokio::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_bots_talk_secured() {
    let listener = listen(ListenerOptions::new(setup()).tls());
    let network = Network::new().add_root_certificate_pem(listener.authority_pem().unwrap()).unwrap();
    two_bots_talk(&listener, Tokio::with(network)).await.unwrap();
}

#[tokio::test]
async fn a_session_outlives_its_connection() {
    let listener = listen(ListenerOptions::new(setup()));
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("session.json");
    let wrong = Credentials::authenticate("bot@example.com", "wrong", server(&listener)).await;
    assert_eq!(wrong, Err(Error::Login(LoginError::WrongPassword)));
    let made = Credentials::load_or_authenticate(&path, "bot@example.com", PASSWORD, server(&listener)).await.unwrap();
    let chat = Chat::connect(Credentials::load(&path).await.unwrap().unwrap()).unwrap();
    chat.room(1).send("Back again").await.unwrap();
    assert_eq!(chat.me().map(|me| me.id), made.user_id());
    listener.with_server(|server, _| server.expire_sessions());
    assert_eq!(Credentials::load(&path).await.unwrap(), None);
}

/// However an answer is lost, the bot learns what became of its post, and there is never a second copy.
#[tokio::test]
async fn a_lost_answer_doubles_nothing() {
    const NEW: &str = "/chats/1/messages/new";
    let listener = listen(ListenerOptions::new(setup()));
    let config = Config::new(server(&listener), Access::login("bot@example.com", PASSWORD, None));
    let chat = Chat::builder(config).connect().unwrap();
    let room = Room::join(&chat, 1).await.unwrap();
    let faults = [Fault::close_after(NEW), Fault::truncate(NEW, 3), Fault::pad(NEW, 9 << 20), Fault::close_before(NEW)];
    for (number, fault) in faults.into_iter().enumerate() {
        listener.inject(fault);
        let text = format!("post {number}");
        let result = room.send(&text).await;
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

#[tokio::test]
async fn anybody_can_read_a_public_room() {
    let listener = listen(ListenerOptions::new(setup()));
    let mut events = Room::anonymous(1, server(&listener)).await.unwrap();
    let said = listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "Hello, nobody"));
    assert_eq!(message(&mut events, posted).await.id, said);
}

#[test]
fn outside_a_runtime_it_is_an_error() {
    assert!(matches!(Chat::anonymous(Server::StackExchange), Err(Error::Transport(error)) if !error.sent));
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_is_the_clock() {
    let runtime = Tokio::new();
    let before = runtime.now().mono;
    runtime.sleep_until(before + Duration::from_secs(3600)).await;
    assert_eq!((runtime.now().mono - before).as_secs(), 3600);
}
