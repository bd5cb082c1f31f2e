//! Messages that were read in their room, put among events.

use crate::MessageId;
use crate::event::{Event, EventKind};

/// A room's messages and its events in one order. A message stands before every event that is not sure to be older, which
/// only the posting of an earlier message is: whoever stops reading in between and goes on after an event must not pass a
/// message that has no event of its own.
pub(super) fn merged(messages: Vec<Event>, events: Vec<Event>) -> Vec<Event> {
    let mut messages = messages.into_iter().peekable();
    let posts: Vec<MessageId> = events.iter().filter_map(posted).collect();
    let mut posts = posts.into_iter().peekable();
    let mut all = Vec::new();
    for event in events {
        let next = posts.peek().copied();
        all.extend(std::iter::from_fn(|| messages.next_if(|message| next.is_none() || posted(message) < next)));
        posts.next_if(|&post| posted(&event) == Some(post));
        all.push(event);
    }
    all.extend(messages);
    all
}

/// The message that an event is the posting of.
pub(super) fn posted(event: &Event) -> Option<MessageId> {
    match &event.kind {
        EventKind::MessagePosted(message) => Some(message.id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: u64) -> Event {
        Event::parse(format!(r#"{{"event_type":3,"id":{id},"room_id":1,"user_id":7}}"#).as_bytes())
    }

    fn message(id: &str, message: u64) -> Event {
        let json = format!(r#"{{"event_type":1,{id}"room_id":1,"user_id":7,"message_id":{message},"content":"x"}}"#);
        Event::parse(json.as_bytes())
    }

    #[test]
    fn messages_without_events_come_before_all_that_may_be_newer() {
        let read = [8, 9, 12, 13].map(|id| message("", id)).to_vec();
        let held = vec![event(47), message(r#""id":50,"#, 10), event(53), message(r#""id":54,"#, 14), event(55)];
        let order: Vec<_> =
            merged(read, held).iter().map(|one| (one.id.map(|id| id.0), posted(one).map(|id| id.0))).collect();
        let expected = [
            (None, Some(8)),
            (None, Some(9)),
            (Some(47), None),
            (Some(50), Some(10)),
            (None, Some(12)),
            (None, Some(13)),
            (Some(53), None),
            (Some(54), Some(14)),
            (Some(55), None),
        ];
        assert_eq!(order, expected);
    }
}
