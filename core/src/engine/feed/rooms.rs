//! Rooms come and go: joined from a snapshot, left, denied, lost.

use std::time::Duration;

use super::timeline::Timeline;
use super::{Carriers, Cover, FeedJob, Room};
use crate::endpoint::{LeaveRoom, PollEvents, RoomEvents};
use crate::engine::call::{Call, Stage};
use crate::engine::calls::Sink;
use crate::engine::io::TicketId;
use crate::engine::{Engine, Position};
use crate::event::{FeedChange, Frame, RoomSnapshot};
use crate::{Error, EventId, MessageId, Now, Refusal, RoomId};

/// So often, and for so long, the server must deny a room and never show it before it counts as lost.
const DENIALS: u32 = 3;
const DENIED_FOR_GOOD: Duration = Duration::from_secs(30);
/// How often a room is read to be joined: once more if what was read does not say where it begins.
const READINGS: u32 = 2;

impl Engine {
    /// Starts a room, or joins those who wait for it.
    pub(in crate::engine) fn join_room(&mut self, id: RoomId, resume: Option<Position>, ticket: TicketId) {
        if self.feed.ended {
            return self.finish_ticket(ticket, Err(Error::Closed));
        }
        self.take_back_leaving(id);
        self.denials.forget(id);
        match self.feed.rooms.get_mut(id) {
            Some(Room { joining: Some(waiters), .. }) => waiters.push(ticket),
            Some(room) => {
                // Whoever asks for it once more has a reason to: what was denied before does not count.
                room.denied = None;
                self.finish_ticket(ticket, Ok(Box::new(())));
            }
            None => {
                if let Some(Position { after, .. }) = resume {
                    self.feed.heard_before = self.feed.heard_before.max(after);
                }
                let room = Room {
                    asked_by: ticket,
                    joining: Some(vec![ticket]),
                    resume,
                    handed_out: resume.unwrap_or_default(),
                    timeline: Timeline::default(),
                    cover: Cover::None,
                    entry: ticket.0,
                    carried_by: Carriers::default(),
                    denied: None,
                    showing_from: EventId::default(),
                    admitted: false,
                    rebuilding: false,
                    left_out: false,
                    readings: 0,
                };
                self.feed.rooms.insert(id, room);
                self.session.hint(id);
                self.read_to_join(id, ticket);
            }
        }
    }

    fn read_to_join(&mut self, id: RoomId, ticket: TicketId) {
        if let Some(room) = self.feed.rooms.get_mut(id) {
            room.readings += 1;
        }
        let snapshot = RoomEvents::latest(id, 1);
        self.feed_job(snapshot, FeedJob::Join(id, ticket), self.config.attempts.get());
    }

    /// A room that is joined again need not be left first.
    fn take_back_leaving(&mut self, id: RoomId) {
        let is_waiting = |call: &Call| {
            matches!(call.stage, Stage::Waiting(_))
                && call.endpoint_as().is_some_and(|leave: &LeaveRoom| leave.room == id)
        };
        let waiting: Vec<TicketId> =
            self.calls.iter().filter(|(_, call)| is_waiting(call)).map(|(&id, _)| id).collect();
        for leaving in waiting {
            self.end(leaving, Ok(Box::new(())));
        }
    }

    /// Forgets a room that was read without an account, and that the server therefore knows nothing of.
    pub(in crate::engine) fn forget_room(&mut self, id: RoomId) -> TicketId {
        self.drop_room(id, &Error::Cancelled);
        let ticket = TicketId(self.net.fresh_id());
        self.finish_ticket(ticket, Ok(Box::new(())));
        ticket
    }

    /// The server took the account out of a room that it wants to be in: it has to be entered again.
    pub(in crate::engine) fn was_left(&mut self, id: RoomId) {
        let Some(room) = self.feed.live_room(id) else { return };
        // Asking for a socket enters the room: one that is being opened for it was asked for before it was left.
        room.entry = self.net.fresh_id();
        if matches!(room.cover, Cover::Socket(_) | Cover::Opening) {
            room.cover = Cover::None;
        }
        room.carried_by.clear();
    }

    /// As [`was_left`](Self::was_left), for every room, of each of which something may be missing.
    pub(in crate::engine) fn all_were_left(&mut self) {
        for id in self.feed.live_rooms().map(|(id, _)| id).collect::<Vec<_>>() {
            self.was_left(id);
            if let Some(room) = self.feed.live_room(id) {
                // A socket that shows it once more may not have shown it all the time.
                room.timeline.recover();
            }
        }
    }

    /// An update says that the account was removed. If it may not come back, that will show.
    ///
    /// Updates say so again until the room is entered, which may be long after: that is no further denial.
    pub(super) fn put_out(&mut self, now: Now, id: RoomId) {
        self.was_left(id);
        let enters = self.feed.use_sockets;
        let Some(room) = self.feed.live_room(id) else { return };
        if !std::mem::replace(&mut room.admitted, false) && enters {
            return;
        }
        let reason = Refusal::Other("this account was removed from the room".to_owned());
        self.denied(now, id, &Error::Refused { status: 200, reason });
    }

    /// Forgets a room and leaves it; the ticket ends when the server was told.
    pub(in crate::engine) fn leave_room(&mut self, now: Now, id: RoomId) -> TicketId {
        self.drop_room(id, &Error::Cancelled);
        let place = self.place_of_leaving(now, id);
        self.submit_erased(Box::new(LeaveRoom { room: id }), Sink::Ticket, self.config.attempts.get(), place)
    }

