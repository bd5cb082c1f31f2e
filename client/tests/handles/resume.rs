//! A process ends, and the next one goes on from what it stored.

use std::fs;
use std::num::NonZeroUsize;
use std::time::Duration;

use sechat_client::event::{EventKind, FeedChange};
use sechat_client::text::Split;
use sechat_client::{
    Access, Config, Delivery, Error, Event, Invalid, Pending, Post, Priority, Queued, RoomId, SavedState, Server,
};
use tempfile::TempDir;

use crate::simulated::{ADA, EMAIL, PASSWORD, SERVER, Site};
use crate::{Chat, Events, Room};

/// A process that goes on from a state, in room 1.
struct Process {
    chat: Chat,
    room: Room,
    events: Events,
}

impl Process {
    fn start(site: &mut Site, state: Option<SavedState>) -> Self {
        Self::delivering(site, Delivery::default(), state)
    }

    fn delivering(site: &mut Site, delivery: Delivery, state: Option<SavedState>) -> Self {
        let config = Config::new(SERVER, Access::login(EMAIL, PASSWORD, None));
        let chat = Chat::builder(config).delivery(delivery).connect().unwrap();
        if let Some(state) = state {
            chat.resume(state).unwrap();
        }
        let room = site.run(Room::join(&chat, 1)).unwrap();
        let events = room.events();
        site.wait(Duration::from_secs(30));
        Self { chat, room, events }
    }

    fn state(&self) -> SavedState {
        self.chat.state()
    }

    /// The texts of the next messages, and of gaps, as far as there are so many.
    fn read(&mut self, site: &Site, count: usize) -> Vec<String> {
        let mut all = Vec::new();
        while all.len() < count
            && let Some(Some(Event { kind, .. })) = site.look(&mut self.events.next())
        {
            match kind {
                EventKind::MessagePosted(message) => all.extend(message.content),
                EventKind::Feed(FeedChange::Gap { .. }) => all.push("a gap".to_owned()),
                _ => {}
            }
        }
        all
    }

    fn read_all(&mut self, site: &Site) -> Vec<String> {
        self.read(site, usize::MAX)
    }

    /// Ends without a word.
    fn kill(self, site: &Site) {
        site.collapse();
        drop(self);
    }
}

fn say(site: &mut Site, texts: &[&str]) {
    for text in texts {
        let now = site.now();
        site.server.say(now, ADA, RoomId(1), text);
    }
    site.wait(Duration::from_secs(10));
}

#[test]
fn nothing_is_missed_between_two_processes() {
    let mut site = Site::new();
    let mut first = Process::start(&mut site, None);
    say(&mut site, &["one", "two"]);
    assert_eq!(first.read_all(&site), ["one", "two"]);
    let state = first.state();
    first.kill(&site);
    say(&mut site, &["three", "four"]);

    let mut second = Process::start(&mut site, Some(state));
    say(&mut site, &["five"]);
    assert_eq!(second.read_all(&site), ["three", "four", "five"]);
}

#[test]
fn what_was_not_dealt_with_comes_again() {
    let mut site = Site::new();
    let mut first = Process::start(&mut site, None);
    say(&mut site, &["one", "two", "three", "four"]);
    assert_eq!(first.read(&site, 2), ["one", "two"]);
    let undone = first.state();
    first.events.done();
    let done = first.state();
    first.kill(&site);

    let mut again = Process::start(&mut site, Some(undone));
    assert_eq!(again.read_all(&site), ["two", "three", "four"]);
    again.kill(&site);
    let mut once = Process::start(&mut site, Some(done));
    assert_eq!(once.read_all(&site), ["three", "four"]);
}

#[test]
fn at_most_once_if_wanted() {
    let mut site = Site::new();
    let mut first = Process::delivering(&mut site, Delivery::AtMostOnce, None);
    say(&mut site, &["one", "two", "three"]);
    assert_eq!(first.read(&site, 2), ["one", "two"]);
    let state = first.state();
    first.kill(&site);
    assert_eq!(Process::start(&mut site, Some(state)).read_all(&site), ["three"]);
}

