//! Counts who says how much in several rooms, without an account.

use std::collections::BTreeMap;
use std::time::Duration;

use sechat_blocking::{Chat, Error, EventKind, RoomId};
use sechat_fixtures::Sim;

/// Watches until nobody has said anything for ten minutes.
fn watch(chat: &Chat, rooms: &[RoomId]) -> Result<BTreeMap<String, usize>, Error> {
    let mut events = chat.events();
    let rooms = rooms.iter().map(|&room| chat.join(room)).collect::<Result<Vec<_>, _>>()?;
    let mut counts = BTreeMap::new();
    let said = |event: &sechat_blocking::Event| matches!(event.kind, EventKind::MessagePosted(_));
    while let Ok(Some(event)) = events.wait_for_timeout(said, Duration::from_secs(600)) {
        *counts.entry(event.user_name.unwrap_or_default().to_string()).or_insert(0) += 1;
    }
    drop(rooms);
    Ok(counts)
}

#[test]
fn it_counts_until_all_have_fallen_silent() {
    let sim = Sim::new();
    let rooms = ["Sandbox", "Attic", "Cellar"].map(|name| sim.room(name));
    let (ada, grace) = (sim.person("Ada"), sim.person("Grace"));
    let ids: Vec<RoomId> = rooms.iter().map(sechat_fixtures::sim::Room::id).collect();
    let watcher = sim.visitor().start_blocking(move |chat| watch(&chat, &ids));
    for n in 0..30 {
        ada.say(&rooms[n % 3], &format!("message {n}"));
        if n % 3 == 0 {
            grace.say(&rooms[0], &format!("another {n}"));
        }
        sim.advance(Duration::from_secs(60));
    }
    assert!(watcher.is_running());
    sim.advance(Duration::from_secs(650));
    let counts = watcher.output().expect("it has ended").unwrap();
    assert_eq!(counts, BTreeMap::from([("Ada".to_owned(), 30), ("Grace".to_owned(), 10)]));
}
