//! Readers that are slower than their room.

use std::num::NonZeroUsize;
use std::time::Duration;

use sechat_client::event::{EventKind, FeedChange};
use sechat_client::{Access, Config, Event, RoomId};

use crate::simulated::{ADA, EMAIL, PASSWORD, SERVER, Site};
use crate::{Chat, Events, Room};

/// A bot in rooms 1 and 2 whose readers keep three events, and one reader that hears from the start.
fn bot(site: &mut Site) -> (Chat, Events) {
    site.server.add_room(sechat_fixtures::Room::new(RoomId(2), "Second"));
    let config = Config::new(SERVER, Access::login(EMAIL, PASSWORD, None));
    let chat = Chat::builder(config).event_buffer(const { NonZeroUsize::new(3).unwrap() }).connect().unwrap();
    for room in [1, 2] {
        let _room = site.run(Room::join(&chat, room)).unwrap();
        let now = site.now();
        site.server.enter(now, ADA, RoomId(room));
    }
    site.wait(Duration::from_secs(60));
    let events = chat.events();
    (chat, events)
}

/// Messages numbered from `first` to `last`, one a second, in room 1 if odd and in room 2 if even, unless all in one.
fn say(site: &mut Site, room: Option<u64>, first: u64, last: u64) {
    for number in first..=last {
        let now = site.now();
        site.server.say(now, ADA, RoomId(room.unwrap_or(2 - number % 2)), &number.to_string());
        site.wait(Duration::from_secs(1));
    }
}

/// Everything that can be read within half a minute, in short.
fn read(site: &mut Site, events: &mut Events) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..30 {
        all.extend(read_now(site, events, usize::MAX));
        site.wait(Duration::from_secs(1));
    }
    all
}

fn read_now(site: &Site, events: &mut Events, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    while all.len() < count
        && let Some(Some(Event { kind, .. })) = site.look(&mut events.next())
    {
        match kind {
            EventKind::MessagePosted(message) => all.extend(message.content),
            EventKind::Feed(FeedChange::Lagged { missed, .. }) => all.push(format!("missed {missed}")),
            EventKind::Feed(FeedChange::Gap { .. }) => all.push("a gap".to_owned()),
            _ => {}
        }
    }
    all
}

#[test]
fn what_was_dropped_is_brought_again_and_only_to_the_slow_one() {
    let mut site = Site::new();
    let (chat, mut slow) = bot(&mut site);
    let mut quick = chat.events();
    let mut quickly = Vec::new();
    for number in 1..=8 {
        say(&mut site, Some(1), number, number);
        quickly.extend(read_now(&site, &mut quick, usize::MAX));
    }
    assert_eq!(read(&mut site, &mut slow), ["1", "2", "3", "missed 5", "4", "5", "6", "7", "8"]);
    say(&mut site, Some(1), 9, 9);
    assert_eq!(read(&mut site, &mut slow), ["9"]);
    quickly.extend(read(&mut site, &mut quick));
    assert_eq!(quickly, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}

#[test]
fn two_slow_readers_each_get_what_they_dropped() {
    let mut site = Site::new();
    let (chat, mut first) = bot(&mut site);
    let mut second = chat.events();
    say(&mut site, Some(1), 1, 2);
    assert_eq!(read_now(&site, &mut second, 1), ["1"]);
    say(&mut site, Some(1), 3, 6);
    assert_eq!(read(&mut site, &mut first), ["1", "2", "3", "missed 3", "4", "5", "6"]);
    assert_eq!(read(&mut site, &mut second), ["2", "3", "4", "missed 2", "5", "6"]);
}

#[test]
fn each_room_goes_on_from_where_it_was_dropped() {
    let mut site = Site::new();
    let (_chat, mut slow) = bot(&mut site);
    say(&mut site, None, 1, 7);
    let read = read(&mut site, &mut slow);
    assert_eq!(read[..4], ["1", "2", "3", "missed 4"]);
    let in_room = |odd: bool| {
        let numbers = read.iter().filter_map(|text| text.parse::<u64>().ok());
        numbers.filter(|number| (number % 2 == 1) == odd).collect::<Vec<_>>()
    };
    assert_eq!((in_room(true), in_room(false)), (vec![1, 3, 5, 7], vec![2, 4, 6]));
}

#[test]
fn a_reader_that_stays_slow_gets_everything_in_the_end() {
    let mut site = Site::new();
    let (_chat, mut slow) = bot(&mut site);
    let mut all = Vec::new();
    for number in 0..40 {
        say(&mut site, Some(1), 2 * number + 1, 2 * number + 2);
        all.extend(read_now(&site, &mut slow, 1));
    }
    all.extend((0..20).flat_map(|_| read(&mut site, &mut slow)));
    let numbers: Vec<u64> = all.iter().filter_map(|text| text.parse().ok()).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
}

#[test]
fn what_the_server_has_forgotten_is_a_gap_for_the_slow_one_alone() {
    let mut site = Site::new();
    let (chat, mut slow) = bot(&mut site);
    let mut quick = chat.events();
    site.server.switches_mut().poll_depth = 2;
    let mut quickly = Vec::new();
    for number in 1..=8 {
        say(&mut site, Some(1), number, number);
        quickly.extend(read_now(&site, &mut quick, usize::MAX));
    }
    assert_eq!(read(&mut site, &mut slow), ["1", "2", "3", "missed 5", "a gap", "4", "5", "6", "7", "8"]);
    quickly.extend(read(&mut site, &mut quick));
    assert_eq!(quickly, ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[test]
fn a_state_waits_for_what_was_dropped() {
    let mut site = Site::new();
    let (chat, mut slow) = bot(&mut site);
    say(&mut site, Some(1), 1, 6);
    assert_eq!(read_now(&site, &mut slow, 3), ["1", "2", "3"]);
    let state = chat.state();
    site.collapse();
    drop((chat, slow));

    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    chat.resume(state).unwrap();
    let mut events = site.run(Room::join(&chat, 1)).unwrap().events();
    assert_eq!(read(&mut site, &mut events), ["3", "4", "5", "6"]);
}

#[test]
fn at_the_end_nothing_can_be_brought_again_and_the_number_is_told() {
    let mut site = Site::new();
    let (chat, mut slow) = bot(&mut site);
    say(&mut site, Some(1), 1, 6);
    site.run(chat.close()).unwrap();
    let told = read(&mut site, &mut slow);
    assert_eq!(told[..3], ["1", "2", "3"]);
    assert!(told[3].starts_with("missed "), "{told:?}");
    assert_eq!(site.look(&mut slow.next()), Some(None));
}
