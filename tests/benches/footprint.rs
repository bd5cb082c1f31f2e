//! The memory of a bot that does nothing, and what goes over the wire until the first event: counted, for the most part.
//! The simulated server runs in this process and the bot in another.
//!
//! `cargo bench -p sechat-tests --bench footprint`

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to measure")]

#[path = "common/children.rs"]
mod children;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use children::{Adapter, network, on, spread};
use sechat_client::{Access, Chat, Config, EventKind, RoomId, Runtime, Server};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{Listener, Room, Setup, User};
use sechat_tests::conformance::Driven;
use sechat_tests::{ADA, PASSWORD};

const ROUNDS: usize = 3;
const MANY_ROOMS: u64 = 1000;
const MANY_ACCOUNTS: u64 = 11;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["child", adapter, chat, rooms, accounts] => {
            child(adapter.parse().unwrap(), chat, rooms.parse().unwrap(), accounts.parse().unwrap());
        }
        _ => {
            memory(args.first().map(String::as_str));
            cold_start();
        }
    }
}

/// A world with many rooms and accounts.
fn setup() -> Setup {
    let mut setup = Setup::default();
    for n in 2..=MANY_ROOMS {
        setup = setup.room(Room::new(RoomId(n), "Another"));
    }
    for n in 1..MANY_ACCOUNTS {
        let user = User::new(sechat_client::UserId(1000 + i64::try_from(n).unwrap()), "Another bot");
        setup = setup.account(&email(n), PASSWORD, user);
    }
    setup.switches.throttle = ThrottleCurve::Off;
    setup.switches.captcha_after = 10_000;
    setup
}

fn email(account: u64) -> String {
    if account == 0 { sechat_tests::EMAIL.to_owned() } else { format!("bot{account}@example.com") }
}

fn memory(only: Option<&str>) {
    println!("kB of a bot that waits, as the kernel counts them (proportional set): least, middle, most of {ROUNDS}");
    for adapter in Adapter::ALL.into_iter().filter(|it| only.is_none_or(|only| it.to_string().contains(only))) {
        let measure = |rooms: u64, accounts: u64| {
            let sizes = (0..ROUNDS).map(|_| {
                let listener = Listener::start(setup()).unwrap();
                let bot = Bot::start(adapter, &listener.url(), rooms, accounts);
                // What is under way when the last room is joined comes to its end.
                thread::sleep(Duration::from_secs(2));
                bot.kilobytes()
            });
            spread(sizes.collect())
        };
        let one = measure(1, 1);
        let rooms = measure(MANY_ROOMS, 1);
        let accounts = measure(1, MANY_ACCOUNTS);
        let of_one = |(_, more, _): (f64, f64, f64), count: u64| (more - one.1) / (count - 1) as f64;
        println!(
            "  {adapter:18} one room {:6.0} {:6.0} {:6.0}   a further room {:5.2}   a further account {:6.1}",
            one.0,
            one.1,
            one.2,
            of_one(rooms, MANY_ROOMS),
            of_one(accounts, MANY_ACCOUNTS),
        );
    }
}

/// A bot in a process of its own, which has joined its rooms and waits until this is dropped.
struct Bot(Child);

impl Bot {
    fn start(adapter: Adapter, chat: &str, rooms: u64, accounts: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child", &adapter.to_string(), chat, &rooms.to_string(), &accounts.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "joined");
        Self(child)
    }

    fn kilobytes(&self) -> f64 {
        let sizes = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0.id())).unwrap();
        let line = sizes.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn child(adapter: Adapter, chat: &str, rooms: u64, accounts: u64) {
    match adapter {
        Adapter::Tokio | Adapter::TokioOneThread => {
            on(adapter, async { wait(sechat_tokio::Tokio::with(network()), chat, rooms, accounts).await });
        }
        Adapter::AsyncStd => on(adapter, wait(sechat_async_std::AsyncStd::with(network()), chat, rooms, accounts)),
        Adapter::Smol => on(adapter, wait(sechat_blocking::smol::Smol::with(network()), chat, rooms, accounts)),
        Adapter::Blocking => {
            on(adapter, wait(sechat_blocking::Blocking::with(network()).unwrap(), chat, rooms, accounts));
        }
    }
}

async fn wait<R: Runtime>(runtime: R, url: &str, rooms: u64, accounts: u64) {
    let mut chats = Vec::new();
    for account in 0..accounts {
        let server = Server::custom(url, url).unwrap();
        let config = Config::new(server, Access::login(email(account), PASSWORD, None));
        let chat = Chat::<Driven<R>>::builder(config).runtime(runtime.clone()).connect().unwrap();
        let mut events = chat.events();
        for room in 1..=rooms {
            chat.join(RoomId(room)).await.unwrap();
        }
        while chat.health().feed != sechat_client::FeedState::Live {
            events.next().await.unwrap();
        }
        chats.push((chat, events));
    }
    println!("joined");
    std::future::pending().await
}

/// From the start of a bot to its first event: requests, and bytes either way.
fn cold_start() {
    for stored in [false, true] {
        let listener = Listener::start(setup()).unwrap();
        let (url, sent, received) = counted(&listener.url());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = Server::custom(&url, &url).unwrap();
        let mut access = Access::login(email(0), PASSWORD, None);
        if stored {
            let config = Config::new(server.clone(), access);
            let session = runtime.block_on(async {
                let chat =
                    Chat::<Driven<sechat_tokio::Tokio>>::builder(config).runtime(sechat_tokio::Tokio::with(network()));
                let chat = chat.connect().unwrap();
                let credentials = chat.log_in().await.unwrap();
                credentials.to_json()
            });
            let session = sechat_client::sechat_core::Credentials::from_json(&session).unwrap();
            access = Access::login(email(0), PASSWORD, Some(session));
            (sent.store(0, Ordering::Relaxed), received.store(0, Ordering::Relaxed));
        }
        let before = listener.with_server(|server, _| server.audit().requests.len());
        runtime.block_on(async {
            let config = Config::new(server, access);
            let chat =
                Chat::<Driven<sechat_tokio::Tokio>>::builder(config).runtime(sechat_tokio::Tokio::with(network()));
            let chat = chat.connect().unwrap();
            let room = chat.join(RoomId(1)).await.unwrap();
            let mut events = room.events();
            listener.with_server(|server, now| server.say(now, ADA, RoomId(1), "Hello"));
            while !matches!(events.next().await.unwrap().kind, EventKind::MessagePosted(_)) {}
        });
        let with = if stored { "with a stored session" } else { "with a password" };
        let [sent, received] = [&sent, &received].map(|count| count.load(Ordering::Relaxed));
        println!("\na cold start {with}: {sent} bytes sent, {received} received");
        for request in listener.with_server(|server, _| server.audit().requests.clone()).iter().skip(before) {
            println!("  {} {}: {}", request.method, request.path, request.status);
        }
    }
}

/// A way to a server that counts what goes through.
fn counted(url: &str) -> (String, Arc<AtomicU64>, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sent, received) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let target = url.strip_prefix("http://").unwrap().to_owned();
    let counts = (Arc::clone(&sent), Arc::clone(&received));
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(&target).unwrap());
            carry(client.try_clone().unwrap(), server.try_clone().unwrap(), Arc::clone(&counts.0));
            carry(server, client, Arc::clone(&counts.1));
        }
    });
    (address, sent, received)
}

fn carry(mut from: TcpStream, mut to: TcpStream, count: Arc<AtomicU64>) {
    thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(size @ 1..) = from.read(&mut buffer) {
            count.fetch_add(size as u64, Ordering::Relaxed);
            if to.write_all(&buffer[..size]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
