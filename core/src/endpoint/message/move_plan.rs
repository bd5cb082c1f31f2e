//! Any number of messages to move, split into calls that the server takes.

use std::collections::{BTreeMap, BTreeSet};

use super::move_messages::{MOST, MoveMessages};
use crate::event::{Event, EventKind};
use crate::{MessageId, RoomId};

/// The calls that move messages, and the messages that none of them moves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MovePlan {
    /// Each may be sent as it stands; leave 5 s between two (protocol notes, 4.8).
    pub calls: Vec<MoveMessages>,
    /// What is not sent, and why; in the order of the ids.
    pub refused: Vec<(MessageId, NotMoved)>,
}

/// Why a message is not sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotMoved {
    /// It has no author any more: the server would refuse all that come with it.
    NoAuthor,
    /// It is in another room.
    #[non_exhaustive]
    OtherRoom {
        /// That room.
        room: RoomId,
    },
    /// No message has the id 0.
    NoMessage,
}

impl MovePlan {
    /// Plans to move messages from one room to another: each once, the oldest first.
    ///
    /// `known` is what is known of them, such as the events of [`RoomEvents`](crate::endpoint::RoomEvents); nothing but
    /// that tells a message without an author. Messages that it does not mention are sent along.
    #[must_use = "a plan moves nothing: send its calls"]
    pub fn new<'e>(
        room: RoomId,
        to: RoomId,
        messages: impl IntoIterator<Item = MessageId>,
        known: impl IntoIterator<Item = &'e Event>,
    ) -> Self {
        let mut obstacles = BTreeMap::new();
        for event in known {
            if let EventKind::MessagePosted(message) = &event.kind {
                let elsewhere = event.room_id.filter(|at| *at != room).map(|room| NotMoved::OtherRoom { room });
                let obstacle = elsewhere.or(event.user_id.is_none().then_some(NotMoved::NoAuthor));
                obstacles.insert(message.id, obstacle);
            }
        }
        let mut refused = Vec::new();
        let mut sent = Vec::new();
        for id in messages.into_iter().collect::<BTreeSet<_>>() {
            let obstacle = if id.0 == 0 { Some(NotMoved::NoMessage) } else { obstacles.get(&id).copied().flatten() };
            match obstacle {
                Some(why) => refused.push((id, why)),
                None => sent.push(id),
            }
        }
        let calls = sent.chunks(MOST).map(|part| MoveMessages { room, messages: part.to_vec(), to }).collect();
        Self { calls, refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frame;

    #[test]
    fn splits_and_says_what_it_leaves_out() {
        let frame = Frame::parse(
            br#"{"r7":{"e":[
                {"event_type":1,"id":1,"time_stamp":1,"content":"a","user_id":5,"user_name":"A","room_id":7,"message_id":10},
                {"event_type":1,"id":2,"time_stamp":1,"room_id":7,"message_id":11},
                {"event_type":1,"id":3,"time_stamp":1,"content":"a","user_id":5,"user_name":"A","room_id":8,"message_id":12}]}}"#,
        )
        .unwrap();
        let wanted = (0..=5000).chain([11, 10]).map(MessageId);
        let plan = MovePlan::new(RoomId(7), RoomId(9), wanted, &frame.rooms[0].1.events);
        let expected = [
            (MessageId(0), NotMoved::NoMessage),
            (MessageId(11), NotMoved::NoAuthor),
            (MessageId(12), NotMoved::OtherRoom { room: RoomId(8) }),
        ];
        assert_eq!(plan.refused, expected);
        assert_eq!(plan.calls.iter().map(|call| call.messages.len()).collect::<Vec<_>>(), [2048, 2048, 902]);
        assert_eq!(plan.calls[0].messages[9..11], [MessageId(10), MessageId(13)]);
        assert!(plan.calls.iter().all(|call| (call.room, call.to) == (RoomId(7), RoomId(9))));
        assert!(MovePlan::new(RoomId(7), RoomId(9), [], []).calls.is_empty());
    }
}
