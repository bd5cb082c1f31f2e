//! Bots of every adapter through a network that does its worst, over real sockets: nothing is lost and nothing doubled.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::num::NonZeroU32;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use sechat_async_std::AsyncStd;
use sechat_blocking::Blocking;
use sechat_blocking::smol::Smol;
use sechat_client::event::{Event, EventKind, FeedChange};
use sechat_client::{
    Access, AsyncMode, BlockingMode, Chat, Config, Error, EventId, Events, MessageId, Mode, Network, Replied, Room,
    RoomId, Server, UserId,
};
use sechat_fixtures::switches::ThrottleCurve;
use sechat_fixtures::{ChatServer, Listener, Setup, User};
use sechat_tests::{Chaos, EMAIL, PASSWORD};
use sechat_tokio::Tokio;

const ADA: UserId = UserId(102);
const ROOMS: [RoomId; 2] = [RoomId(1), RoomId(2)];
/// Bots that only post, and where.
const OTHERS: [(&str, UserId, RoomId); 2] =
    [("second@example.com", UserId(103), ROOMS[1]), ("third@example.com", UserId(104), ROOMS[0])];
/// How long the network is bad, and how often somebody says something meanwhile.
const STORM: Duration = Duration::from_secs(11);
const BREATH: Duration = Duration::from_millis(90);
/// Nothing takes so long unless it hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// A post of the bot, and what it was told of it.
struct Post {
    room: RoomId,
    text: String,
    result: Result<MessageId, Error>,
}

#[test]
fn tokio() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
    let _inside = runtime.enter();
    survive::<Tokio>(1, Tokio::with(Network::new().no_proxy()), next);
}

#[test]
fn async_std() {
    survive::<AsyncStd>(2, AsyncStd::with(Network::new().no_proxy()), next);
}

#[test]
fn blocking() {
    survive::<Blocking>(3, Blocking::with(Network::new().no_proxy()).unwrap(), next_blocking);
}

#[test]
fn smol() {
    survive::<Smol>(4, Smol::with(Network::new().no_proxy()), next);
}

/// The next event within the time that the whole may take.
fn next<M: AsyncMode>(events: &mut Events<M>) -> Option<Event> {
    async_std::task::block_on(events.wait_for(|_| true, LIMIT)).ok().flatten()
}

fn next_blocking<M: BlockingMode>(events: &mut Events<M>) -> Option<Event> {
    events.next_timeout(LIMIT).ok().flatten()
}

/// Plays it on a thread of its own, so that a bot that hangs is a failure with a story.
fn survive<M: Mode>(seed: u64, runtime: M::Runtime, next: fn(&mut Events<M>) -> Option<Event>) {
    let mut setup = Setup::default().seed(seed).room(sechat_fixtures::Room::new(ROOMS[1], "Other"));
    for (email, user, _) in OTHERS {
        setup = setup.account(email, PASSWORD, User::new(user, email));
    }
    setup.switches.throttle = ThrottleCurve::Off;
    setup.switches.heartbeat = Duration::from_millis(700);
    let listener = Listener::start(setup).unwrap();
    let chaos = Arc::new(Chaos::start(listener.addr(), seed).unwrap());
    let (done, end) = mpsc::channel();
    let playing = Arc::clone(&chaos);
    thread::spawn(move || done.send(play::<M>(&listener, &playing, &runtime, next)));
    match end.recv_timeout(LIMIT) {
        Ok(violations) if violations.is_empty() => println!("{}", chaos.story()),
        Ok(violations) => panic!("{}\n{}", violations.join("\n"), chaos.story()),
        Err(error) => panic!("{error}\n{}", chaos.story()),
    }
}

fn play<M: Mode>(
    listener: &Listener,
    chaos: &Chaos,
    runtime: &M::Runtime,
    next: fn(&mut Events<M>) -> Option<Event>,
) -> Vec<String> {
    let connect = |email: &str| -> Chat<M> {
        Chat::builder(config(&chaos.url(), email)).runtime(runtime.clone()).connect().unwrap()
    };
    let join = |chat: &Chat<M>, room: RoomId| chat.join(room).into_reply().wait().unwrap();
    let chat = connect(EMAIL);
    let mut events = chat.events();
    let listening = ROOMS.map(|room| join(&chat, room));
    // Each account waits longer and longer between its posts.
    let others = OTHERS.map(|(email, _, room)| join(&connect(email), room));
    chaos.rage();
    let (heard, posts) = thread::scope(|scope| {
        let rooms = listening.iter().take(1).chain(&others).zip(1..);
        let posting: Vec<_> = rooms.map(|(room, bot)| scope.spawn(move || post(room, bot, chaos))).collect();
        let talking = scope.spawn(|| {
            talk(listener, chaos);
            let posts: Vec<Post> = posting.into_iter().flat_map(|posts| posts.join().unwrap()).collect();
            // Whoever has heard this has heard everything before.
            let last = ROOMS.map(|room| listener.with_server(|server, now| server.say(now, ADA, room, "The end")));
            chaos.note(format_args!("the last messages are {last:?}"));
            posts
        });
        let heard = hear(chaos, || next(&mut events));
        (heard, talking.join().unwrap())
    });
    for chat in [&chat].into_iter().chain(others.iter().map(Room::chat)) {
        chat.close().into_reply().wait().unwrap();
    }
    let gone = |server: &ChatServer| {
        ROOMS.iter().all(|room| server.present(*room).iter().all(|user| *user == ADA)).then_some(())
    };
    let left = listener.wait_for(LIMIT, gone);
    let mut violations = listener.with_server(|server, _| check(server, &heard, &posts));
    violations.extend(left.is_none().then(|| "the rooms were not left".to_owned()));
    violations
}