#[test]
fn the_slowest_reader_counts_and_one_that_never_reads_does_not() {
    let mut site = Site::new();
    let mut first = Process::start(&mut site, None);
    let mut slow = first.chat.events();
    let _never = first.chat.events();
    say(&mut site, &["one", "two"]);
    assert!(site.look(&mut slow.next()).is_some(), "the slow one is at the first message");
    assert_eq!(first.read_all(&site), ["one", "two"]);
    let held_back = first.state();
    drop(slow);
    let free = first.state();
    first.kill(&site);

    let mut second = Process::start(&mut site, Some(held_back));
    assert_eq!(second.read_all(&site), ["one", "two"]);
    second.kill(&site);
    assert_eq!(Process::start(&mut site, Some(free)).read_all(&site), [""; 0]);
}

#[test]
fn a_server_that_has_forgotten_is_a_gap_and_messages_are_read_instead() {
    let mut site = Site::new();
    let mut first = Process::start(&mut site, None);
    say(&mut site, &["one"]);
    assert_eq!(first.read_all(&site), ["one"]);
    let state = first.state();
    first.kill(&site);
    site.server.switches_mut().poll_depth = 2;
    say(&mut site, &["two", "three", "four", "five", "six"]);

    let mut second = Process::start(&mut site, Some(state));
    assert_eq!(second.read_all(&site), ["a gap", "two", "three", "four", "five", "six"]);
    let state = second.state();
    second.kill(&site);
    assert_eq!(Process::start(&mut site, Some(state)).read_all(&site), [""; 0], "they are not read twice");
}

#[test]
fn messages_read_in_place_of_events_count_one_by_one() {
    let mut site = Site::new();
    let first = Process::start(&mut site, None);
    let state = first.state();
    first.kill(&site);
    site.server.switches_mut().poll_depth = 2;
    say(&mut site, &["one", "two", "three", "four", "five", "six"]);
    let mut second = Process::start(&mut site, Some(state));
    assert_eq!(second.read(&site, 3), ["a gap", "one", "two"]);
    second.events.done();
    let state = second.state();
    second.kill(&site);
    assert_eq!(Process::start(&mut site, Some(state)).read_all(&site), ["a gap", "three", "four", "five", "six"]);
}

#[test]
fn a_room_that_could_not_be_joined_stays_in_the_state() {
    let mut site = Site::new();
    let first = Process::start(&mut site, None);
    let state = first.state();
    first.kill(&site);
    let chat = Chat::anonymous(SERVER).unwrap();
    chat.resume(state.clone()).unwrap();
    assert_eq!(chat.state(), state);
}

#[test]
fn a_room_that_is_left_is_not_gone_on_with() {
    let mut site = Site::new();
    let first = Process::start(&mut site, None);
    let state = first.state();
    first.kill(&site);
    say(&mut site, &["one"]);
    let second = Process::start(&mut site, Some(state));
    site.run(second.room.close()).unwrap();
    assert_eq!(second.state().rooms(), []);
    say(&mut site, &["two"]);
    let room = site.run(Room::join(&second.chat, 1)).unwrap();
    site.wait(Duration::from_secs(30));
    let mut again = Process { events: room.events(), room, ..second };
    say(&mut site, &["three"]);
    assert_eq!(again.read_all(&site), ["three"]);
}

#[test]
fn the_state_outlives_the_connection() {
    let mut site = Site::new();
    let mut first = Process::start(&mut site, None);
    say(&mut site, &["one"]);
    first.read_all(&site);
    let before = first.state();
    site.run(first.chat.close()).unwrap();
    assert_eq!(first.state().rooms(), before.rooms());
    say(&mut site, &["two"]);
    let mut second = Process::start(&mut site, Some(first.state()));
    assert_eq!(second.read_all(&site), ["two"]);
}

