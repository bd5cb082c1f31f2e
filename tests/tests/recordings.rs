//! Recordings of real sockets, played back on the handles of every adapter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers as well")]

use std::collections::BTreeSet;
use std::future::Future;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use http::header::{COOKIE, SET_COOKIE};
use http::{Request, Response};
use sechat_client::{
    Access, Chat, Config, Event, EventKind, MessageId, Network, Now, Replied, Runtime, Server, TransportError,
};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{Close, Listener, Recorder, Recording, Replay, Setup};
use sechat_tests::conformance::Driven;
use sechat_tests::{ADA, EMAIL, PASSWORD, ROOM};
use url::form_urlencoded;

/// Somebody else's, who tells it to all.
const TOLD: &str = "carol@example.org";

/// A file in memory.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A recording of the journey, and what the bot saw on it.
struct Tape {
    url: String,
    text: String,
    story: Vec<String>,
    secrets: BTreeSet<String>,
}

impl Tape {
    fn recording(&self) -> Recording {
        Recording::parse(&self.text).unwrap()
    }

    /// That none of the secrets is in the recording, however it is encoded.
    fn hides_all(&self) {
        let known = [EMAIL, PASSWORD, TOLD].map(str::to_owned);
        assert!(self.secrets.len() >= 7, "{:?}", self.secrets);
        for secret in self.secrets.iter().chain(&known) {
            let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let url = form.replace('+', "%20");
            let html = secret.replace('&', "&amp;");
            for written in [secret, &form, &url, &url.replace('%', "%25"), &html, &secret.replace('&', "\\u0026")] {
                let found = self.text.to_ascii_lowercase().contains(&written.to_ascii_lowercase());
                assert!(!found, "{written} is in the recording");
            }
        }
    }

    /// As a replay tells it: it does not know the address that was told.
    fn retold(&self) -> Vec<String> {
        self.story.iter().map(|line| line.replace(TOLD, "hidden-email-3")).collect()
    }
}

/// All secrets that passed, found without any help of the recorder.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<BTreeSet<String>>>);

/// A runtime that looks for them.
#[derive(Debug, Clone)]
struct Spy<R> {
    runtime: R,
    seen: Seen,
}

impl Seen {
    fn keep(&self, secret: &str) {
        if !secret.is_empty() {
            self.0.lock().unwrap().insert(secret.to_owned());
        }
    }

    fn request(&self, request: &Request<Bytes>) {
        for (name, value) in form_urlencoded::parse(request.body()) {
            if ["fkey", "email", "password"].contains(&&*name) {
                self.keep(&value);
            }
        }
        let cookies = request.headers().get_all(COOKIE).iter().flat_map(|header| header.to_str().unwrap().split("; "));
        cookies.for_each(|cookie| self.keep(cookie.split_once('=').unwrap().1));
    }

    fn answer(&self, answer: &Response<Bytes>) {
        for header in answer.headers().get_all(SET_COOKIE) {
            let cookie = header.to_str().unwrap().split(';').next().unwrap();
            self.keep(cookie.split_once('=').unwrap().1);
        }
        // Long numbers in the fields of pages are fkeys; those in JSON belong to sockets.
        let body = String::from_utf8_lossy(answer.body());
        for start in ["value=\"", "/events/1/"] {
            for (at, _) in body.match_indices(start) {
                let value: String = body[at + start.len()..].chars().take_while(char::is_ascii_hexdigit).collect();
                self.keep(if value.len() >= 16 { &value } else { "" });
            }
        }
    }
}

impl<R: Runtime> Runtime for Spy<R> {
    type Socket = R::Socket;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.seen.request(&request);
        let answer = self.runtime.fetch(request).await?;
        self.seen.answer(&answer);
        Ok(answer)
    }

    async fn open(&self, request: Request<()>) -> Result<R::Socket, TransportError> {
        self.seen.keep(request.uri().path().rsplit('/').next().unwrap());
        self.runtime.open(request).await
    }

    async fn sleep_until(&self, at: Instant) {
        self.runtime.sleep_until(at).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    fn now(&self) -> Now {
        self.runtime.now()
    }
}