/// Everything happens fast.
fn config(url: &str, email: &str) -> Config {
    let mut config = Config::new(Server::custom(url, url).unwrap(), Access::login(email, PASSWORD, None));
    config.request_timeout = Duration::from_millis(1500);
    config.attempts = NonZeroU32::MAX;
    config.throttle_margin = Duration::ZERO;
    config.feed.silence = Duration::from_secs(3);
    config.feed.renewal = Duration::from_secs(4);
    config.feed.poll_interval = Duration::from_millis(500);
    config.feed.backoff_cap = Duration::from_secs(1);
    config
}

/// Ada talks until the storm is over.
fn talk(listener: &Listener, chaos: &Chaos) {
    for number in 0..u32::try_from(STORM.as_millis() / BREATH.as_millis()).unwrap() {
        let room = ROOMS[number as usize % ROOMS.len()];
        listener.with_server(|server, now| server.say(now, ADA, room, &format!("Ada's {number}")));
        thread::sleep(BREATH);
    }
    chaos.heal();
}

/// A bot posts until then.
fn post<M: Mode>(room: &Room<M>, bot: u32, chaos: &Chaos) -> Vec<Post> {
    let mut posts = Vec::new();
    while !chaos.is_calm() {
        let text = format!("The {}. of bot {bot} in room {}", posts.len() + 1, room.id());
        let result = room.send(&text).into_reply().wait();
        chaos.note(format_args!("{text:?} gave {result:?}"));
        posts.push(Post { room: room.id(), text, result });
    }
    posts
}

/// What the bot hears, until the last message of each room.
fn hear(chaos: &Chaos, mut next: impl FnMut() -> Option<Event>) -> Vec<Event> {
    let mut heard = Vec::new();
    let mut ended = 0;
    while ended < ROOMS.len() {
        let Some(event) = next() else { break };
        match &event.kind {
            EventKind::MessagePosted(message) => {
                chaos.note(format_args!("heard {:?} {:?}", event.id, message.content));
                ended += usize::from(message.content.as_deref() == Some("The end"));
            }
            kind => chaos.note(format_args!("heard {:?} {kind:?}", event.id)),
        }
        heard.push(event);
    }
    heard
}

fn check(server: &ChatServer, heard: &[Event], posts: &[Post]) -> Vec<String> {
    let mut violations = Vec::new();
    for room in ROOMS {
        let here = || heard.iter().filter(move |event| event.room_id == Some(room));
        let messages: Vec<MessageId> = here()
            .filter_map(
                |event| if let EventKind::MessagePosted(message) = &event.kind { Some(message.id) } else { None },
            )
            .collect();
        let truth: Vec<MessageId> = server.messages(room).iter().map(|message| message.id).collect();
        if messages != truth {
            violations.push(format!("room {room}: heard {messages:?}\nand the server has {truth:?}"));
        }
        let ids: Vec<EventId> = here().filter_map(|event| event.id).collect();
        if !ids.is_sorted_by(|one, next| one < next) {
            violations.push(format!("room {room}: events in this order: {ids:?}"));
        }
        let gaps = here().filter(|event| matches!(event.kind, EventKind::Feed(FeedChange::Gap { .. }))).count();
        if gaps > 0 {
            violations.push(format!("room {room}: {gaps} gaps, though the server has forgotten nothing"));
        }
    }
    violations.extend(posts.iter().filter_map(|post| check_post(server, post)));
    let good = posts.iter().filter(|post| post.result.is_ok()).count();
    println!("{} events; {} posts, {good} of them for certain", heard.len(), posts.len());
    violations
}

/// `Ok` is one copy under that id, `Uncertain` at most one, and any other failure none.
fn check_post(server: &ChatServer, post: &Post) -> Option<String> {
    let messages = server.messages(post.room);
    let copies: Vec<MessageId> =
        messages.iter().filter(|message| message.source() == post.text).map(|message| message.id).collect();
    let held = match &post.result {
        Ok(id) => copies == [*id],
        Err(Error::Uncertain { .. }) => copies.len() <= 1,
        Err(_) => copies.is_empty(),
    };
    (!held).then(|| format!("{:?} gave {:?} and the server has {copies:?}", post.text, post.result))
}