#[test]
fn a_state_is_stored_and_another_server_refuses_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let mut site = Site::new();
    let first = Process::start(&mut site, None);
    assert_eq!(SavedState::load(&path), Ok(None));
    first.state().save(&path).unwrap();
    assert_eq!(SavedState::load(&path), Ok(Some(first.state())));

    let elsewhere = Server::StackOverflow;
    let Err(Error::Invalid(Invalid::State(reason))) = Chat::anonymous(elsewhere).unwrap().resume(first.state()) else {
        panic!("a state of another server was taken")
    };
    assert!(reason.contains("https://chat.stackexchange.com/"), "{reason}");
}

#[test]
fn a_file_that_holds_something_else_is_named_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let mut site = Site::new();
    let first = Process::start(&mut site, None);
    for content in ["not this", "{}", r#"{"version":2,"server":"x","rooms":{}}"#, r#"{"version":1,"server":"x","roo"#] {
        let path = folder.path().join("state.json");
        fs::write(&path, content).unwrap();
        for error in [SavedState::load(&path).unwrap_err(), first.state().save(&path).unwrap_err()] {
            let text = error.to_string();
            assert!(text.contains("state.json") && text.contains("remove it"), "{text}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn posts_that_were_not_sent_are_stored_and_posted_by_the_next_process() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("state.json");
    let mut site = Site::new();
    let Process { chat, room, .. } = Process::start(&mut site, None);
    let now = site.now();
    let question = site.server.say(now, ADA, RoomId(1), "Is that all?");
    let bulk = room.with_priority(Priority::Bulk);
    let replies = [room.send("zero"), bulk.send("three"), room.reply(question, "one"), room.send("two")];
    let queue = chat.queue();
    assert_eq!(queue.iter().filter_map(Queued::text).collect::<Vec<_>>(), ["zero", "one", "two", "three"]);
    assert_eq!(chat.state().posts(), [], "they may go out at any moment");
    let ended = chat.shut_down(Pending::Keep);
    site.run(ended).unwrap();
    let results = replies.map(|reply| site.run(reply).map(|_| ()));
    assert_eq!(results, [Ok(()), Err(Error::Closed), Err(Error::Closed), Err(Error::Closed)]);
    chat.state().save(&path).unwrap();

    let mut state = SavedState::load(&path).unwrap().unwrap();
    let kept =
        [Post::new(1, "one").reply_to(question), Post::new(1, "two"), Post::new(1, "three").priority(Priority::Bulk)];
    assert_eq!(state.posts(), kept);
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    chat.resume(state.clone()).unwrap();
    assert_eq!(chat.state(), state, "what nobody takes stays");
    chat.resume(state.clone()).unwrap();
    assert_eq!(chat.state(), state, "once, however often it is resumed");
    let posts = state.take_posts();
    assert_eq!(state.posts(), []);
    state.save(&path).unwrap();
    assert_eq!(SavedState::load(&path).unwrap(), Some(state));
    for post in posts {
        let reply = chat.post(post);
        site.run(reply).unwrap();
    }
    let texts: Vec<&str> = site.server.messages(RoomId(1)).iter().map(|message| message.source()).collect();
    assert_eq!(texts, ["Is that all?", "zero", "one", "two", "three"]);
}

#[test]
fn a_text_in_parts_is_refused_whole_if_the_queue_has_no_room_for_all() {
    let mut site = Site::new();
    let mut config = Config::new(SERVER, Access::login(EMAIL, PASSWORD, None));
    config.queue_limit = NonZeroUsize::new(2).unwrap();
    let chat = Chat::builder(config).connect().unwrap();
    let room = chat.room(1);
    let long = "word ".repeat(250);
    let error = site.run(room.send_split(&long, Split::AtWord)).unwrap_err();
    assert!(matches!(error, Error::QueueFull { limit: 2, .. }), "{error}");
    let fits = site.run(room.send_split(&long[..900], Split::AtWord)).unwrap();
    assert_eq!(fits.len(), 2);
    assert_eq!(site.server.messages(RoomId(1)).len(), 2);
}