fn config(url: &str, password: &str) -> Config {
    let mut config = Config::new(Server::custom(url, url).unwrap(), Access::login(EMAIL, password, None));
    config.validate_login = true;
    config
}

/// The other side: a server where Ada talks, or nobody in a replay, where all of that is recorded.
#[derive(Clone)]
struct Others(Option<Arc<Listener>>);

impl Others {
    fn say(&self, text: &str) {
        self.0.iter().for_each(|listener| {
            listener.with_server(|server, now| server.say(now, ADA, ROOM, text));
        });
    }

    fn cut(&self) {
        self.0.iter().for_each(|listener| listener.with_server(|server, now| server.cut_sockets(now, &Close::Drop)));
    }
}

/// What happened, until it is what was waited for.
fn is_last(story: &mut Vec<String>, event: &Event, kind: u32, text: &str) -> Option<MessageId> {
    story.push(serde_json::to_string(event).unwrap());
    let id = match &event.kind {
        EventKind::MessagePosted(message) | EventKind::MessageStarred(message) => message.id,
        _ => return None,
    };
    let has_text = event.content().is_some_and(|content| content.contains(text));
    (event.event_type() == Some(kind) && has_text).then_some(id)
}

/// The same steps, with calls and events of either kind.
macro_rules! journey {
    ($chat:expr, $others:expr, |$call:ident| $wait:expr, |$events:ident| $next:expr) => {{
        let (chat, others, mut story) = ($chat, $others, Vec::new());
        macro_rules! wait {
            ($made:expr) => {{
                let $call = $made;
                $wait.unwrap()
            }};
        }
        macro_rules! read_until {
            ($list:expr, $kind:expr, $text:expr) => {
                loop {
                    let $events = &mut $list;
                    let event = $next.expect("an event");
                    if let Some(id) = is_last(&mut story, &event, $kind, $text) {
                        break id;
                    }
                }
            };
        }
        let session = wait!(chat.log_in());
        story.push(format!("{:?} {:?}", session.user_id(), session.user_name()));
        let room = wait!(chat.join(ROOM));
        let mut events = room.events();
        others.say(&format!("first, by {TOLD}"));
        let first = read_until!(events, 1, "first");
        let answer = wait!(room.reply(first, "an answer"));
        wait!(room.edit(answer, "a better answer"));
        wait!(room.set_starred(first, true));
        read_until!(events, 6, "first");
        others.cut();
        others.say("while you were away");
        read_until!(events, 1, "while you were away");
        story.push(format!("{answer} {}", wait!(room.send("bye"))));
        drop((events, room));
        wait!(chat.close());
        story
    }};
}

async fn journey<M: sechat_client::AsyncMode>(chat: Chat<M>, others: Others) -> Vec<String> {
    journey!(chat, others, |call| call.into_reply().await, |events| events.next().await)
}

fn blocking_journey(chat: sechat_blocking::Chat, others: Others) -> Vec<String> {
    journey!(chat, others, |call| call, |events| events.next())
}

fn on_tokio<T>(scene: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(scene)
}

/// Records the journey on the runtime of an adapter.
fn record<R: Runtime>(runtime: R, run: impl FnOnce(Config, Recorder<Spy<R>>, Others) -> Vec<String>) -> Tape {
    let mut setup = Setup::default();
    setup.switches.throttle = ThrottleCurve::Off;
    let listener = Arc::new(Listener::start(setup).unwrap());
    let (paper, url) = (Paper::default(), listener.url());
    let seen = Seen::default();
    let recorder = Recorder::new(Spy { runtime, seen: seen.clone() }, paper.clone());
    let story = run(config(&url, PASSWORD), recorder.clone(), Others(Some(Arc::clone(&listener))));
    recorder.finish().unwrap();
    let secrets = seen.0.lock().unwrap().clone();
    Tape { url, text: paper.text(), story, secrets }
}

