//! A snapshot of a room.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::members::{Object, keep, keep_raw};
use super::strict::Strict;
use super::text::lossy;
use super::{Event, NotAFrame, lenient};
use crate::EventId;

/// The last messages of a room (protocol notes, 2.1).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RoomSnapshot {
    /// Messages in their present state, oldest first. They have no event ids.
    pub events: Vec<Event>,
    /// The last event that this covers: where to go on from.
    pub time: Option<EventId>,
    /// The server's clock in seconds since 1970.
    pub sync: Option<u64>,
    /// For how many more seconds nobody may post.
    pub timeout: Option<u64>,
    /// Other fields, as they came.
    pub extra: Map<String, Value>,
}

impl RoomSnapshot {
    /// Reads a snapshot. Fails for what is no JSON object, and for an object without `events`.
    pub fn parse(json: &[u8]) -> Result<Self, NotAFrame> {
        /// A snapshot that is as it should be, and nothing else.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Plain {
            events: Strict<Vec<Event>>,
            #[serde(default)]
            time: Option<EventId>,
            #[serde(default)]
            sync: Option<u64>,
            #[serde(default)]
            timeout: Option<u64>,
            #[serde(default)]
            ms: Option<Value>,
        }
        let json = lossy(json);
        match serde_json::from_str::<Plain>(&json) {
            Ok(Plain { events: Strict(events), time, sync, timeout, ms }) => {
                let extra = ms.map(|ms| ("ms".to_owned(), ms)).into_iter().collect();
                Ok(Self { events, time, sync, timeout, extra })
            }
            Err(_) => Self::parse_leniently(&json),
        }
    }

    fn parse_leniently(json: &str) -> Result<Self, NotAFrame> {
        let Object(members) = serde_json::from_str(json).map_err(|error| NotAFrame::new(json, &error))?;
        let mut snapshot = Self::default();
        let mut complete = false;
        for (name, raw) in members {
            let extra = &mut snapshot.extra;
            match name.as_str() {
                "events" => {
                    complete = true;
                    snapshot.events = lenient::events(raw);
                }
                "time" => {
                    let mut time = None;
                    keep(&mut time, "time", raw, extra);
                    snapshot.time = time.map(EventId);
                }
                "sync" => keep(&mut snapshot.sync, "sync", raw, extra),
                "timeout" => keep(&mut snapshot.timeout, "timeout", raw, extra),
                _ => keep_raw(name, raw, extra),
            }
        }
        if complete { Ok(snapshot) } else { Err(NotAFrame::new(json, &"it has no `events`")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MessageId;

    #[test]
    fn reads_a_snapshot() {
        let json = br#"{"events":[
            {"event_type":1,"time_stamp":1700000001,"content":"good morning","user_id":777,"user_name":"Sentinel",
             "room_id":40,"message_id":52000088,"message_stars":2,"message_starred":true},
            {"event_type":1,"time_stamp":1700000002,"user_id":778,"user_name":"Bea","room_id":40,
             "message_id":52000103,"parent_id":52000062,"show_parent":true}
            ],"time":82000001,"sync":1700000009,"ms":4,"timeout":30}"#;
        let snapshot = RoomSnapshot::parse(json).unwrap();
        assert_eq!(
            (snapshot.time, snapshot.sync, snapshot.timeout),
            (Some(EventId(82_000_001)), Some(1_700_000_009), Some(30))
        );
        assert_eq!(snapshot.extra["ms"], 4);
        let [first, second] = &snapshot.events[..] else { panic!() };
        assert_eq!(first.id, None);
        assert_eq!(first.room_name, None);
        let message = first.message().unwrap();
        assert_eq!((message.content.as_deref(), message.stars, message.starred), (Some("good morning"), 2, true));
        let deleted = second.message().unwrap();
        assert_eq!((deleted.content.as_deref(), deleted.reply_to()), (None, Some(MessageId(52_000_062))));
    }

    #[test]
    fn is_lenient_about_everything_but_events() {
        let odd = RoomSnapshot::parse(br#"{"events":[5,{"event_type":3}],"time":"7","sync":[],"new":null}"#).unwrap();
        assert_eq!((odd.time, odd.sync), (Some(EventId(7)), None));
        assert_eq!(odd.events.iter().map(Event::event_type).collect::<Vec<_>>(), [None, Some(3)]);
        assert_eq!(serde_json::to_string(&odd.extra).unwrap(), r#"{"new":null,"sync":[]}"#);
        assert_eq!(RoomSnapshot::parse(br#"{"events":[],"time":null}"#).unwrap(), RoomSnapshot::default());
        for no_snapshot in ["", "{}", "[]", "{\"events\":[", "<html>", "\"ok\""] {
            assert_eq!(RoomSnapshot::parse(no_snapshot.as_bytes()).unwrap_err().raw, no_snapshot);
        }
    }
}
