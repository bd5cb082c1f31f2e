//! An event comes in, a message is sent, its id comes back: with handles, against the adapter's own HTTP client and
//! socket used by hand with requests that were built before. Each contestant is a process of its own; they take turns.
//!
//! `cargo bench -p sechat-tests --bench round_trip`
//!
//! The bot's clock runs a million times as fast as the machine's, so that the account's pace, which is seconds a message,
//! never holds it up; what the pace costs in computing is in the figures.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to measure")]

#[path = "common/children.rs"]
mod children;
#[path = "../../core/benches/common/floor.rs"]
mod floor;

use std::time::{Duration, Instant};

use bytes::Bytes;
use children::{Adapter, config, network, on};
use cpu_time::ProcessTime;
use floor::MinimalFrame;
use http::Request;
use sechat_client::sechat_core::Engine;
use sechat_client::sechat_core::engine::{Input, Output};
use sechat_client::{Chat, Config, EventKind, RoomId, Runtime, Socket};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{Clock, Listener, Setup};
use sechat_tests::conformance::{Altered, Driven};
use serde::Deserialize;

const TRIPS: u32 = 1000;
/// Trips that are not counted.
const WARM_UP: u32 = 50;
const ROUNDS: usize = 5;
const SPEED: u32 = 1_000_000;
const ROOM: RoomId = RoomId(1);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["child", adapter, kind, chat] => {
            let (span, cpu) = child(adapter.parse().unwrap(), kind == "sechat", chat);
            println!("{} {}", span.as_micros(), cpu.as_micros());
        }
        _ => parent(args.first().map(String::as_str)),
    }
}

fn parent(only: Option<&str>) {
    let mut lines = Vec::new();
    for adapter in Adapter::ALL.into_iter().filter(|it| only.is_none_or(|only| it.to_string().contains(only))) {
        let measure = |kind: &str| {
            let mut setup = Setup::default();
            setup.switches.throttle = ThrottleCurve::Off;
            let listener = Listener::start(setup).unwrap();
            let words = children::run(&["child", &adapter.to_string(), kind, &listener.url()]);
            let spans = words.split(' ').map(|word| word.parse::<f64>().unwrap() / f64::from(TRIPS));
            spans.collect::<Vec<_>>()
        };
        lines.push((adapter, (0..ROUNDS).map(|_| (measure("hand"), measure("sechat"))).collect::<Vec<_>>()));
    }
    for (at, what) in ["of time", "of the processor"].into_iter().enumerate() {
        println!("a round trip, by hand and with handles: µs {what}");
        for (adapter, rounds) in &lines {
            let rounds: Vec<_> = rounds.iter().map(|(hand, sechat)| (hand[at], sechat[at])).collect();
            children::report(&adapter.to_string(), &rounds, 1.15);
        }
    }
}

fn child(adapter: Adapter, handles: bool, chat: &str) -> (Duration, Duration) {
    match adapter {
        Adapter::Tokio | Adapter::TokioOneThread => {
            on(adapter, async { trips(sechat_tokio::Tokio::with(network()), handles, chat).await })
        }
        Adapter::AsyncStd => on(adapter, trips(sechat_async_std::AsyncStd::with(network()), handles, chat)),
        Adapter::Smol => on(adapter, trips(sechat_blocking::smol::Smol::with(network()), handles, chat)),
        Adapter::Blocking => on(adapter, trips(sechat_blocking::Blocking::with(network()).unwrap(), handles, chat)),
    }
}

async fn trips<R: Runtime>(runtime: R, handles: bool, chat: &str) -> (Duration, Duration) {
    if handles { bot(runtime, chat).await } else { by_hand(runtime, chat).await }
}

async fn bot<R: Runtime>(runtime: R, chat: &str) -> (Duration, Duration) {
    let runtime = Altered::with_clock(runtime, Clock::fast(SPEED));
    let chat = Chat::<Driven<Altered<R>>>::builder(patient(config(chat))).runtime(runtime).connect().unwrap();
    let room = chat.join(ROOM).await.unwrap();
    let mut events = room.events();
    let mut start = None;
    for n in 0..WARM_UP + TRIPS {
        if n == WARM_UP {
            start = Some((Instant::now(), ProcessTime::now()));
        }
        let sent = room.send(text(n)).await.unwrap();
        loop {
            let event = events.next().await.unwrap();
            if matches!(event.kind, EventKind::MessagePosted(message) if message.id == sent) {
                break;
            }
        }
    }
    let (start, cpu) = start.unwrap();
    (start.elapsed(), cpu.elapsed())
}

/// The machine is as slow as ever, whatever the bot's clock says.
fn patient(mut config: Config) -> Config {
    config.request_timeout *= SPEED;
    config.feed.silence *= SPEED;
    config.feed.renewal *= SPEED;
    config.feed.poll_interval *= SPEED;
    config
}

#[derive(Deserialize)]
struct Posted {
    id: u64,
}

async fn by_hand<R: Runtime>(runtime: R, chat: &str) -> (Duration, Duration) {
    let (open, post) = requests(&runtime, chat).await;
    let mut socket = runtime.open(open).await.unwrap();
    let fkey = String::from_utf8(post.body().to_vec()).unwrap();
    let fkey = fkey.split('&').find(|pair| pair.starts_with("fkey=")).unwrap();
    let mut start = None;
    for n in 0..WARM_UP + TRIPS {
        if n == WARM_UP {
            start = Some((Instant::now(), ProcessTime::now()));
        }
        let mut request = post.clone();
        *request.body_mut() = Bytes::from(format!("{fkey}&text={}", text(n).replace(' ', "+")));
        let answer = runtime.fetch(request).await.unwrap();
        let Posted { id } = serde_json::from_slice(answer.body()).unwrap();
        loop {
            let text = socket.next().await.unwrap().unwrap();
            let frame: MinimalFrame<'_> = serde_json::from_slice(&text).unwrap();
            if frame.values().flat_map(|room| &room.e).any(|event| event.message_id == Some(id)) {
                break;
            }
        }
    }
    let (start, cpu) = start.unwrap();
    (start.elapsed(), cpu.elapsed())
}

/// What a bot would have built by hand: the request for a socket, and that for a post.
async fn requests<R: Runtime>(runtime: &R, chat: &str) -> (Request<()>, Request<Bytes>) {
    let mut engine = Engine::new(config(chat)).unwrap();
    let _joined = engine.join(runtime.now(), ROOM);
    let mut open = None;
    let mut sent = None;
    loop {
        match engine.poll_output().expect("it asks for something until it can post") {
            Output::Http(_, request) if request.uri().path().ends_with("/messages/new") => {
                return (open.expect("the room first"), request);
            }
            Output::Http(id, request) => {
                let answer = runtime.fetch(request).await;
                engine.handle_input(runtime.now(), Input::Http(id, answer));
            }
            Output::SocketOpen(_, request) => {
                open = Some(request);
                sent.get_or_insert_with(|| engine.send(runtime.now(), ROOM, "first".to_owned(), None));
            }
            _ => {}
        }
    }
}

fn text(n: u32) -> String {
    format!("I think so, but have you tried it with number {n}?")
}
