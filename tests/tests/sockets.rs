//! The connection that events come over: lost, silent, renewed, shared, and not to be had.

use std::time::Duration;

use sechat_core::{FeedChange, RoomId};
use sechat_fixtures::switches::{EventIds, FirstFrame, Replay, SocketRooms, Ticks};
use sechat_fixtures::{Close, Room};
use sechat_tests::{BOT, Duo, Fate, FrameFate, OTHER, ROOM, gaps, page, redirect};

const MINUTE: Duration = Duration::from_secs(60);
const AUTH: &str = "POST /ws-auth";

/// Every reading of what sockets bring.
fn readings() -> impl Iterator<Item = (Replay, SocketRooms, Ticks)> {
    Replay::ALL.iter().flat_map(|&replay| {
        SocketRooms::ALL.iter().flat_map(move |&rooms| Ticks::ALL.iter().map(move |&ticks| (replay, rooms, ticks)))
    })
}

fn read_as((replay, rooms, ticks): (Replay, SocketRooms, Ticks)) -> Duo {
    Duo::switched(|switches| {
        (switches.replay, switches.socket_rooms, switches.ticks) = (replay, rooms, ticks);
        switches.event_ids = EventIds::Sparse;
    })
}

/// Ada talks in both rooms, and this is what was said.
struct Talk(Vec<String>);

impl Talk {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn goes_on(&mut self, duo: &mut Duo) {
        let text = format!("message {}", self.0.len());
        for room in [ROOM, OTHER] {
            duo.ada_says(room, &text);
        }
        self.0.push(text);
    }

    fn was_heard(&self, duo: &Duo) -> bool {
        [ROOM, OTHER].iter().all(|room| duo.heard(*room) == self.0)
    }
}

