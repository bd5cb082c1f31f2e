//! The processor time of a bot that 200,000 events are poured over, against a bare loop that reads the same socket and
//! decodes the least. Each of them is a process of its own, and they take turns.
//!
//! `cargo bench -p sechat-tests --bench flood`

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to measure")]

#[path = "common/children.rs"]
mod children;
#[path = "../../core/benches/common/floor.rs"]
mod floor;

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use async_tungstenite::tungstenite::handshake::derive_accept_key;
use async_tungstenite::{WebSocketStream, client_async};
use children::{Adapter, config, network, on};
use cpu_time::ProcessTime;
use floor::MinimalFrame;
use futures_util::{AsyncRead, AsyncWrite, StreamExt};
use sechat_client::{Chat, EventKind, RoomId, Runtime};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{Listener, Setup, SocketUrl};
use sechat_tests::conformance::Driven;

const EVENTS: u64 = 200_000;
const ROUNDS: usize = 5;
/// Above all ids of the simulated server.
const FIRST: u64 = 500_000_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["child", adapter, "floor", _, socket] => println!("{}", bare(adapter.parse().unwrap(), socket).as_micros()),
        ["child", adapter, "sechat", chat, _] => println!("{}", bot(adapter.parse().unwrap(), chat).as_micros()),
        _ => parent(args.first().map(String::as_str)),
    }
}

fn parent(only: Option<&str>) {
    let socket = pour();
    let mut setup = Setup::default().socket_url(SocketUrl::Fixed(socket.clone()));
    setup.switches.throttle = ThrottleCurve::Off;
    setup.switches.captcha_after = 10_000;
    let listener = Listener::start(setup).unwrap();
    println!("{EVENTS} events of one room, each in a frame of its own: µs of the processor per event");
    for adapter in Adapter::ALL {
        if only.is_some_and(|only| !adapter.to_string().contains(only)) {
            continue;
        }
        let measure = |kind: &str| {
            let words = children::run(&["child", &adapter.to_string(), kind, &listener.url(), &socket]);
            words.parse::<f64>().unwrap() / EVENTS as f64
        };
        let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (measure("floor"), measure("sechat"))).collect();
        children::report(&adapter.to_string(), &rounds, 1.3);
    }
}

/// Serves the flood to whoever shakes hands; gives its address.
fn pour() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let mut flood = Vec::new();
    for n in 0..EVENTS {
        let (id, covers) = (FIRST + n, if n == 0 { FIRST / 2 } else { 1 });
        let mut frame = String::new();
        write!(
            frame,
            r#"{{"r1":{{"e":[{{"event_type":1,"time_stamp":1773500000,"content":"see \u003ca href=\"https://example.com/q/1\" rel=\"nofollow\"\u003ethis\u003c/a\u003e, it\u0027s there","id":{id},"user_id":102,"user_name":"Ada","room_id":1,"room_name":"Sandbox","message_id":{id}}}],"t":{id},"d":{covers}}}}}"#
        )
        .unwrap();
        flood.extend([0x81, 126]);
        flood.extend(u16::try_from(frame.len()).unwrap().to_be_bytes());
        flood.extend(frame.as_bytes());
    }
    thread::spawn(move || {
        for stream in listener.incoming() {
            let flood = flood.clone();
            thread::spawn(move || serve(stream.unwrap(), &flood));
        }
    });
    address
}

fn serve(mut stream: TcpStream, flood: &[u8]) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    let header = |line: &String| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim().to_owned())
    };
    let key = head.iter().find_map(header).unwrap();
    let accept = derive_accept_key(key.as_bytes());
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .unwrap();
    // The bot asks what it has missed, and would hold events back until it knows.
    thread::sleep(Duration::from_millis(500));
    // Who has had enough goes away.
    let _ = stream.write_all(flood);
    let _ = stream.read(&mut [0; 64]);
}

/// The bare loop.
fn bare(adapter: Adapter, socket: &str) -> Duration {
    let host = socket.strip_prefix("ws://").unwrap();
    match adapter {
        Adapter::Tokio | Adapter::TokioOneThread => on(adapter, async {
            let stream = tokio::net::TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            read(socket, async_tungstenite::tokio::TokioAdapter::new(stream)).await
        }),
        Adapter::AsyncStd => on(adapter, async {
            let stream = async_std::net::TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            read(socket, stream).await
        }),
        Adapter::Blocking | Adapter::Smol => on(adapter, async {
            let stream = smol::net::TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            read(socket, stream).await
        }),
    }
}

async fn read<S: AsyncRead + AsyncWrite + Unpin>(address: &str, stream: S) -> Duration {
    let (mut socket, _): (WebSocketStream<S>, _) = client_async(format!("{address}/events/1/0"), stream).await.unwrap();
    let mut start = None;
    let mut heard = 0;
    while heard < EVENTS {
        let text = socket.next().await.unwrap().unwrap().into_data();
        start.get_or_insert_with(ProcessTime::now);
        let frame: MinimalFrame<'_> = serde_json::from_slice(&text).unwrap();
        heard += black_box(frame).values().map(|room| room.e.len() as u64).sum::<u64>();
    }
    start.unwrap().elapsed()
}

/// The bot.
fn bot(adapter: Adapter, chat: &str) -> Duration {
    match adapter {
        Adapter::Tokio | Adapter::TokioOneThread => {
            on(adapter, async { listen(sechat_tokio::Tokio::with(network()), chat).await })
        }
        Adapter::AsyncStd => on(adapter, listen(sechat_async_std::AsyncStd::with(network()), chat)),
        Adapter::Smol => on(adapter, listen(sechat_blocking::smol::Smol::with(network()), chat)),
        Adapter::Blocking => {
            let runtime = sechat_blocking::Blocking::with(network()).unwrap();
            let chat = sechat_blocking::Chat::builder(config(chat));
            let chat = chat.runtime(runtime).event_buffer(buffer()).connect().unwrap();
            let events = chat.join(RoomId(1)).unwrap().events();
            let mut start = None;
            let posts = events.filter(|event| matches!(black_box(event).kind, EventKind::MessagePosted(_)));
            let heard = posts
                .inspect(|_| {
                    start.get_or_insert_with(ProcessTime::now);
                })
                .take(all())
                .count();
            assert_eq!(heard, all());
            start.unwrap().elapsed()
        }
    }
}

async fn listen<R: Runtime>(runtime: R, chat: &str) -> Duration {
    let chat = Chat::<Driven<R>>::builder(config(chat));
    let chat = chat.runtime(runtime).event_buffer(buffer()).connect().unwrap();
    let mut events = chat.join(RoomId(1)).await.unwrap().events();
    let mut start = None;
    let mut heard = 0;
    while heard < EVENTS {
        let event = events.next().await.unwrap();
        if matches!(black_box(event).kind, EventKind::MessagePosted(_)) {
            start.get_or_insert_with(ProcessTime::now);
            heard += 1;
        }
    }
    start.unwrap().elapsed()
}

/// Room for all: what this measures is not how a reader catches up.
fn buffer() -> NonZeroUsize {
    NonZeroUsize::new(2 * all()).unwrap()
}

fn all() -> usize {
    usize::try_from(EVENTS).unwrap()
}
