//! Literal frames, and properties over made-up ones.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::MessageId;

/// The events of the only room of a frame.
fn events(frame: &Value) -> Vec<Event> {
    let frame = Frame::parse(frame.to_string().as_bytes()).unwrap();
    let [(_, update)] = &frame.rooms[..] else { panic!("{frame:?}") };
    update.events.clone()
}

fn one(event: &Value) -> Event {
    let mut events = events(&json!({ "r1": { "e": [event] } }));
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// An event of a type with the fields that most have.
fn sample(event_type: u32) -> Value {
    json!({
        "event_type": event_type, "time_stamp": 1_700_000_004, "content": "test", "id": 81_000_008,
        "user_id": 4711, "user_name": "Ada", "target_user_id": 815,
        "room_id": 321, "room_name": "Workshop", "message_id": 51_000_065,
    })
}

const TYPES: [u32; 25] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 29, 30, 34];

#[test]
fn rubbish_takes_no_more_memory_than_it_is_worth() {
    let list = vec!["5"; 50_000].join(",") + r#",{"event_type":3,"id":1}"#;
    let frame = Frame::parse(format!(r#"{{"r1":{{"e":[{list}]}}}}"#).as_bytes()).unwrap();
    let events = &frame.rooms[0].1.events;
    assert_eq!(events.len(), 1002);
    assert_eq!(events[1000].event_type(), Some(3));
    let EventKind::Malformed { reason, .. } = &events[1001].kind else { panic!() };
    assert_eq!(reason, "49000 more that cannot be read");
}

#[test]
fn a_message_of_2018() {
    let event = one(&sample(1));
    assert_eq!(event.id, Some(EventId(81_000_008)));
    assert_eq!(event.time_stamp, Some(1_700_000_004));
    assert_eq!(event.room_id, Some(RoomId(321)));
    assert_eq!(event.room_name.as_deref(), Some("Workshop"));
    assert_eq!(event.user_id, Some(UserId(4711)));
    assert_eq!(event.user_name.as_deref(), Some("Ada"));
    assert_eq!(event.target_user_id, Some(UserId(815)));
    let EventKind::MessagePosted(message) = &event.kind else { panic!() };
    assert_eq!((message.id, message.content.as_deref()), (MessageId(51_000_065), Some("test")));
    assert_eq!((message.edits, message.stars, message.starred, message.parent_id), (0, 0, false, None));
    assert!(event.extra.is_empty());
}

#[test]
fn a_reply_of_2025() {
    let event = one(&json!({
        "event_type": 18, "content": "Test2", "message_id": 58_000_002, "parent_id": 58_000_001, "show_parent": true,
        "parent_username": "Robin", "parent_text": null, "message_edits": 1, "message_stars": 2,
        "message_owner_stars": 3, "message_flags": 4, "message_starred": true, "message_owner_starred": true,
        "message_flagged": true, "moved": true, "reactions": [{ "name": "heart" }],
    }));
    assert!(event.is_personal());
    let message = event.message().unwrap();
    assert_eq!(message.reply_to(), Some(MessageId(58_000_001)));
    assert_eq!((message.parent_user_name.as_deref(), message.parent_text.as_deref()), (Some("Robin"), None));
    assert_eq!((message.edits, message.stars, message.owner_stars, message.flags), (1, 2, 3, 4));
    assert!(message.starred && message.owner_starred && message.flagged && message.moved);
    assert_eq!(Value::from(event.extra), json!({ "reactions": [{ "name": "heart" }] }));
}

#[test]
fn a_ping_has_a_parent_but_is_no_reply() {
    let event = one(&json!({ "event_type": 8, "message_id": 2, "parent_id": 1 }));
    assert_eq!((event.message().unwrap().parent_id, event.message().unwrap().reply_to()), (Some(MessageId(1)), None));
}

#[test]
fn every_type_has_its_variant_and_its_number() {
    let personal: Vec<u32> = TYPES.into_iter().filter(|number| one(&sample(*number)).is_personal()).collect();
    assert_eq!(personal, [8, 13, 14, 16, 17, 18, 29]);
    for number in TYPES {
        let event = one(&sample(number));
        assert!(!matches!(event.kind, EventKind::Unknown { .. } | EventKind::Malformed { .. }), "{number}");
        assert_eq!(event.event_type(), Some(number));
        let about_a_message = matches!(number, 1 | 2 | 6 | 8 | 9 | 10 | 18 | 19 | 20);
        assert_eq!(event.message().is_some(), about_a_message, "{number}");
        // On the others it is a field that nobody expects, and must not be lost.
        assert_eq!(event.extra.contains_key("message_id"), !about_a_message, "{number}");
    }
}

#[test]
fn contents_that_have_a_shape() {
    let access = one(&json!({ "event_type": 15, "content": "priv 7 created", "target_user_id": 1 }));
    assert_eq!(access.kind, EventKind::AccessLevelChanged(AccessChange::KickStarted { number: 7 }));
    let default = one(&json!({ "event_type": 15, "content": null }));
    assert_eq!(default.kind, EventKind::AccessLevelChanged(AccessChange::RoomDefault));
    let name = one(&json!({ "event_type": 5, "content": "A / B / c", "room_name": "A / B" }));
    let EventKind::RoomNameChanged(details) = name.kind else { panic!() };
    assert_eq!((details.name.as_deref(), details.description.as_deref()), (Some("A / B"), Some("c")));
    let suspended = one(&json!({ "event_type": 29, "content": "1 {\"old\":null,\"new\":5}" }));
    let EventKind::UserSuspended(suspension) = suspended.kind else { panic!() };
    assert_eq!((suspension.number, suspension.new), (Some(1), Some(json!(5))));
    let left = one(&json!({ "event_type": 4, "content": "why" }));
    assert_eq!((left.kind, &left.extra["content"]), (EventKind::UserLeft, &json!("why")));
}

#[test]
fn an_unknown_type_keeps_everything() {
    let raw = json!({ "event_type": 35, "id": 7, "content": null, "room_id": 1, "x": { "y": [1.5, "z"] } });
    let event = one(&raw);
    assert_eq!((event.id, event.room_id, event.event_type()), (Some(EventId(7)), Some(RoomId(1)), Some(35)));
    let EventKind::Unknown { raw: kept, .. } = event.kind else { panic!() };
    assert_eq!(Value::from(kept), raw);
    assert!(event.extra.is_empty());
}

#[test]
fn odd_fields_are_read_where_the_rest_makes_sense() {
    let event = one(&json!({
        "event_type": "1", "id": "81000008", "message_id": 51_000_065.0, "user_id": " -2 ", "user_name": 7,
        "time_stamp": null, "room_id": {}, "message_stars": "2", "message_edits": -1, "show_parent": 1,
        "moved": "false", "message_starred": [], "content": null,
    }));
    let EventKind::MessagePosted(message) = &event.kind else { panic!("{event:?}") };
    assert_eq!((event.id, event.user_id, event.room_id), (Some(EventId(81_000_008)), Some(UserId(-2)), None));
    assert_eq!((event.user_name.as_deref(), event.time_stamp), (Some("7"), None));
    assert_eq!((message.id, message.stars, message.edits), (MessageId(51_000_065), 2, 0));
    assert!(message.show_parent && !message.moved && !message.starred);
    // What cannot be read is not lost either.
    assert_eq!(Value::from(event.extra.clone()), json!({ "room_id": {}, "message_edits": -1, "message_starred": [] }));
}

#[test]
fn a_malformed_event_hides_no_neighbour() {
    let odd = [
        json!(5),
        json!(null),
        json!([]),
        json!({}),
        json!({ "event_type": 1, "id": 8, "room_id": 1 }),
        json!({ "event_type": "one", "message_id": 1 }),
        json!({ "event_type": -1 }),
    ];
    for odd in odd {
        let events = events(&json!({ "r1": { "e": [sample(3), odd, sample(4)], "t": 9, "d": 1 } }));
        let [EventKind::UserEntered, EventKind::Malformed { raw, reason }, EventKind::UserLeft] =
            &events.iter().map(|event| event.kind.clone()).collect::<Vec<_>>()[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!((raw, reason.is_empty()), (&odd.to_string(), false));
    }
}

#[test]
fn a_malformed_event_still_has_its_id() {
    let event = one(&json!({ "event_type": 1, "id": 8, "room_id": 1 }));
    assert_eq!((event.id, event.room_id, event.event_type()), (Some(EventId(8)), Some(RoomId(1)), None));
    let EventKind::Malformed { reason, .. } = event.kind else { panic!() };
    assert_eq!(reason, "no message_id that can be read");
}

#[test]
fn halves_of_characters_cost_nothing_else() {
    let json = r#"{"r1":{"e":[{"event_type":1,"message_id":1,"content":"\ud83d\ude00 \\ud83d \ud83d","parent_text":"a\ude00"},
        {"event_type":3}]}}"#;
    let frame = Frame::parse(json.as_bytes()).unwrap();
    let message = frame.rooms[0].1.events[0].message().unwrap();
    assert_eq!(message.content.as_deref(), Some("😀 \\ud83d \u{fffd}"));
    assert_eq!(message.parent_text.as_deref(), Some("a\u{fffd}"));
    assert_eq!(frame.rooms[0].1.events[1].kind, EventKind::UserEntered);
}

