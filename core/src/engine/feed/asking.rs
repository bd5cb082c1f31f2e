//! `/events`: what the sockets did not bring, and everything while there is no socket.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Cover, FeedJob, Status};
use crate::endpoint::{PollEvents, RoomEvents};
use crate::engine::io::TicketId;
use crate::engine::{Engine, sooner};
use crate::event::{FeedChange, Frame, RoomSnapshot, RoomUpdate};
use crate::{Error, EventId, Now, RoomId};

/// Events that a room may hold back, and the bytes of their frames; beyond that it goes on without the ones before.
const HELD_AT_MOST: usize = 10_000;
const HELD_BYTES_AT_MOST: usize = 16 << 20;
/// For so long `/events` may fail before the rooms that wait for its word are read instead, and for so long both may
/// fail before a live socket's events are let through without.
const ROOMS_INSTEAD: Duration = Duration::from_secs(180);
const NOTHING_INSTEAD: Duration = Duration::from_secs(300);
/// So many rooms that were left out of an answer could be read all the same, and it is taken for no news.
const LEFT_OUT_FOR_NOTHING: u32 = 3;
/// As many messages as the server gives at once.
const REBUILT_FROM: u16 = 500;

/// Rooms are asked about one by one, since a question about several was refused.
#[derive(Debug, Default)]
pub(super) struct Lap {
    last: Option<RoomId>,
    refused: bool,
}

impl Lap {
    /// The room after the last one; none at the end of a lap in which nothing was refused.
    fn next(&mut self, rooms: &[(RoomId, EventId)]) -> Option<(RoomId, EventId)> {
        let later = rooms.iter().copied().find(|(id, _)| Some(*id) > self.last);
        let next = match later {
            Some(room) => Some(room),
            None if std::mem::take(&mut self.refused) => rooms.first().copied(),
            None => None,
        };
        self.last = next.map(|(id, _)| id);
        next
    }
}

/// An answer that came while nobody knew whether the session was still good.
#[derive(Debug)]
pub(super) struct Unverified {
    asked: Vec<(RoomId, EventId)>,
    frame: Frame,
    at: Now,
    /// How often the session had been found to have ended when the question was asked.
    ends: u64,
}