fn record_async<R: Runtime>(runtime: R, block_on: impl FnOnce(Journey) -> Vec<String>) -> Tape {
    record(runtime, |config, recorder, others| {
        let chat = Chat::<Driven<R>>::builder(config).runtime(recorder).connect().unwrap();
        block_on(Box::pin(journey(chat, others)))
    })
}

type Journey = std::pin::Pin<Box<dyn Future<Output = Vec<String>> + Send>>;

fn tapes() -> Vec<(&'static str, Tape)> {
    let network = || Network::new().no_proxy();
    let blocking = || sechat_blocking::Blocking::with(network()).unwrap();
    let on_tokio = on_tokio(async {
        let runtime = sechat_tokio::Tokio::with(network());
        tokio::task::block_in_place(|| {
            record_async(runtime, |journey| tokio::runtime::Handle::current().block_on(journey))
        })
    });
    vec![
        ("tokio", on_tokio),
        ("async-std", record_async(sechat_async_std::AsyncStd::with(network()), async_std::task::block_on)),
        ("smol", record_async(sechat_blocking::smol::Smol::with(network()), smol::block_on)),
        (
            "blocking",
            record(blocking(), |config, recorder, others| {
                blocking_journey(sechat_blocking::Chat::builder(config).runtime(recorder).connect().unwrap(), others)
            }),
        ),
    ]
}

/// Plays the journey back on handles of one kind; they are as their users have them.
fn replay<M: sechat_client::AsyncMode>(tape: &Tape, how: impl Fn(&Recording) -> Replay) -> Vec<String> {
    let replay = how(&tape.recording());
    let story = replay.run(async {
        // Whatever the password is: the recording knows its placeholder.
        let chat = Chat::<M>::builder(config(&tape.url, "quite another password")).connect().unwrap();
        journey(chat, Others(None)).await
    });
    let story = story.unwrap_or_else(|departure| panic!("{departure}"));
    replay.finish().unwrap_or_else(|departure| panic!("{departure}"));
    story
}

fn replay_blocking(tape: &Tape, how: impl Fn(&Recording) -> Replay) -> Vec<String> {
    let replay = how(&tape.recording());
    let here = replay.enter();
    let chat = sechat_blocking::Chat::builder(config(&tape.url, "quite another password")).connect().unwrap();
    let story = blocking_journey(chat, Others(None));
    replay.finish().unwrap_or_else(|departure| panic!("{departure}"));
    drop(here);
    story
}

#[test]
fn a_journey_replays_to_the_same_events_on_every_adapter() {
    for (recorded_on, tape) in tapes() {
        tape.hides_all();
        let expected = tape.retold();
        assert!(expected.len() > 8, "{expected:#?}");
        // By route, word of the connection itself may come a little earlier or later among the events.
        let of_chat = |story: &[String]| -> Vec<String> {
            story.iter().filter(|line| !line.contains("\"feed\"")).cloned().collect()
        };
        for (is_strict, how) in [(true, Replay::strict as fn(&Recording) -> Replay), (false, Replay::by_route)] {
            let replays = [
                ("tokio", replay::<sechat_tokio::Tokio>(&tape, how)),
                ("async-std", replay::<sechat_async_std::AsyncStd>(&tape, how)),
                ("smol", replay::<sechat_blocking::smol::Smol>(&tape, how)),
                ("blocking", replay_blocking(&tape, how)),
            ];
            for (replayed_on, story) in replays {
                let what = format!("recorded on {recorded_on}, replayed on {replayed_on}");
                assert_eq!(of_chat(&story), of_chat(&expected), "{what}");
                assert!(!is_strict || story == expected, "{what}: {story:#?} instead of {expected:#?}");
            }
        }
    }
}
