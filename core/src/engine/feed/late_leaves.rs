//! Requests to leave a room that nobody saw answered: one may arrive after the room was joined again, and no frame need
//! say so.

use std::time::{Duration, Instant};

use crate::endpoint::{LeaveAllRooms, LeaveRoom};
use crate::engine::Engine;
use crate::engine::call::Call;
use crate::{Now, RoomId};

/// A request is carried out within this time, or never.
const LATE: Duration = Duration::from_secs(90);

/// Rooms of such requests, and when each of these can arrive no more.
#[derive(Debug, Default)]
pub(super) struct LateLeaves(Vec<(RoomId, Instant)>);

impl Engine {
    /// Whatever came of a call: the server may have carried it out, and if that is in doubt may yet do so.
    pub(in crate::engine) fn may_have_left(&mut self, call: &Call, in_doubt: bool) {
        let Some(sent) = &call.sent else { return };
        if let Some(&LeaveRoom { room }) = call.endpoint_as() {
            self.was_left(room);
            if in_doubt {
                self.feed.late_leaves.0.push((room, sent.at.mono + LATE));
            }
        } else if call.endpoint_as::<LeaveAllRooms>().is_some() {
            self.all_were_left();
        }
    }

    /// Enters rooms anew that have been joined since, and that a late request may have left. What is missing of them is
    /// asked for when a socket shows them again.
    pub(super) fn enter_what_was_left_late(&mut self, now: Now) {
        for id in self.feed.late_leaves.due(now.mono) {
            self.was_left(id);
        }
    }

    /// A room was entered that a late request may have left before: by a post, if by nothing else. The sockets that carry it
    /// need not have shown what lies between.
    pub(super) fn entered_after_late_leave(&mut self, id: RoomId) {
        if self.feed.late_leaves.0.iter().any(|&(room, _)| room == id)
            && let Some(room) = self.feed.live_room(id)
        {
            room.carried_by.clear();
        }
    }
}

impl LateLeaves {
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.0.iter().map(|&(_, at)| at).min()
    }

    fn due(&mut self, now: Instant) -> Vec<RoomId> {
        self.0.extract_if(.., |&mut (_, at)| at <= now).map(|(room, _)| room).collect()
    }
}
