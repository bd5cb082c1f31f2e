//! What can be seen of a connection from outside: its `tracing`, its numbers, its health.
//!
//! The names, levels and fields that are told are those of the tables in `docs/observability.md`, no more and no less.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sechat_blocking::Blocking;
use sechat_client::endpoint::{InfoUsers, RoomInfo};
use sechat_client::{Access, Chat, Config, Error, FeedState, LoginError, Mode, SavedState, SessionState};
use sechat_fixtures::{Access as RoomAccess, Fault, Outage, Sim};
use sechat_tests::ROOM;
use sechat_tokio::Tokio;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

const DOCS: &str = include_str!("../../docs/observability.md");
const MINUTE: Duration = Duration::from_secs(60);

type Told = BTreeMap<String, (Level, BTreeSet<String>)>;

static TOLD: Mutex<Told> = Mutex::new(Told::new());
static FAULTS: Mutex<u32> = Mutex::new(0);

/// Takes down what is told on all threads.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("sechat")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        take_down(span.metadata(), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        take_down(event.metadata(), |fields| event.record(fields));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Fields(BTreeSet<String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, _: &dyn fmt::Debug) {
        if field.name() != "message" {
            self.0.insert(field.name().to_owned());
        }
    }
}

fn take_down(metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
    assert_eq!(metadata.target(), "sechat", "{}", metadata.name());
    let mut fields = Fields(BTreeSet::new());
    record(&mut fields);
    if metadata.name() == "sechat.session.fault" {
        *FAULTS.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, known) = told.entry(metadata.name().to_owned()).or_insert((*metadata.level(), BTreeSet::new()));
    known.append(&mut fields.0);
}

/// What the tables name: `| \`sechat.x\` | LEVEL | \`field\`, … | … |`.
fn documented() -> Told {
    let rows = DOCS.lines().filter(|line| line.starts_with("| `sechat."));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let level = cells[2].parse().expect("a level");
        (
            cells[1].trim_matches('`').to_owned(),
            (level, cells[3].split('`').skip(1).step_by(2).map(Into::into).collect()),
        )
    })
    .collect()
}

fn connect<M: Mode>(sim: &Sim, change: impl FnOnce(&mut Config)) -> Chat<M> {
    let mut config = sim.account("Bot").config();
    change(&mut config);
    Chat::builder(config).runtime(sim.runtime()).connect().expect("a good configuration")
}

#[test]
fn all_that_is_told_is_documented_and_all_that_is_documented_is_told() {
    tracing::subscriber::set_global_default(Listener).expect("the only one");
    let sim = Sim::new();
    before_the_first_login(&sim);
    let chat = sim.account("Bot").connect::<Blocking>();
    a_feed_that_is_lost_and_found(&sim, &chat);
    calls_that_fail(&sim, &chat);
    sessions_that_end(&sim, &chat);
    a_gap_and_a_lost_room(&sim);
    chat.close().expect("an end");
    assert_eq!(chat.health().feed, FeedState::Ended);

    let (told, documented) = (TOLD.lock().expect("no panic").clone(), documented());
    let names = |told: &Told| told.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&told), names(&documented));
    assert_eq!(told, documented);
}

/// A bot whose server is down is not silent.
fn before_the_first_login(sim: &Sim) {
    sim.outage(Outage::Refused);
    let chat = connect::<Blocking>(sim, |config| config.attempts = NonZeroU32::new(4).expect("four"));
    let fresh = chat.health();
    assert_eq!((fresh.feed, fresh.session, fresh.last_fault), (FeedState::Idle, SessionState::None, None));
    assert!(matches!(chat.join(ROOM), Err(Error::Transport(_))));
    let health = chat.health();
    assert_eq!((health.session, health.faults, health.is_alive()), (SessionState::Failing, 4, false));
    assert!(health.last_fault.is_some() && health.session_for > Duration::ZERO, "{health:?}");
    let stats = chat.stats();
    assert_eq!((stats.session_faults, stats.requests, stats.faults, stats.logins), (4, 4, 4, 0));
    assert_eq!(*FAULTS.lock().expect("no panic"), 4, "one warning for each attempt");
    sim.outage(Outage::Off);
    let _room = chat.join(ROOM).expect("the server is back");
    assert_eq!((chat.health().session, chat.health().faults), (SessionState::Good, 0));
    sim.run_until_quiet();
    chat.close().expect("an end");
}

