//! Frames, snapshots and single events.

use sechat_core::{Event, Frame, RoomSnapshot};

/// The input is a frame, a snapshot, an event.
pub fn run(input: &[u8]) {
    if let Ok(frame) = Frame::parse(input) {
        frame.rooms.iter().flat_map(|(_, update)| &update.events).for_each(comes_back);
    }
    if let Ok(snapshot) = RoomSnapshot::parse(input) {
        snapshot.events.iter().for_each(comes_back);
    }
    comes_back(&Event::parse(input));
}

/// What is written of an event reads as the same event, but for what could not be read.
fn comes_back(event: &Event) {
    let written = serde_json::to_string(event).expect("events serialise");
    if event.event_type().is_some() {
        assert_eq!(&Event::parse(written.as_bytes()), event, "{written}");
    }
}