    /// The call that waited for a room was given up: it is not joined, unless others wait for it too.
    pub(in crate::engine) fn forget_join(&mut self, ticket: TicketId) {
        self.feed.rooms.change_restless(|room| {
            if let Some(waiters) = &mut room.joining {
                waiters.retain(|&waiter| waiter != ticket);
            }
        });
        let unwanted = |room: &Room| room.joining.as_ref().is_some_and(Vec::is_empty);
        let unwanted: Vec<RoomId> =
            self.feed.rooms.restless().filter(|(_, room)| unwanted(room)).map(|(id, _)| id).collect();
        for id in unwanted {
            self.feed.rooms.remove(id);
        }
    }

    pub(super) fn joined(&mut self, now: Now, id: RoomId, ticket: TicketId, result: Result<RoomSnapshot, Error>) {
        if !self.is_joining(id, ticket) {
            return;
        }
        match result {
            Ok(snapshot) => {
                let last = snapshot.events.iter().filter_map(|event| event.message().map(|message| message.id)).max();
                if let Some(time) = snapshot.time {
                    return self.begin(now, id, time, last);
                }
                // An answer about everything names the latest event as well. If it names none: ids count for all rooms
                // together, and what has been heard of others is no news of this one either.
                let everything = PollEvents { rooms: vec![(id, EventId(0))] };
                let heard = self.feed.heard();
                self.feed_job(everything, FeedJob::Begin(id, ticket, last, heard), self.config.attempts.get());
            }
            Err(error) => self.drop_room(id, &error),
        }
    }

    /// The answer about everything, for want of a time in the snapshot.
    pub(super) fn began(
        &mut self,
        now: Now,
        id: RoomId,
        ticket: TicketId,
        last: Option<MessageId>,
        heard: EventId,
        result: Result<Frame, Error>,
    ) {
        if !self.is_joining(id, ticket) {
            return;
        }
        match result {
            Ok(frame) => {
                let Some(room) = self.feed.rooms.get_mut(id) else { return };
                let position = room.resume.map(|position| position.after);
                let time = latest_in(frame, id).or(position).unwrap_or(heard);
                // A room that talks, of which nothing is told, may have been shut meanwhile. That can be seen.
                let strange = time == EventId::default() && last.is_some();
                if strange && room.readings < READINGS {
                    return self.read_to_join(id, ticket);
                }
                self.begin(now, id, time, last);
            }
            Err(error) => self.drop_room(id, &error),
        }
    }

    /// Whether the room that this call asked for is still being joined: it may have been left and asked for again.
    fn is_joining(&self, id: RoomId, ticket: TicketId) -> bool {
        self.feed.rooms.get(id).is_some_and(|room| room.asked_by == ticket && room.joining.is_some())
    }

    /// `time` is the latest event, as far as it is known.
    fn begin(&mut self, now: Now, id: RoomId, time: EventId, last: Option<MessageId>) {
        let Some(room) = self.feed.rooms.get_mut(id) else { return };
        let Some(waiters) = room.joining.take() else { return };
        room.showing_from = time;
        let known = self.feed.strays.iter().copied();
        match room.resume.take() {
            Some(position) if position.after <= time => room.timeline.resume(position, known),
            resume => {
                let strays = room.timeline.start(time, last, known);
                room.handed_out = room.timeline.position();
                // The server counts its events anew: there is no telling what came after that one.
                if let Some(Position { after, .. }) = resume {
                    self.announce(FeedChange::Gap { room: id, after, until: Some(time) });
                }
                self.deliver(strays);
            }
        }
        for waiter in waiters {
            self.finish_ticket(waiter, Ok(Box::new(())));
        }
        self.uncovered(now);
    }

    /// Takes a room out. Calls that wait for it end with `error`.
    pub(super) fn drop_room(&mut self, id: RoomId, error: &Error) {
        let Some(room) = self.feed.forget(id) else { return };
        for waiter in room.joining.unwrap_or_default() {
            self.finish_ticket(waiter, Err(error.clone()));
        }
        self.close_useless_sockets();
    }

    /// Sees whether an error denies a room for good. A denial may be a hiccup; a redirect speaks of the session, or of an
    /// exception in the server. Gives whether it denies it at all.
    pub(super) fn denied(&mut self, now: Now, id: RoomId, reason: &Error) -> bool {
        if !matches!(reason, Error::Refused { status, .. } if !(300..400).contains(status)) {
            return false;
        }
        let Some(room) = self.feed.live_room(id) else { return false };
        let (since, times) = room.denied.get_or_insert((now.mono, 0));
        *times += 1;
        if *times >= DENIALS && now.mono.saturating_duration_since(*since) >= DENIED_FOR_GOOD {
            self.lose_room(id, reason.to_string());
        }
        true
    }

    pub(super) fn lose_room(&mut self, id: RoomId, reason: String) {
        let missing = self.feed.live_room(id).filter(|room| room.timeline.is_recovering());
        if let Some(after) = missing.map(|room| room.timeline.cursor()) {
            self.announce_gap(id, after, None);
        }
        // While the room is there: it knows what is repeated.
        let unheard = self.feed.live_room(id).map(|room| room.timeline.rest());
        self.deliver(unheard.unwrap_or_default());
        self.feed.forget(id);
        self.feed.asks.one_by_one = None;
        self.announce(FeedChange::RoomLost { room: id, reason });
        self.close_useless_sockets();
    }
}

/// The latest event in an answer about everything that ever happened in a room, if there is one.
fn latest_in(frame: Frame, room: RoomId) -> Option<EventId> {
    let (_, update) = frame.rooms.into_iter().find(|(id, _)| *id == room)?;
    let last = update.events.iter().filter_map(|event| event.id).max();
    last.max(update.t)
}
