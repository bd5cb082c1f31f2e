//! A bot's whole day over real sockets, at the most verbose level there is: nothing that is logged, by this library or by
//! those below it, nothing that prints and nothing that goes wrong shows a secret.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Write};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use sechat_async_std::AsyncStd;
use sechat_blocking::Blocking;
use sechat_client::{Access, Chat, Config, Error, Mode, Network, Proxy, Replied, Secret, Server};
use sechat_core::Engine;
use sechat_core::endpoint::{ChatHome, Logout, SocketAddress, SubmitLogin, ValidateLogin};
use sechat_core::engine::Output;
use sechat_fixtures::{Close, Listener, ListenerOptions, Setup};
use sechat_tests::{ADA, EMAIL, PASSWORD, ROOM};
use sechat_tokio::Tokio;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const PROXY_PASSWORD: &str = "proxyhunter22";
const LIMIT: Duration = Duration::from_secs(30);

static LOG: Mutex<String> = Mutex::new(String::new());

/// Everything that anybody says.
struct All;

impl All {
    fn install() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            tracing::subscriber::set_global_default(Self).expect("the only one");
            log::set_logger(&Self).expect("the only one");
            log::set_max_level(log::LevelFilter::Trace);
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                Self::say(format_args!("{panic}"));
                before(panic);
            }));
        });
    }

    fn say(what: fmt::Arguments<'_>) {
        writeln!(LOG.lock().unwrap_or_else(PoisonError::into_inner), "{what}").expect("memory");
    }
}

impl log::Log for All {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        Self::say(format_args!("{} {} {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

impl Subscriber for All {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(span.metadata().name().to_owned());
        span.record(&mut line);
        Self::say(format_args!("{}", line.0));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        Self::say(format_args!("{}", line.0));
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().name().to_owned());
        event.record(&mut line);
        Self::say(format_args!("{}", line.0));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("memory");
    }
}

/// One bot's day, on one runtime.
struct Day {
    listener: Listener,
    server: Server,
    secrets: BTreeSet<String>,
}

impl Day {
    fn start() -> Self {
        All::install();
        let listener = Listener::start_with(ListenerOptions::new(Setup::default()).tls()).expect("a free port");
        let server = Server::custom(&listener.url(), &listener.url()).expect("a good address");
        Self { listener, server, secrets: BTreeSet::from([PASSWORD.to_owned(), PROXY_PASSWORD.to_owned()]) }
    }

    fn network(&self) -> Network {
        let authority = self.listener.authority_pem().expect("TLS");
        let proxy = Proxy::new("http://proxy.example").expect("a good address").basic_auth("bot", PROXY_PASSWORD);
        Network::new().proxy(proxy).add_root_certificate_pem(authority).expect("a good certificate")
    }

    fn learn(&mut self, secret: &str) {
        assert!(secret.len() >= 8, "too short to be looked for");
        self.secrets.insert(secret.to_owned());
    }

    fn config(&self, password: &str) -> Config {
        let mut config = Config::new(self.server.clone(), Access::login(EMAIL, password, None));
        config.validate_login = true;
        config.attempts = std::num::NonZeroU32::new(3).expect("three");
        config
    }