fn names(changes: &[&FeedChange]) -> Vec<String> {
    changes.iter().map(|change| format!("{change:?}").split([' ', '(']).next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_was_said_while_the_socket_was_cut_is_heard_in_order_and_once() {
    for reading in readings() {
        let mut duo = read_as(reading);
        duo.join_both();
        let mut talk = Talk::new();
        talk.goes_on(&mut duo);
        for _ in 0..3 {
            duo.cut_sockets();
            talk.goes_on(&mut duo);
            duo.run(Duration::from_millis(30));
            talk.goes_on(&mut duo);
            duo.run(MINUTE);
            talk.goes_on(&mut duo);
            duo.run(MINUTE);
        }
        assert!(talk.was_heard(&duo), "{reading:?}: {:?} {:?}", duo.heard(ROOM), duo.heard(OTHER));
    }
}

#[test]
fn a_socket_that_falls_silent_is_found_out() {
    for reading in readings() {
        let mut duo = read_as(reading);
        duo.join_both();
        let mut talk = Talk::new();
        duo.server.cut_sockets(duo.now(), &Close::Silence);
        talk.goes_on(&mut duo);
        duo.run(Duration::from_secs(30));
        assert!(!talk.was_heard(&duo), "nobody can know yet");
        duo.run(MINUTE);
        talk.goes_on(&mut duo);
        duo.run(MINUTE);
        assert!(talk.was_heard(&duo), "{reading:?}");
        let silent = |change: &&FeedChange| matches!(change, FeedChange::Reconnecting { reason, .. } if reason.contains("silent"));
        // With a socket for each room, one that is lost while others live is no loss of the connection.
        assert!(duo.changes().iter().any(silent) || reading.1 == SocketRooms::Own, "{:?}", duo.changes());
    }
}

#[test]
fn a_quiet_room_is_no_silence() {
    for first in FirstFrame::ALL {
        let mut duo = Duo::switched(|switches| switches.first_frame = *first);
        duo.join_both();
        duo.run(30 * MINUTE);
        assert_eq!(duo.changes(), [&FeedChange::Connecting, &FeedChange::Live], "{first:?}");
        assert_eq!(duo.count("WS /events/1"), 1);
    }
}

#[test]
fn renewal_loses_nothing_and_nobody_notices() {
    for reading in readings() {
        let mut duo = Duo::with(|setup, config| {
            let switches = &mut setup.switches;
            (switches.replay, switches.socket_rooms, switches.ticks) = reading;
            config.feed.renewal = Duration::from_secs(120);
        });
        duo.join_both();
        let mut talk = Talk::new();
        let opened = duo.count("WS /events/1") + duo.count("WS /events/2");
        for n in 0..700u64 {
            // Never in step with anything else.
            duo.run(Duration::from_millis(700 + n * 37 % 101));
            if n % 3 == 0 {
                talk.goes_on(&mut duo);
            }
        }
        duo.run(MINUTE);
        assert!(talk.was_heard(&duo), "{reading:?}");
        let renewals = duo.count("WS /events/1") + duo.count("WS /events/2") - opened;
        assert!((3..=10).contains(&renewals), "{reading:?}: {renewals}");
        let mut told = names(&duo.changes());
        let before = told.len();
        told.retain(|name| name != "Gap");
        assert_eq!(told, ["Connecting", "Live"], "{reading:?}");
        // A `d` that cannot be believed is found out after a few alarms for each room.
        assert!(before - told.len() <= if reading.2 == Ticks::AlwaysOne { 6 } else { 0 }, "{reading:?}");
        assert!(duo.server.sockets().len() <= 2, "the old ones are closed");
    }
}

#[test]
fn rooms_share_a_socket_where_the_server_lets_them() {
    for (rooms, sockets) in [(SocketRooms::All, 1), (SocketRooms::Own, 3)] {
        let mut duo = Duo::with(|setup, _| {
            setup.switches.socket_rooms = rooms;
            setup.rooms.push(Room::new(RoomId(3), "Third"));
        });
        duo.join_both();
        duo.join_live(RoomId(3));
        duo.run(2 * MINUTE);
        assert_eq!(duo.server.sockets().len(), sockets, "{rooms:?}");
        let mut talk = Talk::new();
        talk.goes_on(&mut duo);
        duo.run(Duration::from_secs(1));
        assert!(talk.was_heard(&duo), "{rooms:?}");
        assert!(duo.server.present(OTHER).contains(&BOT), "each room is entered");
    }
}

#[test]
fn an_old_socket_does_not_stay_for_a_room_that_the_new_one_does_not_show() {
    let mut duo = Duo::with(|setup, config| {
        setup.switches.socket_rooms = SocketRooms::All;
        config.feed.renewal = 5 * MINUTE;
    });
    duo.join_both();
    duo.server.switches_mut().socket_rooms = SocketRooms::Own;
    let old = duo.server.sockets();
    duo.until("a second socket", |duo| duo.server.sockets().len() == 2);
    duo.run(4 * MINUTE);
    assert!(old.iter().all(|socket| !duo.server.sockets().contains(socket)), "it is too old to be left open");
    let mut talk = Talk::new();
    talk.goes_on(&mut duo);
    duo.run(Duration::from_secs(1));
    assert!(talk.was_heard(&duo));
}

#[test]
fn the_bot_is_told_what_happens_to_the_connection_in_order() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    assert_eq!(duo.changes(), [&FeedChange::Connecting, &FeedChange::Live]);
    duo.cut_sockets();
    duo.ada_says(ROOM, "one");
    duo.ada_says(ROOM, "two");
    duo.run(MINUTE);
    let [_, _, reconnecting, resumed] = duo.changes()[..] else { panic!("{:?}", duo.changes()) };
    let FeedChange::Reconnecting { attempt: 1, retry_in, reason, .. } = reconnecting else {
        panic!("{reconnecting:?}")
    };
    assert!(*retry_in <= Duration::from_secs(1) && reason.contains("cut"), "{reconnecting:?}");
    assert!(matches!(resumed, FeedChange::Resumed { .. }));
    let told = |wanted: fn(&FeedChange) -> bool| {
        duo.events.iter().position(|e| matches!(&e.kind, sechat_core::EventKind::Feed(c) if wanted(c))).unwrap()
    };
    let said =
        |text: &str| duo.events.iter().position(|e| e.message().is_some_and(|m| m.content.as_deref() == Some(text)));
    let lost = told(|c| matches!(c, FeedChange::Reconnecting { .. }));
    let back = told(|c| matches!(c, FeedChange::Resumed { .. }));
    assert!(
        Some(lost) < said("one") && said("one") < said("two") && said("two") < Some(back),
        "missed events come before the word that all is well"
    );
}

#[test]
fn what_was_missed_is_counted() {
    let mut duo = Duo::switched(|switches| switches.replay = Replay::Never);
    duo.join_live(ROOM);
    duo.cut_sockets();
    duo.ada_says(ROOM, "one");
    duo.ada_says(ROOM, "two");
    duo.run(MINUTE);
    let missed = duo
        .changes()
        .iter()
        .find_map(|c| if let FeedChange::Resumed { missed, .. } = c { Some(*missed) } else { None });
    assert_eq!(missed, Some(2), "{:?}", duo.events);
}

#[test]
fn without_sockets_events_are_polled_until_there_is_one_again() {
    for (line, fate) in [
        (AUTH, Some(Fate::Instead(page(503, "Offline for Maintenance")))),
        (AUTH, Some(Fate::Instead(page(200, "Log In")))),
        (AUTH, Some(Fate::Instead(redirect("/users/login")))),
        (AUTH, Some(Fate::SilentBefore)),
        ("handshakes", None),
    ] {
        let mut duo = Duo::new();
        duo.join_both();
        match fate.clone() {
            Some(fate) => duo.always(line, fate),
            None => duo.no_sockets = true,
        }
        duo.cut_sockets();
        let mut talk = Talk::new();
        for _ in 0..20 {
            talk.goes_on(&mut duo);
            duo.run(Duration::from_secs(11));
        }
        assert!(talk.was_heard(&duo), "{line} {fate:?}: {:?}", duo.changes());
        assert!(names(&duo.changes()).contains(&"Polling".to_owned()), "{line} {fate:?}: {:?}", names(&duo.changes()));
        duo.heal();
        duo.run(2 * MINUTE);
        assert!(matches!(duo.changes().last(), Some(FeedChange::Resumed { .. })), "{:?}", duo.changes());
        let polls = duo.count("POST /events");
        talk.goes_on(&mut duo);
        duo.run(5 * MINUTE);
        assert!(talk.was_heard(&duo), "{line} {fate:?}");
        assert_eq!(duo.count("POST /events"), polls, "no poll while a socket is there");
        assert_eq!(duo.feed_ended, None);
    }
}

#[test]
fn attempts_to_get_a_socket_grow_rarer_up_to_a_cap_and_never_end() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.no_sockets = true;
    let from = duo.time();
    duo.cut_sockets();
    duo.run(120 * MINUTE);
    let attempts: Vec<_> = duo.sent_to(AUTH).into_iter().filter(|sent| sent.at > from).collect();
    let gaps = gaps(&attempts);
    for (n, gap) in gaps.iter().enumerate() {
        let ceiling = Duration::from_secs(60.min(2u64 << n.min(10))) + Duration::from_secs(1);
        assert!(*gap <= ceiling && *gap >= Duration::from_millis(200), "attempt {n}: {gap:?}");
    }
    assert!((120..=600).contains(&gaps.len()), "{} attempts in two hours", gaps.len());
    let waits: Vec<Duration> = duo
        .changes()
        .iter()
        .filter_map(|c| if let FeedChange::Reconnecting { retry_in, .. } = c { Some(*retry_in) } else { None })
        .collect();
    assert!(waits.iter().all(|wait| *wait <= MINUTE));
    assert!(waits[20..].iter().any(|wait| *wait > Duration::from_secs(30)), "they have grown");
    let a_minute =
        duo.sent().iter().filter(|sent| sent.at > from + 60 * MINUTE && sent.at <= from + 61 * MINUTE).count();
    assert!(a_minute <= 40, "{a_minute} requests in one minute of polling");
    duo.heal();
    duo.run(2 * MINUTE);
    assert_eq!(duo.server.sockets().len(), 1);
}