impl Engine {
    pub(super) fn tend_asking(&mut self, now: Now) {
        self.verify_answer(now);
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now.mono);
        if due(self.feed.asks.retry_at) {
            self.feed.asks.retry_at = None;
        }
        let polling = due(self.feed.asks.poll_at);
        if polling {
            self.feed.asks.poll_at = None;
        }
        if self.feed.asks.under_way {
            return;
        }
        if self.feed.asks.retry_at.is_none() {
            if polling || self.feed.rooms.has_restless() {
                self.ask(now, polling);
            }
        } else if polling {
            self.feed.asks.poll_at = self.feed.asks.retry_at;
        }
    }

    pub(super) fn asking_deadline(&self) -> Option<Instant> {
        if self.feed.asks.under_way {
            return None;
        }
        sooner(self.feed.asks.retry_at, self.feed.asks.poll_at)
    }

    /// Some room has nobody to bring its events: polling starts if that lasts.
    pub(super) fn uncovered(&mut self, now: Now) {
        if self.feed.asks.poll_at.is_none() {
            self.feed.asks.poll_at = Some(now.mono + self.feed.config.poll_interval);
        }
    }

    pub(super) fn asked(&mut self, now: Now, asked: Vec<(RoomId, EventId)>, result: Result<Frame, Error>) {
        let frame = match result {
            Ok(frame) => frame,
            Err(error) => {
                self.question_is_open();
                let denied = if let [(room, _)] = asked.as_slice() { self.denied(now, *room, &error) } else { false };
                if matches!(error, Error::Refused { .. }) {
                    let lap = self.feed.asks.one_by_one.get_or_insert_default();
                    lap.refused = true;
                    if denied || asked.len() == 1 && self.feed.rooms.len() > 1 {
                        // That room alone is refused: the others must not wait for it, and the feed need not end.
                        return self.ask_later(now, 1);
                    }
                }
                self.ask_failed(now, &error);
                // Only now, and not when such a reading fails as well: it would be followed by the next at once.
                if self.failing_for(now) >= ROOMS_INSTEAD {
                    self.go_round_events();
                }
                return;
            }
        };
        let answer = Unverified { asked, frame, at: now, ends: self.feed.asks.ends };
        if self.session.is_anonymous() {
            return self.take_answer(now, answer);
        }
        // To a session that has ended the server answers as to a visitor: without what is personal, and without a word.
        self.session.suspect();
        self.feed.asks.unverified = Some(answer);
    }

    /// An answer counts once the session is known to have been good when it was given.
    fn verify_answer(&mut self, now: Now) {
        let Some(answered) = self.feed.asks.unverified.as_ref().map(|answer| answer.at.mono) else { return };
        if self.session.checked_since() < Some(answered) {
            // A check that had begun before may have seen the session alive and missed its end.
            self.session.suspect();
        }
        self.want_session(now);
        if !self.session.is_ready() {
            return;
        }
        let Some(answer) = self.feed.asks.unverified.take() else { return };
        if answer.ends == self.session.ends() {
            self.take_answer(now, answer);
        } else {
            self.question_is_open();
            self.ask_later(now, 1);
        }
    }

    /// No session can be had: what was answered is asked again later.
    pub(in crate::engine) fn answer_is_void(&mut self, now: Now, error: Error) {
        if self.feed.asks.unverified.take().is_none() {
            return;
        }
        self.question_is_open();
        if super::is_final(&error) {
            self.lose_session(error);
        } else {
            self.ask_failed(now, &error);
        }
    }

    /// What was asked was not answered.
    fn question_is_open(&mut self) {
        self.feed.asks.under_way = false;
        self.feed.rooms.change_restless(|room| room.timeline.unanswered());
    }

    fn take_answer(&mut self, now: Now, answer: Unverified) {
        let Unverified { asked, frame, .. } = answer;
        self.feed.asks.under_way = false;
        self.net.watch.heard(now);
        self.ask_worked(now);
        let mut answers: BTreeMap<RoomId, RoomUpdate> = frame.rooms.into_iter().collect();
        // Every room's own first: one that the server leaves out may have personal events under the others' keys.
        for (&id, answer) in &mut answers {
            self.divert_strays(id, answer);
        }
        for (id, after) in asked {
            let news = answers.remove(&id);
            let shown = news.is_some();
            let mut answer = news.unwrap_or_default();
            if frame.reset {
                answer.reset = true;
            }
            let believed = shown || self.feed.asks.left_out_for_nothing >= LEFT_OUT_FOR_NOTHING;
            let Some(room) = self.feed.live_room(id) else { continue };
            let exit = answer.exit;
            if !believed {
                // A room without news has an empty entry (protocol notes, 2.3). One that is left out may be one that the
                // server will not show any more: reading it tells.
                room.timeline.unanswered();
                room.left_out = true;
                self.rebuild(id);
                continue;
            }
            room.left_out = false;
            if exit && answer.events.is_empty() && answer.t.is_none() {
                // Of a room that is not for everybody it says no more to whom it has taken out of it.
                room.timeline.recover();
                self.put_out(now, id);
                self.ask_later(now, 1);
                continue;
            }
            if shown && !exit {
                room.denied = None;
            }
            let filled = room.timeline.filled(after, answer);
            if filled.too_short {
                self.rebuild(id);
            }
            self.deliver(filled.events);
            self.count_missed(filled.missed);
            if exit {
                self.put_out(now, id);
            }
        }
        self.resumed();
    }

    pub(super) fn rebuilt(&mut self, now: Now, id: RoomId, stay: TicketId, result: Result<RoomSnapshot, Error>) {
        // It may have been left and joined again meanwhile.
        let Some(room) = self.feed.live_room(id).filter(|room| room.asked_by == stay) else { return };
        room.rebuilding = false;
        let failing_for = self.failing_for(now);
        let Some(room) = self.feed.live_room(id) else { return };
        match result {
            Ok(snapshot) => {
                let left_out = std::mem::take(&mut room.left_out);
                let after = room.timeline.cursor();
                let filled = room.timeline.rebuilt(snapshot.events);
                let until = Some(room.timeline.cursor());
                self.announce_gap(id, after, until);
                self.deliver(filled.events);
                self.count_missed(filled.missed);
                self.feed.asks.left_out_for_nothing += u32::from(left_out);
                self.ask_worked(now);
                self.resumed();
            }
            Err(error) => {
                if failing_for >= NOTHING_INSTEAD {
                    self.release(id);
                }
                self.denied(now, id, &error);
                self.ask_failed(now, &error);
            }
        }
    }

    /// Asks about every room that needs it.
    fn ask(&mut self, now: Now, polling: bool) {
        let mut rooms: Vec<(RoomId, EventId)> = self
            .feed
            .restless_rooms()
            .filter(|(_, room)| !room.rebuilding)
            .filter(|(_, room)| room.timeline.is_recovering() || (polling && !matches!(room.cover, Cover::Socket(_))))
            .map(|(id, room)| (id, room.timeline.cursor()))
            .collect();
        if rooms.is_empty() {
            if polling {
                self.schedule_poll(now);
            }
            return;
        }
        if let Some(lap) = &mut self.feed.asks.one_by_one {
            rooms = lap.next(&rooms).into_iter().collect();
        }
        if rooms.is_empty() {
            // A lap without a refusal: they can be asked about together again.
            self.feed.asks.one_by_one = None;
            return self.ask(now, polling);
        }
        if polling && self.feed.socket_faults > 0 && self.feed.status == Status::Down {
            self.feed.status = Status::Polling;
            self.announce(FeedChange::Polling { reason: "no socket can be had at the moment".to_owned() });
        }
        for (id, _) in &rooms {
            if let Some(room) = self.feed.live_room(*id) {
                room.timeline.asked();
            }
        }
        self.feed.asks.under_way = true;
        self.feed.asks.ends = self.session.ends();
        self.feed_job(PollEvents { rooms: rooms.clone() }, FeedJob::Ask(rooms), 1);
    }

    fn rebuild(&mut self, id: RoomId) {
        let Some(room) = self.feed.live_room(id) else { return };
        room.rebuilding = true;
        room.timeline.reading();
        let call = RoomEvents::latest(id, REBUILT_FROM);
        let stay = room.asked_by;
        self.feed_job(call, FeedJob::Rebuild(id, stay), 1);
    }

    /// A room that waited too long for what it missed goes on without, and says so.
    pub(super) fn release_overfull(&mut self, id: RoomId) {
        let held = self.feed.rooms.get(id).map(|room| room.timeline.held());
        if held.is_some_and(|(events, bytes)| events > HELD_AT_MOST || bytes > HELD_BYTES_AT_MOST) {
            self.release(id);
        }
    }

    /// Lets a room go on without what it waits for.
    fn release(&mut self, id: RoomId) {
        let Some(room) = self.feed.live_room(id) else { return };
        let after = room.timeline.cursor();
        let events = room.timeline.give_up();
        self.announce_gap(id, after, None);
        self.deliver(events);
    }

    fn ask_worked(&mut self, now: Now) {
        self.feed.asks.faults = 0;
        self.feed.asks.failing_since = None;
        self.feed.asks.retry_at = None;
        self.schedule_poll(now);
        if self.feed.asks.one_by_one.is_some() && self.feed.asks.poll_at.is_some() {
            // One room was heard; the next should not wait as long as all together.
            self.feed.asks.poll_at = Some(now.mono + Duration::from_secs(1));
        }
    }

    fn ask_failed(&mut self, now: Now, error: &Error) {
        self.feed.asks.faults += 1;
        if self.feed.config.patience.is_some_and(|patience| self.feed.asks.faults >= patience.get()) {
            return self.end_feed(Err(error.clone()));
        }
        self.ask_later(now, self.feed.asks.faults);
        self.feed.asks.failing_since.get_or_insert(now.mono);
    }

    /// For how long no question was answered.
    fn failing_for(&self, now: Now) -> Duration {
        self.feed.asks.failing_since.map_or(Duration::ZERO, |since| now.mono.saturating_duration_since(since))
    }

    fn ask_later(&mut self, now: Now, attempt: u32) {
        let wait = self.jitter.backoff(attempt, self.feed.config.backoff_cap);
        let growing = self.feed.config.poll_interval.saturating_mul(1 << attempt.min(16)) / 2;
        let retry_at = now.mono + wait + growing.min(self.feed.config.backoff_cap);
        self.feed.asks.retry_at = Some(retry_at);
        self.feed.asks.poll_at = self.some_uncovered().then_some(retry_at);
    }

    /// `/events` does not answer, and a live socket must not be held back for ever by that: the rooms are read instead.
    fn go_round_events(&mut self) {
        let held: Vec<RoomId> = self
            .feed
            .restless_rooms()
            .filter(|(_, room)| {
                room.timeline.is_recovering() && !room.rebuilding && matches!(room.cover, Cover::Socket(_))
            })
            .map(|(id, _)| id)
            .collect();
        for id in held {
            self.rebuild(id);
        }
    }

    fn schedule_poll(&mut self, now: Now) {
        self.feed.asks.poll_at = self.some_uncovered().then(|| now.mono + self.feed.config.poll_interval);
    }

    fn some_uncovered(&self) -> bool {
        self.feed.restless_rooms().any(|(_, room)| !matches!(room.cover, Cover::Socket(_)))
    }

    fn count_missed(&mut self, missed: u64) {
        self.net.watch.stats.missed += missed;
        if let Some(total) = &mut self.feed.resuming {
            *total += missed;
        }
    }

    /// Tells the user once that nothing is missing any more.
    fn resumed(&mut self) {
        if self.feed.restless_rooms().all(|(_, room)| !room.timeline.is_recovering())
            && let Some(missed) = self.feed.resuming.take()
        {
            self.announce(FeedChange::Resumed { missed });
        }
    }
}