    /// Lives through it, with `runtime` to make connections on.
    fn live<M: Mode>(&mut self, runtime: &M::Runtime) {
        let connect = |config| Chat::<M>::builder(config).runtime(runtime.clone()).connect().expect("a runtime");
        let wait_out = |result: Result<(), Error>| {
            All::say(format_args!("{result:?} {}", result.as_ref().err().map_or(String::new(), ToString::to_string)));
        };

        let chat = connect(self.config(PASSWORD));
        let session = wait::<M, _>(chat.log_in()).expect("a login");
        let room = wait::<M, _>(chat.join(ROOM)).expect("a room");
        let events = room.events();
        wait::<M, _>(room.send("a post")).expect("a post");
        self.listener.wait_for(LIMIT, |server| (!server.sockets().is_empty()).then_some(())).expect("a socket");
        self.listener.with_server(|server, now| server.say(now, ADA, ROOM, "an answer"));
        All::say(format_args!("{chat:?} {room:?} {events:?} {session:?} {:?} {:?}", chat.closer(), chat.state()));

        // What there is to be kept: it has all been in use.
        let stored: serde_json::Value = serde_json::from_str(&session.to_json()).expect("JSON");
        for name in ["acct", "prov", "chat_cookie"] {
            self.learn(stored[name].as_str().unwrap_or_else(|| panic!("no {name}")));
        }
        let home = wait::<M, _>(chat.call(ChatHome)).expect("the front page");
        self.learn(home.fkey.as_ref().expect("an fkey").expose());
        All::say(format_args!("{home:?}"));
        let address = wait::<M, _>(chat.call(SocketAddress::new(ROOM, &self.server))).expect("an address");
        self.learn(address.path().rsplit('/').next().expect("the end of the path"));

        // Everything that goes wrong.
        wait_out(wait::<M, _>(chat.room(4711).send("nobody is here")).map(drop));
        self.listener.cut_sockets(&Close::Drop);
        self.listener.with_server(|server, _| server.expire_sessions());
        wait_out(wait::<M, _>(room.send("another post")).map(drop));
        let renewed: serde_json::Value =
            serde_json::from_str(&chat.credentials().expect("a session").to_json()).expect("JSON");
        self.learn(renewed["acct"].as_str().expect("acct"));
        assert_ne!(renewed["acct"], stored["acct"], "a new login was made");
        let wrong = connect(self.config("wrongpassword23"));
        self.learn("wrongpassword23");
        wait_out(wait::<M, _>(wrong.join(ROOM)).map(drop));
        All::say(format_args!("{:?} {:?} {:?}", chat.health(), chat.stats(), wrong.health()));
        let spoilt = (self.config(PASSWORD), session.clone());
        let panicked = std::panic::catch_unwind(|| panic!("{spoilt:?}"));
        assert!(panicked.is_err());
        wait::<M, _>(wrong.close()).expect("an end");
        wait::<M, _>(chat.close()).expect("an end");
        All::say(format_args!("{chat:?} {runtime:?}"));
        self.prints(&session);
    }

    /// The rest of what can be printed and has to do with secrets.
    fn prints(&self, session: &sechat_core::Credentials) {
        let (secret, email) = (|| Secret::from(PASSWORD), || EMAIL.to_owned());
        let submit = SubmitLogin { email: email(), password: secret(), fkey: secret() };
        let validate = ValidateLogin { email: email(), password: secret(), fkey: secret() };
        All::say(format_args!("{submit:?} {validate:?} {:?} {:?}", Logout { fkey: secret() }, secret()));
        let config = Config::new(self.server.clone(), Access::login(EMAIL, PASSWORD, Some(session.clone())));
        let mut engine = Engine::new(config.clone()).expect("a good configuration");
        let ticket = engine.log_in(sechat_core::Now::new(std::time::Instant::now(), std::time::UNIX_EPOCH));
        let output = engine.poll_output().expect("a request");
        let Output::Http(_, request) = &output else { panic!("{output:?}") };
        assert!(request.headers()["cookie"].is_sensitive() && !request.headers()["cookie"].is_empty());
        All::say(format_args!("{:?} {output:?} {engine:?} {ticket:?} {config:?} {:?}", request, self.network()));
        All::say(format_args!("{:?}", Chat::<Blocking>::builder(config)));
    }

    fn check(&self) {
        // A copy, since what fails here is said there as well.
        let log = LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for heard in
            ["sechat.request ", "path=\"/users/login\"", "sechat.socket.opened", "tungstenite", "***", "panicked"]
        {
            assert!(log.contains(heard), "nobody says {heard}");
        }
        assert!(!log.contains("/events/1/"), "the address of a socket shows");
        assert!(self.secrets.len() >= 8, "{}", self.secrets.len());
        for secret in &self.secrets {
            let form: String = form_urlencoded(secret);
            for shape in [secret, &form] {
                let line = log.lines().find(|line| line.contains(shape.as_str()));
                assert!(line.is_none(), "a secret shows: {line:?}");
            }
        }
    }
}

/// As it stands in a form.
fn form_urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn wait<M: Mode, T: Send + 'static>(reply: M::Reply<T>) -> Result<T, Error> {
    reply.into_reply().wait()
}

#[test]
fn nothing_shows_on_tokio() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("tokio");
    let mut day = Day::start();
    let tokio = {
        let _inside = runtime.enter();
        Tokio::with(day.network())
    };
    day.live::<Tokio>(&tokio);
    day.check();
}

#[test]
fn nothing_shows_on_async_std() {
    let mut day = Day::start();
    let runtime = AsyncStd::with(day.network());
    day.live::<AsyncStd>(&runtime);
    day.check();
}

#[test]
fn nothing_shows_without_async() {
    let mut day = Day::start();
    let runtime = Blocking::with(day.network()).expect("a thread");
    day.live::<Blocking>(&runtime);
    day.check();
}