#[test]
fn bytes_that_are_no_text_cost_nothing_else() {
    let mut json = sample(1).to_string().replace("test", "te?t").into_bytes();
    let at = json.iter().position(|b| *b == b'?').unwrap();
    json[at] = 0xff;
    let frame = [b"{\"r1\":{\"e\":[", &json[..], b"]}}"].concat();
    let frame = Frame::parse(&frame).unwrap();
    assert_eq!(frame.rooms[0].1.events[0].message().unwrap().content.as_deref(), Some("te\u{fffd}t"));
}

#[test]
fn frames_of_several_rooms_are_in_order() {
    let frame = Frame::parse(br#"{"r139":{"e":[{"event_type":18,"id":5,"message_id":1}],"t":6,"d":2},"sync":7,"r1":{"t":6,"d":2},"reset":true}"#);
    let frame = frame.unwrap();
    assert_eq!(frame.rooms.iter().map(|(room, _)| room.0).collect::<Vec<_>>(), [1, 139]);
    assert_eq!((frame.sync, frame.reset), (Some(7), true));
    assert_eq!((frame.rooms[0].1.t, frame.rooms[0].1.d), (Some(EventId(6)), Some(2)));
    assert_eq!(Frame::parse(br#"{"r1":{}}"#).unwrap().rooms, [(RoomId(1), RoomUpdate::default())]);
}

#[test]
fn odd_frames_keep_what_they_can() {
    let json =
        br#"{"action":"hb","rx":{},"r":1,"r2":{"t":"9","d":null,"e":null,"reset":1,"exit":true,"timeout":"4","ms":0},
        "r3":null,"r4":"gone","r5":{"e":{"event_type":1},"t":[]},"r2":{"e":[{"event_type":3}]},"sync":"x"}"#;
    let frame = Frame::parse(json).unwrap();
    assert_eq!(Value::from(frame.extra.clone()), json!({ "action": "hb", "rx": {}, "r": 1, "sync": "x" }));
    let [(_, two), (_, three), (_, four), (_, five)] = &frame.rooms[..] else { panic!("{frame:?}") };
    assert_eq!((two.t, two.d, two.timeout, two.reset, two.exit), (Some(EventId(9)), None, Some(4), true, true));
    assert_eq!((two.events.len(), &two.extra["ms"]), (1, &json!(0)));
    assert_eq!(three, &RoomUpdate::default());
    assert!(matches!(&four.events[0].kind, EventKind::Malformed { raw, .. } if raw == "\"gone\""));
    assert!(matches!(&five.events[0].kind, EventKind::Malformed { raw, .. } if raw == "{\"event_type\":1}"));
    assert_eq!(&five.extra["t"], &json!([]));
}

#[test]
fn what_is_no_frame_becomes_a_malformed_event() {
    for raw in ["", "null", "[1]", "hb", "{\"r1\":{\"t\":", "{} {}", "<html>"] {
        let error = Frame::parse(raw.as_bytes()).unwrap_err();
        assert_eq!(error.raw, raw);
        let event = Event::from(error.clone());
        assert!(
            matches!(event.kind, EventKind::Malformed { raw: kept, reason } if kept == raw && reason == error.reason)
        );
    }
    let long = "é".repeat(60_000);
    assert_eq!(Frame::parse(long.as_bytes()).unwrap_err().raw.len(), 64 << 10);
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let json =
        format!(r#"{{"x":{deep},"r1":{{"e":[{deep},{{"event_type":3,"x":{deep}}},{{"event_type":4}}],"y":{deep}}}}}"#);
    let frame = Frame::parse(json.as_bytes()).unwrap();
    let events = &frame.rooms[0].1.events;
    assert_eq!(events.len(), 3);
    assert_eq!(events[2].kind, EventKind::UserLeft);
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0_u64..40).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        any::<u32>().prop_map(|number| Value::from(number.to_string())),
    ]
}

/// Events with the fields of the protocol, right and wrong.
fn any_event() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(
        &[
            "event_type",
            "id",
            "time_stamp",
            "content",
            "user_id",
            "user_name",
            "target_user_id",
            "room_id",
            "room_name",
            "message_id",
            "parent_id",
            "show_parent",
            "parent_username",
            "parent_text",
            "message_edits",
            "message_stars",
            "message_starred",
            "moved",
            "new_field",
        ][..],
    );
    let good = (prop::sample::select(&TYPES[..]), prop::collection::vec((names, scalar()), 0..6));
    good.prop_map(|(number, odd)| {
        let mut event = sample(number);
        for (name, value) in odd {
            event[name] = value;
        }
        event
    })
}

