//! Bots against the simulated server, from the login to the end.

use std::time::Duration;

use sechat_client::Access;
use sechat_client::EventKind;
use sechat_client::http::Response;
use sechat_client::{Config, Error, Event, LoginError, MessageId, Now, Reply, RoomId, Runtime, Server, UserId};
use sechat_fixtures::{ChatServer, Close, Setup, SocketKey};

use crate::stage::{Line, Stage};
use crate::{Chat, Credentials, Events, Room};

pub(crate) const SERVER: Server = Server::StackExchange;
pub(crate) const EMAIL: &str = "bot@example.com";
pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const ADA: UserId = UserId(102);

/// The simulated server, and a network that loses nothing.
pub(crate) struct Site {
    pub(crate) stage: Stage,
    pub(crate) server: ChatServer,
    lines: Vec<(SocketKey, Line)>,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(ChatServer::new(Setup::default()))
    }

    pub(crate) fn with(server: ChatServer) -> Self {
        Self { stage: Stage::new(), server, lines: Vec::new() }
    }

    pub(crate) fn now(&self) -> Now {
        self.stage.now()
    }

    pub(crate) fn tasks(&self) -> usize {
        self.stage.tasks()
    }

    /// What a future gives if it is polled once.
    pub(crate) fn look<F: Future + Unpin>(&self, future: &mut F) -> Option<F::Output> {
        self.stage.look(future)
    }

    /// Every task is gone, as when a process is killed.
    pub(crate) fn collapse(&self) {
        self.stage.collapse();
    }

    /// Lets time pass, with nobody at the network.
    pub(crate) fn skip(&self, span: Duration) {
        self.stage.advance(span);
    }

    /// Carries over what there is; whether there was anything.
    pub(crate) fn exchange(&mut self) -> bool {
        let (stage, server) = (&self.stage, &mut self.server);
        let mut busy = false;
        while let Some(exchange) = stage.request() {
            let answer: Response<_> = server.handle(stage.now(), exchange.request.clone());
            exchange.answer(Ok(answer));
            busy = true;
        }
        while let Some(opening) = stage.opening() {
            match server.connect(stage.now(), &opening.request) {
                Ok(key) => self.lines.push((key, opening.accept())),
                Err(_) => opening.refuse(),
            }
            busy = true;
        }
        server.handle_timeout(stage.now());
        self.lines.retain(|(key, line)| {
            for frame in server.frames(stage.now(), *key) {
                line.send(frame);
                busy = true;
            }
            let over = server.closing(*key).is_some();
            if over {
                line.cut();
            }
            if over || line.dropped() {
                server.disconnect(stage.now(), *key);
            }
            !over && !line.dropped()
        });
        stage.settle();
        busy
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        let step = Duration::from_millis(500);
        for _ in 0..span.as_millis().div_ceil(step.as_millis()) {
            while self.exchange() {}
            self.stage.advance(step);
        }
        while self.exchange() {}
    }

    pub(crate) fn run<T>(&mut self, mut reply: Reply<T>) -> Result<T, Error> {
        for _ in 0..1000 {
            if let Some(result) = self.stage.look(&mut reply) {
                return result;
            }
            if !self.exchange() {
                self.stage.advance(Duration::from_millis(500));
            }
        }
        panic!("the call never ends");
    }

    /// A bot that logged in and joined room 1.
    pub(crate) fn bot(&mut self) -> (Chat, Room, Events) {
        let config = Config::new(SERVER, Access::login(EMAIL, PASSWORD, None));
        let chat = Chat::builder(config).connect().unwrap();
        let room = self.run(Room::join(&chat, 1)).unwrap();
        let events = room.events();
        (chat, room, events)
    }

    /// Ends the sockets that are open.
    pub(crate) fn cut(&mut self) {
        let now = self.stage.now();
        self.server.cut_sockets(now, &Close::frame(1006, ""));
    }

    /// The messages that were read since, with who posted them.
    fn read_messages(&mut self, events: &mut Events) -> Vec<(UserId, MessageId, String)> {
        let mut all = Vec::new();
        while let Some(Some(event)) = self.stage.look(&mut events.next()) {
            let Event { user_id, kind: EventKind::MessagePosted(message), .. } = event else { continue };
            all.push((user_id.unwrap(), message.id, message.content.unwrap()));
        }
        all
    }
}

