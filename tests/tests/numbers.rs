//! The numbers of an engine are those of what has happened.

use std::time::Duration;

use sechat_core::engine::{Access, FeedState, Rest, SessionState, Stats};
use sechat_core::{Config, FeedChange};
use sechat_fixtures::switches::Replay;
use sechat_tests::{Duo, Fate, OTHER, ROOM, answer, page};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const NEW: &str = "/messages/new";

fn duo() -> Duo {
    let mut duo = Duo::with(|setup, _| setup.switches.replay = Replay::Never);
    assert_eq!(duo.engine.stats(), Stats::default());
    let _joining = duo.engine.join(duo.now(), ROOM);
    assert_eq!(duo.engine.stats().rooms, 0, "it is not joined yet");
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    duo.run(MINUTE);
    duo
}

#[test]
fn each_number_counts_what_it_is_named_for() {
    let mut duo = duo();
    let stats = duo.engine.stats();
    assert_eq!((stats.rooms, stats.sockets, stats.sockets_opened, stats.logins, stats.queued), (2, 1, 1, 1, 0));
    assert_eq!(stats.requests, duo.sent().iter().filter(|sent| !sent.line.starts_with("WS")).count() as u64);
    assert_eq!(stats.events, duo.events.iter().filter(|event| event.id.is_some()).count() as u64);
    let start = duo.engine.positions()[&ROOM];
    for text in ["one", "two", "three"] {
        duo.ada_says(ROOM, text);
    }
    duo.run(SECOND);
    assert_eq!(duo.engine.stats().events, stats.events + 3);
    duo.engine.replay(duo.now(), ROOM, start);
    duo.run(SECOND);
    assert_eq!((duo.engine.stats().replayed, duo.engine.stats().events), (3, stats.events + 3));

    duo.cut_sockets();
    duo.ada_says(ROOM, "missed");
    duo.ada_says(OTHER, "as well");
    duo.run(SECOND / 100);
    assert_eq!((duo.engine.stats().sockets, duo.engine.stats().sockets_lost), (0, 1));
    let opened = duo.count("WS /events/1");
    duo.until("another handshake", |duo| duo.count("WS /events/1") > opened);
    assert_eq!(duo.engine.stats().sockets, 0, "it is not open yet");
    duo.run(MINUTE);
    let after = duo.engine.stats();
    assert_eq!((after.resumed, after.gaps, after.sockets_opened, after.sockets), (1, 0, 2, 1));
    let told = duo.changes().into_iter().find_map(|change| match change {
        FeedChange::Resumed { missed, .. } => Some(*missed),
        _ => None,
    });
    assert!(told == Some(after.missed - stats.missed) && told >= Some(2), "{told:?} {after:?}");
    assert_eq!((after.faults, after.retries, after.refusals, after.session_faults), (0, 0, 0, 0));
}

#[test]
fn waits_that_the_server_asks_for_can_be_seen() {
    let mut duo = duo();
    assert_eq!(duo.engine.last_wait(), Duration::ZERO);
    duo.next(1, NEW, Fate::Instead(answer(409, "You can perform this action again in 7 seconds")));
    let post = duo.send(ROOM, "one");
    let _waits = duo.send(ROOM, "two");
    duo.run(SECOND);
    assert_eq!((duo.engine.last_wait(), duo.engine.stats().refusals), (7 * SECOND, 1));
    assert_eq!((duo.engine.stats().queued, duo.engine.health(duo.now()).queued), (2, 2));
    duo.wait(&post).unwrap();
    duo.run(MINUTE);
    assert_eq!((duo.engine.stats().queued, duo.engine.stats().retries), (0, 1));
}

#[test]
fn health_says_since_when() {
    let mut duo = duo();
    let fresh = duo.engine.health(duo.now());
    assert_eq!((fresh.feed, fresh.session), (FeedState::Live, SessionState::Good));
    assert_eq!((fresh.faults, fresh.last_fault, fresh.last_fault_ago), (0, None, None));
    duo.ada_says(ROOM, "hi");
    duo.run(10 * SECOND);
    let later = duo.engine.health(duo.now());
    assert_eq!((later.feed_for, later.session_for), (fresh.feed_for + 10 * SECOND, fresh.session_for + 10 * SECOND));
    let heard = later.last_event.unwrap();
    assert!(heard > 9 * SECOND && heard < 10 * SECOND, "{heard:?}");
    assert!(later.last_frame.unwrap() <= heard);

    duo.always("POST /ws-auth", Fate::Instead(page(503, "Offline for Maintenance")));
    duo.cut_sockets();
    duo.run(SECOND / 100);
    let cut = duo.engine.health(duo.now());
    assert_eq!((cut.feed, cut.last_fault.as_deref()), (FeedState::Down, Some("the socket was cut")));
    assert_eq!(cut.last_fault_ago, Some(cut.feed_for));
    duo.run(2 * SECOND);
    let down = duo.engine.health(duo.now());
    assert_eq!(down.last_fault.as_deref(), Some("the server failed with HTTP 503"));
    assert_eq!(
        down.faults as usize,
        duo.sent_to("POST /ws-auth").iter().filter(|sent| sent.at + 2 * SECOND > duo.time()).count()
    );
}

/// What simulations go by, which run until all is quiet.
#[test]
fn an_engine_at_rest_waits_for_nothing_of_its_own() {
    let mut duo = duo();
    assert_eq!(duo.engine.rest(), Rest::Quiet);
    let post = duo.send(ROOM, "hi");
    assert_eq!(duo.engine.rest(), Rest::Busy, "a post is under way");
    duo.wait(&post).unwrap();
    duo.run(MINUTE);
    assert_eq!(duo.engine.rest(), Rest::Quiet);
    duo.next(2, "POST /messages/ack", Fate::Instead(page(503, "Offline for Maintenance")));
    duo.ada_says(ROOM, "@Bot are you there?");
    duo.run(20 * SECOND);
    assert_eq!(duo.engine.rest(), Rest::Busy, "a mention is still to be marked as read");
    duo.run(2 * MINUTE);
    assert_eq!(duo.engine.rest(), Rest::Quiet);

    let mut reader = Duo::with(|_, config| *config = Config::new(config.server.clone(), Access::Anonymous));
    let joined = reader.engine.join(reader.now(), ROOM);
    assert_eq!(reader.engine.health(reader.now()).feed, FeedState::Connecting);
    reader.wait(&joined).unwrap();
    reader.join(OTHER).unwrap();
    reader.run(10 * SECOND);
    assert_eq!(reader.engine.rest(), Rest::Polling);
    for fault in [page(503, "Offline for Maintenance"), page(403, "Access Denied")] {
        reader.next(1, "POST /events", Fate::Instead(fault));
        let polls = reader.count("POST /events");
        reader.until("a poll", |duo| duo.count("POST /events") > polls);
        reader.run(SECOND / 10);
        assert_eq!(reader.engine.rest(), Rest::Busy, "its polls are in trouble");
        reader.run(MINUTE);
        assert_eq!(reader.engine.rest(), Rest::Polling);
    }
}