proptest! {
    #[test]
    fn parsing_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Frame::parse(&bytes);
        let _ = RoomSnapshot::parse(&bytes);
        let _ = Event::parse(&bytes);
    }

    #[test]
    fn every_event_is_delivered_and_loses_nothing(list in prop::collection::vec(any_event(), 1..5)) {
        let read = events(&json!({ "r1": { "e": list } }));
        prop_assert_eq!(read.len(), list.len());
        for (event, json) in read.iter().zip(&list) {
            // The fast way and the slow one agree.
            prop_assert_eq!(event, &lenient::odd(&json.to_string()));
            // And what was read can be written.
            if !matches!(event.kind, EventKind::Malformed { .. }) {
                prop_assert_eq!(event, &Event::parse(&serde_json::to_vec(event).unwrap()));
            }
            if let Some(new) = json.get("new_field") {
                let raw = match &event.kind {
                    EventKind::Unknown { raw, .. } => raw.clone(),
                    EventKind::Malformed { raw, .. } => serde_json::from_str(raw).unwrap(),
                    _ => event.extra.clone(),
                };
                prop_assert_eq!(&raw["new_field"].to_string(), &new.to_string());
            }
        }
    }

    #[test]
    fn truncated_and_mutated_frames_never_panic(
        event in any_event(), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut json = json!({ "r1": { "e": [event], "t": 1, "d": 1 }, "sync": 2 }).to_string().into_bytes();
        prop_assert!(Frame::parse(&json[..cut.index(json.len())]).is_err());
        let at = at.index(json.len());
        json[at] = byte;
        let _ = Frame::parse(&json);
    }
}
