//! Reading without an account.

use std::time::Duration;

use sechat_core::engine::{Access, FeedState};
use sechat_core::{Config, Error, FeedChange};
use sechat_fixtures::switches::{AnonymousFkey, ForbiddenPoll, SnapshotTime, Ticks};
use sechat_fixtures::{Access as RoomAccess, Setup};
use sechat_tests::{Duo, Fate, OTHER, PRIVATE, ROOM, answer, gaps, page};

const POLL: &str = "POST /events";
const SECOND: Duration = Duration::from_secs(1);

fn reader(change: impl FnOnce(&mut Setup, &mut Config)) -> Duo {
    Duo::with(|setup, config| {
        let patient = Config::new(config.server.clone(), Access::Anonymous);
        *config = patient;
        config.seed = 7;
        change(setup, config);
    })
}

#[test]
fn one_poll_every_three_seconds_reads_all_rooms() {
    for fkey in AnonymousFkey::ALL {
        let mut duo = reader(|setup, _| setup.switches.anonymous_fkey = *fkey);
        duo.join(ROOM).unwrap();
        duo.join(OTHER).unwrap();
        let from = duo.time();
        for n in 0..20 {
            duo.ada_says(ROOM, &format!("message {n}"));
            duo.ada_says(OTHER, &format!("message {n}"));
            duo.run(3 * SECOND);
        }
        duo.run(4 * SECOND);
        assert_eq!((duo.heard(ROOM).len(), duo.heard(OTHER).len()), (20, 20), "{fkey:?}");
        let polls: Vec<_> = duo.sent_to(POLL).into_iter().filter(|sent| sent.at > from + 3 * SECOND).collect();
        for gap in gaps(&polls) {
            assert!(gap >= 3 * SECOND && gap < 4 * SECOND, "{gap:?}");
        }
        assert!(polls.iter().all(|sent| sent.field("r1").is_some() && sent.field("r2").is_some()));
        assert!(polls.len() >= 18, "{}", polls.len());
        assert!(duo.sent().iter().all(|sent| sent.cookies.is_none() && !sent.line.contains("ws-auth")));
        assert_eq!(duo.server.acks(), []);
    }
}

#[test]
fn nothing_is_lost_whatever_the_numbers_mean() {
    for ticks in Ticks::ALL {
        for time in SnapshotTime::ALL {
            let mut duo = reader(|setup, _| (setup.switches.ticks, setup.switches.snapshot_time) = (*ticks, *time));
            duo.ada_says(ROOM, "before");
            duo.join(ROOM).unwrap();
            let texts: Vec<String> = (0..30).map(|n| format!("message {n}")).collect();
            for text in &texts {
                duo.ada_says(ROOM, text);
                duo.run(SECOND);
            }
            duo.run(4 * SECOND);
            assert_eq!(duo.heard(ROOM), texts, "{ticks:?} {time:?}");
        }
    }
}

#[test]
fn a_room_that_is_not_for_everybody_is_refused() {
    let mut duo = reader(|_, _| {});
    assert!(matches!(duo.join(PRIVATE), Err(Error::Refused { status: 404, .. })));
    assert_eq!(duo.join(ROOM), Ok(()));
}

#[test]
fn five_errors_in_a_row_end_it_with_growing_waits() {
    let mut duo = reader(|_, _| {});
    duo.join(ROOM).unwrap();
    duo.run(10 * SECOND);
    let before = duo.count(POLL);
    duo.always(POLL, Fate::Instead(page(503, "Offline for Maintenance")));
    duo.until("the end of the feed", |duo| duo.feed_ended.is_some());
    assert!(matches!(duo.feed_ended, Some(Err(Error::Server { status: 503, .. }))));
    let gaps = gaps(&duo.sent_to(POLL)[before..]);
    assert_eq!(gaps.len(), 4);
    assert!(gaps.iter().all(|gap| *gap >= 3 * SECOND), "{gaps:?}");
    assert!(gaps.is_sorted() && gaps[3] > 4 * gaps[0], "{gaps:?}");
    duo.heal();
    duo.run(60 * SECOND);
    assert_eq!(duo.count(POLL), before + 5, "it has ended for good");
    assert_eq!(duo.join(OTHER), Err(Error::Closed));
}