#[test]
fn a_bot_does_its_whole_job() {
    let mut site = Site::new();
    let (chat, room, mut events) = site.bot();
    let me = chat.me().unwrap();
    assert_eq!(me.name, "Bot");

    let question = site.server.say(site.stage.now(), ADA, RoomId(1), "Are you there?");
    let answer = site.run(room.reply(question, "Yes, I am.")).unwrap();
    site.run(room.edit(answer, "Yes, I am here.")).unwrap();
    let slip = site.run(room.send("Oops")).unwrap();
    site.run(room.delete(slip)).unwrap();
    site.wait(Duration::from_secs(20));

    let read = site.read_messages(&mut events);
    let ids: Vec<_> = read.iter().map(|(user, id, _)| (*user, *id)).collect();
    assert_eq!(ids, [(ADA, question), (me.id, answer), (me.id, slip)]);
    assert!(site.server.message(answer).unwrap().source().ends_with("Yes, I am here."));

    site.run(chat.close()).unwrap();
    site.wait(Duration::from_secs(1));
    assert_eq!(events.result(), Ok(()));
    assert!(!site.server.present(RoomId(1)).contains(&me.id), "the bot still shows in the room");
    assert!(site.lines.is_empty() && site.stage.tasks() == 0);
}

#[test]
fn what_is_said_while_the_socket_is_cut_is_not_missed() {
    let mut site = Site::new();
    let (_chat, _room, mut events) = site.bot();
    site.wait(Duration::from_secs(60));
    site.read_messages(&mut events);
    site.cut();
    let now = site.stage.now();
    let texts: Vec<String> = (0..5).map(|number| format!("message {number}")).collect();
    for text in &texts {
        site.server.say(now, ADA, RoomId(1), text);
    }
    site.wait(Duration::from_secs(120));
    let read: Vec<_> = site.read_messages(&mut events).into_iter().map(|(_, _, text)| text).collect();
    assert_eq!(read, texts);
}

#[test]
fn a_session_is_made_stored_and_found_again() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("session.json");
    let mut site = Site::new();
    let logins = |site: &Site| {
        site.server
            .audit()
            .requests
            .iter()
            .filter(|request| request.path == "/users/login" && request.method == "POST")
            .count()
    };
    let first = site.run(Credentials::load_or_authenticate(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    assert_eq!(logins(&site), 1);
    let second = site.run(Credentials::load_or_authenticate(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    assert_eq!((second.user_id(), logins(&site)), (first.user_id(), 1));
    assert_eq!(site.run(Credentials::load(&path)).unwrap().unwrap().user_name(), Some("Bot"));

    site.server.expire_sessions();
    assert!(site.run(Credentials::load(&path)).unwrap().is_none());
    site.run(Credentials::load_or_authenticate(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    assert_eq!(logins(&site), 2);
    let chat = Chat::connect(site.run(Credentials::load(&path)).unwrap().unwrap()).unwrap();
    site.run(chat.room(1).send("Back again")).unwrap();
}

#[test]
fn a_wrong_password_is_named_and_nothing_is_stored() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("session.json");
    let mut site = Site::new();
    let wrong = Err(Error::Login(LoginError::WrongPassword));
    assert_eq!(site.run(Credentials::authenticate(EMAIL, "wrong", SERVER)), wrong);
    assert_eq!(site.run(Credentials::load_or_authenticate(&path, EMAIL, "wrong", SERVER)), wrong);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_public_room_is_read_without_an_account() {
    let mut site = Site::new();
    let mut events = site.run(Room::anonymous(1, SERVER)).unwrap();
    site.wait(Duration::from_secs(10));
    site.read_messages(&mut events);
    let said = site.server.say(site.stage.now(), ADA, RoomId(1), "Hello, nobody");
    site.wait(Duration::from_secs(10));
    assert_eq!(site.read_messages(&mut events), [(ADA, said, "Hello, nobody".to_owned())]);
    assert!(site.lines.is_empty());
}