fn a_feed_that_is_lost_and_found(sim: &Sim, chat: &Chat<Blocking>) {
    let (ada, sandbox) = (sim.person("Ada"), sim.room("Sandbox"));
    let _room = chat.join(ROOM).expect("a room");
    ada.say(&sandbox, "hi");
    sim.run_until_quiet();
    sim.advance(10 * MINUTE);
    let health = chat.health();
    assert_eq!((health.feed, health.session), (FeedState::Live, SessionState::Good));
    assert!(health.is_alive() && health.feed_for >= 9 * MINUTE, "{health:?}");
    assert!(health.last_frame.is_some_and(|ago| ago < MINUTE), "a quiet room has frames: {health:?}");
    let heard = chat.stats().events;
    ada.say(&sandbox, "hello");
    sim.run_until_quiet();
    assert_eq!(chat.stats().events, heard + 1);
    assert!(chat.health().last_event.is_some_and(|ago| ago < MINUTE));

    sim.outage(Outage::Unavailable);
    sim.cut();
    ada.say(&sandbox, "is anybody there?");
    sim.advance(5 * MINUTE);
    let health = chat.health();
    assert_eq!(health.feed, FeedState::Down);
    assert!(!health.is_alive() && health.feed_for >= 4 * MINUTE && health.faults > 3, "{health:?}");
    assert!(health.last_fault.is_some_and(|fault| fault.contains("503")));
    sim.outage(Outage::Off);
    sim.run_until_quiet();
    assert_eq!(chat.health().feed, FeedState::Live);
    let stats = chat.stats();
    assert!(stats.missed >= 1 && stats.resumed == 1 && stats.sockets_lost >= 1 && stats.sockets == 1, "{stats:?}");
    // The bot's own way out and in again is heard as well.
    assert_eq!((stats.events, stats.gaps, stats.rooms), (heard + 4, 0, 1));

    sim.inject(Fault::answer("/events/1/", 503, "<html>").times(4));
    sim.cut();
    let polled = sim.wait_until(|| chat.health().feed == FeedState::Polling);
    assert!(chat.health().is_alive() && polled < MINUTE);
    sim.run_until_quiet();
    assert_eq!(chat.health().feed, FeedState::Live);
}

fn calls_that_fail(sim: &Sim, chat: &Chat<Blocking>) {
    let retries = chat.stats().retries;
    sim.inject(Fault::answer("/rooms/info/1", 503, "<html>"));
    chat.call(RoomInfo { room: ROOM, users: InfoUsers::Current }).expect("the second time");
    assert_eq!(chat.stats().retries, retries + 1);
    sim.inject(Fault::answer("/chats/1/messages/new", 409, "You can perform this action again in 2 seconds"));
    chat.room(ROOM).send("not so fast").expect("a post");
    assert_eq!(chat.stats().refusals, 1, "{:?}", chat.stats());
    assert!(chat.room(4711).send("nobody is here").is_err());
    let other = connect::<Tokio>(sim, |_| ());
    drop(other.join(ROOM));
    sim.run(other.close()).expect("an end");
}

fn sessions_that_end(sim: &Sim, chat: &Chat<Blocking>) {
    let logins = chat.stats().logins;
    sim.expire_session();
    sim.cut();
    sim.run_until_quiet();
    assert_eq!(chat.stats().logins, logins + 1);
    let email = sim.account("Bot").email().to_owned();
    let chat = connect::<Blocking>(sim, |config| config.access = Access::login(email, "wrong", None));
    assert!(matches!(chat.join(ROOM), Err(Error::Login(LoginError::WrongPassword))));
    assert_eq!(chat.health().session, SessionState::Ended);
    chat.close().expect("an end");
}

fn a_gap_and_a_lost_room(sim: &Sim) {
    let chat = connect::<Blocking>(sim, |_| ());
    let later = r#"{"version":1,"server":"https://chat.stackexchange.com/","rooms":{"1":{"after":1000000000000,"message":null}}}"#;
    let state: SavedState = serde_json::from_str(later).expect("a state");
    chat.resume(state).expect("this server's");
    let _room = chat.join(ROOM).expect("a room");
    sim.run_until_quiet();
    assert_eq!(chat.stats().gaps, 1);
    sim.with_server(|server, _| server.room_mut(ROOM).expect("a room").access = RoomAccess::Private);
    sim.cut();
    sim.advance(5 * MINUTE);
    assert_eq!((chat.health().feed, chat.stats().rooms), (FeedState::Idle, 0));
    chat.close().expect("an end");
}