#[test]
fn four_errors_do_not_end_it_however_often_they_come() {
    let mut duo = reader(|_, _| {});
    duo.join(ROOM).unwrap();
    for n in 0..5 {
        duo.next(4, POLL, Fate::Instead(page(503, "Offline for Maintenance")));
        duo.ada_says(ROOM, &format!("message {n}"));
        duo.run(180 * SECOND);
    }
    assert_eq!(duo.heard(ROOM).len(), 5);
    assert_eq!(duo.feed_ended, None);
}

#[test]
fn patience_can_be_without_limit() {
    let mut duo = reader(|_, config| config.feed.patience = None);
    duo.join(ROOM).unwrap();
    duo.take_away();
    let before = duo.count(POLL);
    duo.ada_says(ROOM, "into the void?");
    duo.run(3600 * SECOND);
    assert_eq!(duo.feed_ended, None);
    let tries = duo.count(POLL) - before;
    assert!((30..=80).contains(&tries), "{tries} in an hour, none of them more than two minutes after another");
    duo.heal();
    duo.run(130 * SECOND);
    assert_eq!(duo.heard(ROOM), ["into the void?"]);
    assert!(!duo.changes().iter().any(|c| matches!(c, FeedChange::SessionExpired)));
}

#[test]
fn its_health_is_that_of_its_polls() {
    let mut duo = reader(|_, config| config.feed.patience = None);
    duo.join(ROOM).unwrap();
    duo.run(10 * SECOND);
    let feed = |duo: &Duo| duo.engine.health(duo.now()).feed;
    assert_eq!(feed(&duo), FeedState::Polling);
    duo.always(POLL, Fate::Refused);
    duo.run(10 * SECOND);
    assert_eq!(feed(&duo), FeedState::Down);
    duo.heal();
    duo.run(60 * SECOND);
    assert_eq!(feed(&duo), FeedState::Polling);
}

#[test]
fn a_room_that_becomes_private_is_lost_and_the_others_are_read_on() {
    for forbidden in ForbiddenPoll::ALL {
        let mut duo = reader(|setup, _| setup.switches.forbidden_poll = *forbidden);
        duo.join(ROOM).unwrap();
        duo.join(OTHER).unwrap();
        duo.server.room_mut(ROOM).unwrap().access = RoomAccess::Private;
        duo.run(120 * SECOND);
        let lost = duo.changes().into_iter().any(|change| matches!(change, FeedChange::RoomLost { room: ROOM, .. }));
        assert!(lost, "{forbidden:?}: {:?}", duo.changes());
        duo.ada_says(OTHER, "still here");
        duo.run(10 * SECOND);
        assert_eq!(duo.heard(OTHER), ["still here"], "{forbidden:?}");
    }
}

#[test]
fn a_room_that_is_left_out_of_an_answer_is_read_until_that_turns_out_to_mean_nothing() {
    const SNAPSHOT: &str = "POST /chats/1/events";
    let mut duo = reader(|_, _| {});
    duo.join(ROOM).unwrap();
    let before = duo.count(SNAPSHOT);
    duo.always(POLL, Fate::Instead(answer(200, "{\"sync\":1700000000}")));
    duo.ada_says(ROOM, "one");
    duo.run(10 * SECOND);
    assert_eq!(duo.heard(ROOM), ["one"], "the room itself shows it");
    duo.run(120 * SECOND);
    assert_eq!(duo.count(SNAPSHOT), before + 3, "three times, and it is no news");
    duo.heal();
    duo.ada_says(ROOM, "two");
    duo.run(10 * SECOND);
    assert_eq!(duo.heard(ROOM), ["one", "two"]);
}

#[test]
fn a_room_that_the_answers_call_left_is_lost() {
    let mut duo = reader(|_, _| {});
    duo.join(ROOM).unwrap();
    duo.join(OTHER).unwrap();
    duo.always(POLL, Fate::Instead(answer(200, r#"{"r1":{"exit":true},"r2":{},"sync":1790000000}"#)));
    duo.run(20 * SECOND);
    let lost = |duo: &Duo| duo.changes().iter().any(|change| matches!(change, FeedChange::RoomLost { room: ROOM, .. }));
    assert!(!lost(&duo), "it may be a hiccup");
    duo.run(40 * SECOND);
    assert!(lost(&duo), "{:?}", duo.changes());
}
