//! Tells what is said in several rooms, without an account.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sechat_fixtures::sim::Room;
use sechat_fixtures::{Outage, Sim};
use sechat_tokio::Chat;

use crate::watcher_example::watch;

#[test]
fn it_hears_all_rooms_through_an_outage() {
    let sim = Sim::new();
    let rooms = ["Sandbox", "Attic"].map(|name| sim.room(name));
    let ada = sim.person("Ada");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (ids, lines) = (rooms.iter().map(Room::id).collect(), Arc::clone(&heard));
    let mut config = sim.visitor().config();
    config.feed.patience = None;
    let chat = Chat::builder(config).connect().unwrap();
    let watcher = sim.start_program(watch(chat, ids, move |line| lines.lock().unwrap().push(line)));
    ada.say(&rooms[0], "5 < *6*");
    sim.advance(Duration::from_secs(60));
    sim.outage(Outage::Refused);
    ada.say(&rooms[1], "anybody?");
    sim.advance(Duration::from_secs(600));
    assert_eq!(*heard.lock().unwrap(), ["1 Ada: 5 < 6"]);
    sim.outage(Outage::Off);
    sim.advance(Duration::from_secs(600));
    assert_eq!(*heard.lock().unwrap(), ["1 Ada: 5 < 6", "2 Ada: anybody?"]);
    assert!(watcher.is_running());
}