#[test]
fn a_server_that_is_away_for_a_minute_is_heard_from_again() {
    for reading in readings() {
        let mut duo = read_as(reading);
        duo.join_both();
        let mut talk = Talk::new();
        duo.take_away();
        for _ in 0..6 {
            talk.goes_on(&mut duo);
            duo.run(Duration::from_secs(10));
        }
        duo.heal();
        talk.goes_on(&mut duo);
        duo.run(2 * MINUTE);
        assert!(talk.was_heard(&duo), "{reading:?}: {:?}", duo.changes());
        assert_eq!(duo.feed_ended, None);
    }
}

#[test]
fn more_than_the_server_remembers_is_rebuilt_from_the_room_and_said() {
    for replay in Replay::ALL {
        let mut duo = Duo::switched(|switches| {
            (switches.replay, switches.replay_depth, switches.poll_depth) = (*replay, 10, 10);
        });
        duo.join_live(ROOM);
        duo.take_away();
        let texts: Vec<String> = (0..50).map(|n| format!("message {n}")).collect();
        for text in &texts {
            duo.ada_says(ROOM, text);
        }
        duo.heal();
        duo.run(MINUTE);
        assert_eq!(duo.heard(ROOM), texts, "{replay:?}");
        assert!(duo.changes().iter().any(|c| matches!(c, FeedChange::Gap { room: ROOM, .. })), "{:?}", duo.changes());
    }
}

/// The room is read, something is said, and only then is there a socket again; the reading's answer comes last.
#[test]
fn what_is_said_between_the_reading_of_a_room_and_its_next_socket_is_heard() {
    const READING: &str = "POST /chats/1/events";
    let mut duo = Duo::switched(|switches| (switches.replay, switches.poll_depth) = (Replay::Never, 10));
    duo.join_live(ROOM);
    duo.always(AUTH, Fate::Refused);
    duo.next(1, READING, Fate::LateAnswer(Duration::from_secs(25)));
    let before = duo.count(READING);
    duo.cut_sockets();
    let mut texts: Vec<String> = (0..30).map(|n| format!("message {n}")).collect();
    for text in &texts {
        duo.ada_says(ROOM, text);
    }
    duo.until("the reading", |duo| duo.count(READING) > before);
    duo.run(Duration::from_millis(100));
    duo.ada_says(ROOM, "between");
    duo.heal();
    duo.run(Duration::from_secs(15));
    duo.ada_says(ROOM, "after");
    duo.run(MINUTE);
    texts.extend(["between".to_owned(), "after".to_owned()]);
    assert_eq!(duo.heard(ROOM), texts);
}

#[test]
fn a_frame_that_tells_of_a_loss_is_asked_about() {
    for frame in [r#"{"r1":{"reset":true},"r2":{}}"#, r#"{"r1":{},"r2":{},"reset":true}"#] {
        let mut duo = Duo::new();
        duo.join_both();
        let polls = duo.count("POST /events");
        duo.server.send_frame(duo.now(), frame);
        duo.run(Duration::from_secs(1));
        assert_eq!(duo.count("POST /events"), polls + 1, "{frame}");
    }
}

fn attempts(duo: &Duo) -> Vec<u32> {
    let attempt = |change: &&FeedChange| match change {
        FeedChange::Reconnecting { attempt, .. } => Some(*attempt),
        _ => None,
    };
    duo.changes().iter().filter_map(attempt).collect()
}

#[test]
fn only_sockets_that_do_not_hold_are_faults_in_a_row() {
    for (held, expected) in [(MINUTE, [1, 1, 1]), (Duration::from_secs(15), [1, 2, 3])] {
        let mut duo = Duo::new();
        duo.join_live(ROOM);
        duo.run(MINUTE);
        for _ in 0..3 {
            duo.cut_sockets();
            duo.run(Duration::from_millis(30));
            duo.until("another socket", |duo| !duo.server.sockets().is_empty());
            duo.run(held);
        }
        assert_eq!(attempts(&duo), expected, "{held:?}");
    }
}

#[test]
fn a_renewal_that_fails_leaves_the_old_socket_alone_and_is_tried_again() {
    let mut duo = Duo::with(|setup, config| {
        setup.switches.socket_rooms = SocketRooms::All;
        config.feed.renewal = 5 * MINUTE;
    });
    duo.join_live(ROOM);
    duo.run(MINUTE);
    duo.no_sockets = true;
    let opened = duo.count("WS /events/1");
    duo.until("a handshake that fails", |duo| duo.count("WS /events/1") > opened);
    duo.run(Duration::from_secs(1));
    duo.ada_says(ROOM, "still here?");
    duo.run(Duration::from_secs(1));
    assert_eq!(duo.heard(ROOM), ["still here?"]);
    let old = duo.server.sockets();
    duo.heal();
    duo.run(5 * MINUTE);
    assert_eq!(duo.changes(), [&FeedChange::Connecting, &FeedChange::Live]);
    assert!(duo.server.sockets().len() == 1 && duo.server.sockets() != old, "it was replaced after all");
}

#[test]
fn numbers_that_cannot_be_believed_are_asked_about_a_few_times_only() {
    let mut duo = Duo::switched(|switches| (switches.ticks, switches.event_ids) = (Ticks::AlwaysOne, EventIds::Sparse));
    duo.join_both();
    let polls = duo.count("POST /events");
    let mut talk = Talk::new();
    for _ in 0..40 {
        talk.goes_on(&mut duo);
        duo.run(Duration::from_secs(5));
    }
    assert!(talk.was_heard(&duo));
    assert!(duo.count("POST /events") - polls <= 12, "{} questions", duo.count("POST /events") - polls);
}

#[test]
fn every_lost_frame_is_noticed() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.run(MINUTE);
    for _ in 0..6 {
        duo.frames.push_back(FrameFate::Lost);
        let heard = duo.heard(ROOM).len();
        duo.ada_says(ROOM, "lost");
        duo.run(Duration::from_millis(30));
        duo.ada_says(ROOM, "found");
        duo.run(Duration::from_secs(5));
        assert_eq!(duo.heard(ROOM)[heard..], ["lost", "found"]);
    }
}

#[test]
fn a_socket_that_does_not_open_in_time_is_given_up() {
    let mut duo = Duo::new();
    duo.join_both();
    duo.silent_handshakes = true;
    let mut talk = Talk::new();
    duo.cut_sockets();
    talk.goes_on(&mut duo);
    duo.run(5 * MINUTE);
    assert!(talk.was_heard(&duo));
    let overdue =
        |change: &&FeedChange| matches!(change, FeedChange::Reconnecting { reason, .. } if reason.contains("in time"));
    assert!(duo.changes().into_iter().filter(overdue).count() > 3, "{:?}", duo.changes());
    assert_eq!(duo.engine.stats().sockets, 0);
    duo.heal();
    duo.run(2 * MINUTE);
    assert_eq!(duo.server.sockets().len(), 1);
}
