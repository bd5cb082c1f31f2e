//! The sockets: opened, watched, replaced before they are too old, and tried again when they are lost.

use std::time::{Duration, Instant};

use http::Request;
use http::header::{ORIGIN, USER_AGENT};
use url::Url;

use super::{Cover, Feed, FeedJob, Room, Status};
use crate::endpoint::SocketAddress;
use crate::engine::io::{Output, SocketId};
use crate::engine::{Engine, sooner};
use crate::event::FeedChange;
use crate::{Error, EventId, Now, RoomId, TransportError};

/// A room that was entered beside an open socket has this long to show on it. Heartbeats show every room.
const TRIAL: Duration = Duration::from_secs(40);
/// A socket that held for this long was a good one: the next fault starts a new count.
const GOOD: Duration = Duration::from_secs(30);
/// An old socket is closed this long after its successor opened, whether or not all its rooms have moved.
const OVERLAP: Duration = Duration::from_secs(40);
#[derive(Debug)]
pub(super) struct Socket {
    /// The room it was opened for.
    pub(super) leader: RoomId,
    /// The entering of that room that came with it.
    entry: u64,
    state: State,
    /// The latest event that it has told of, of whatever room; at first the latest known that could make it out of date.
    pub(super) latest: EventId,
    /// The socket that this one makes superfluous.
    replaces: Option<SocketId>,
    /// A successor is being opened or is open.
    succeeded: bool,
    /// When to close it, whatever still hangs on it.
    retire_at: Option<Instant>,
}

#[derive(Debug)]
enum State {
    Opening { until: Instant },
    Open { since: Instant, last_frame: Instant },
}

impl Socket {
    pub(super) fn is_open(&self) -> bool {
        self.opened_at().is_some()
    }

    fn opened_at(&self) -> Option<Instant> {
        match self.state {
            State::Open { since, .. } => Some(since),
            State::Opening { .. } => None,
        }
    }
}

impl Engine {
    pub(super) fn tend_sockets(&mut self, now: Now) {
        if !self.feed.use_sockets {
            return;
        }
        if self.feed.socket_retry_at.is_some_and(|at| at <= now.mono) {
            self.feed.socket_retry_at = None;
        }
        self.close_dead_sockets(now);
        self.renew_old_sockets(now);
        self.end_trials(now);
        if self.feed.socket_retry_at.is_none() && self.feed.rooms.has_restless() {
            self.cover_rooms(now);
        }
    }

    pub(super) fn sockets_deadline(&self) -> Option<Instant> {
        let of_sockets = self.feed.sockets.values().map(|socket| {
            let own = match socket.state {
                State::Opening { until } => until,
                State::Open { since, last_frame } => {
                    let silent = last_frame + self.feed.config.silence;
                    if socket.succeeded || self.feed.socket_retry_at.is_some() {
                        silent
                    } else {
                        silent.min(since + self.feed.config.renewal)
                    }
                }
            };
            socket.retire_at.map_or(own, |at| at.min(own))
        });
        let trials = self.feed.rooms.restless().filter_map(|(_, room)| match room.cover {
            Cover::Trial(until) => Some(until),
            _ => None,
        });
        sooner(sooner(of_sockets.min(), trials.min()), self.feed.socket_retry_at)
    }

    /// A frame arrived. False if nobody waits for any on that socket.
    pub(super) fn heard(&mut self, now: Now, id: SocketId) -> bool {
        match self.feed.sockets.get_mut(&id).map(|socket| &mut socket.state) {
            Some(State::Open { last_frame, .. }) => {
                *last_frame = now.mono;
                self.net.watch.heard(now);
                true
            }
            _ => false,
        }
    }

    pub(in crate::engine) fn socket_opened(&mut self, now: Now, id: SocketId) {
        let Some(socket) = self.feed.sockets.get_mut(&id) else { return };
        self.net.watch.stats.sockets_opened += 1;
        socket.state = State::Open { since: now.mono, last_frame: now.mono };
        let (leader, entry, replaces) = (socket.leader, socket.entry, socket.replaces);
        if self.was_left_since(leader, entry) {
            self.keep(replaces);
            return self.close_socket(id);
        }
        let replaces_primary = replaces.is_some() && replaces == self.feed.primary;
        if self.feed.primary.is_none() || replaces_primary {
            self.feed.primary = Some(id);
        }
        if let Some(old) = replaces.and_then(|old| self.feed.sockets.get_mut(&old)) {
            old.retire_at = Some(now.mono + OVERLAP);
        }
        if let Some(room) = self.feed.live_room(leader) {
            room.denied = None;
            room.admitted = true;
            room.cover = Cover::Socket(id);
            room.carried_by.add(id);
            room.timeline.recover();
        }
        match self.feed.status {
            Status::Down | Status::Polling => self.feed.resuming = Some(self.feed.resuming.unwrap_or(0)),
            Status::Connecting => self.announce(FeedChange::Live),
            Status::Idle | Status::Live => {}
        }
        self.feed.status = Status::Live;
        self.close_useless_sockets();
    }

    pub(in crate::engine) fn socket_closed(&mut self, now: Now, id: SocketId, fault: &TransportError) {
        let Some(socket) = self.feed.sockets.remove(&id) else { return };
        self.net.watch.socket_ended(now, &fault.reason);
        if socket.opened_at().is_some_and(|since| now.mono.saturating_duration_since(since) >= GOOD) {
            self.feed.socket_faults = 0;
        }
        if self.feed.primary == Some(id) {
            self.feed.primary = None;
        }
        if socket.opened_at().is_none() {
            self.keep(socket.replaces);
        }
        for (room_id, room) in self.feed.rooms.iter_mut() {
            room.carried_by.remove(id);
            let led = room_id == socket.leader && room.cover == Cover::Opening;
            if led || room.cover == Cover::Socket(id) {
                room.cover = Cover::None;
            }
        }
        self.end_trials_of_none();
        self.socket_failed(now, &fault.reason);
    }

    /// The address for a socket that is to be opened.
    pub(super) fn address_known(
        &mut self,
        now: Now,
        leader: RoomId,
        entry: u64,
        replaces: Option<SocketId>,
        url: Result<Url, Error>,
    ) {
        if self.was_left_since(leader, entry) {
            return self.keep(replaces);
        }
        let request = url.and_then(|url| self.handshake(leader, url));
        match request {
            Ok(request) if self.feed.rooms.contains(leader) => {
                let id = SocketId(self.net.fresh_id());
                let until = now.mono + self.config.request_timeout;
                let state = State::Opening { until };
                // What happens while it opens it may not know.
                let latest = self.feed.rooms.iter().map(|(_, room)| room.showing_from).max().unwrap_or_default();
                let socket = Socket { leader, entry, state, latest, replaces, succeeded: false, retire_at: None };
                self.feed.sockets.insert(id, socket);
                self.net.push(Output::SocketOpen(id, request));
            }
            Ok(_) => self.keep(replaces),
            Err(error) => {
                self.keep(replaces);
                if let Some(room) = self.feed.live_room(leader)
                    && room.cover == Cover::Opening
                {
                    room.cover = Cover::None;
                }
                self.denied(now, leader, &error);
                self.socket_failed(now, &error.to_string());
            }
        }
    }

    /// The server knows that the account is in the room: an open socket may show it from now on.
    pub(super) fn entered(&mut self, now: Now, id: RoomId, url: Result<Url, Error>) {
        let open = self.feed.primary.is_some();
        let Some(room) = self.feed.live_room(id) else { return };
        if let Err(error) = url {
            if room.cover == Cover::Entering {
                room.cover = Cover::None;
            }
            self.denied(now, id, &error);
            return self.socket_failed(now, &error.to_string());
        }
        room.denied = None;
        room.admitted = true;
        if room.cover == Cover::Entering {
            room.cover = if open { Cover::Trial(now.mono + TRIAL) } else { Cover::None };
        }
        self.feed.socket_faults = 0;
    }

    /// Closes what carries nothing any more and is not going to.
    pub(super) fn close_useless_sockets(&mut self) {
        let needed = |id: SocketId, socket: &Socket| {
            let tried = self.feed.primary == Some(id);
            let covers = |room: &Room| match room.cover {
                Cover::Socket(by) => by == id,
                Cover::Trial(_) | Cover::Entering => tried,
                Cover::None | Cover::Opening => false,
            };
            let opening = matches!(socket.state, State::Opening { .. });
            // Mostly it is the room that it was opened for.
            self.feed.rooms.get(socket.leader).is_some_and(|leader| opening || covers(leader))
                || self.feed.rooms.iter().any(|(_, room)| covers(room))
        };
        let useless = |(&id, socket): (&SocketId, &Socket)| (!needed(id, socket)).then_some(id);
        if let Some(id) = self.feed.sockets.iter().find_map(useless) {
            self.close_socket(id);
            self.close_useless_sockets();
        }
    }

    fn close_dead_sockets(&mut self, now: Now) {
        let mut dead = Vec::new();
        let mut retired = Vec::new();
        for (&id, socket) in &self.feed.sockets {
            match socket.state {
                State::Opening { until } if until <= now.mono => dead.push((id, "the socket did not open in time")),
                State::Open { last_frame, .. } if last_frame + self.feed.config.silence <= now.mono => {
                    dead.push((id, "the socket fell silent"));
                }
                _ if socket.retire_at.is_some_and(|at| at <= now.mono) => retired.push(id),
                _ => {}
            }
        }
        for (id, reason) in dead {
            self.net.push(Output::SocketClose(id));
            self.socket_closed(now, id, &TransportError::maybe_sent(reason));
        }
        for id in retired {
            self.close_socket(id);
        }
    }

    fn renew_old_sockets(&mut self, now: Now) {
        if self.feed.socket_retry_at.is_some() {
            return;
        }
        let age = self.feed.config.renewal;
        let old: Vec<(SocketId, RoomId)> = self
            .feed
            .sockets
            .iter()
            .filter(|(_, socket)| !socket.succeeded && socket.opened_at().is_some_and(|since| since + age <= now.mono))
            .map(|(&id, socket)| (id, socket.leader))
            .collect();
        for (id, leader) in old {
            let covered = || self.feed.rooms.iter().find(|(_, room)| room.cover == Cover::Socket(id)).map(|(id, _)| id);
            let Some(leader) = self.feed.rooms.contains(leader).then_some(leader).or_else(covered) else {
                self.close_socket(id);
                continue;
            };
            if let Some(socket) = self.feed.sockets.get_mut(&id) {
                socket.succeeded = true;
            }
            self.ask_for_socket(leader, Some(id));
        }
    }

    /// A room that did not show on the shared socket gets one of its own.
    fn end_trials(&mut self, now: Now) {
        let Feed { rooms, shares, .. } = &mut self.feed;
        rooms.change_restless(|room| {
            if matches!(room.cover, Cover::Trial(until) if until <= now.mono) {
                room.cover = Cover::None;
                *shares = Some(false);
            }
        });
        self.close_useless_sockets();
    }

    /// Finds somebody to bring the events of each room that nobody brings.
    fn cover_rooms(&mut self, now: Now) {
        let uncovered: Vec<RoomId> =
            self.feed.restless_rooms().filter(|(_, room)| room.cover == Cover::None).map(|(id, _)| id).collect();
        for id in uncovered {
            let shared = self.feed.shares != Some(false);
            let opening = self.feed.restless_rooms().any(|(_, room)| room.cover == Cover::Opening);
            let share = shared && self.feed.primary.is_some();
            let Some(room) = self.feed.live_room(id) else { continue };
            if share {
                room.cover = Cover::Entering;
                self.ask_address(id, FeedJob::Enter(id));
            } else if !(shared && opening) {
                room.cover = Cover::Opening;
                self.ask_for_socket(id, None);
                if self.feed.status == Status::Idle {
                    self.feed.status = Status::Connecting;
                    self.announce(FeedChange::Connecting);
                }
            }
            self.uncovered(now);
        }
    }

    fn socket_failed(&mut self, now: Now, reason: &str) {
        self.feed.socket_faults += 1;
        let wait = self.jitter.backoff(self.feed.socket_faults, self.feed.config.backoff_cap);
        self.feed.socket_retry_at = Some(now.mono + wait);
        self.uncovered(now);
        let carried = self.feed.rooms.iter().any(|(_, room)| matches!(room.cover, Cover::Socket(_)));
        if !carried && !self.feed.rooms.is_empty() {
            if self.feed.status != Status::Polling {
                self.feed.status = Status::Down;
            }
            let attempt = self.feed.socket_faults;
            self.announce(FeedChange::Reconnecting { attempt, retry_in: wait, reason: reason.to_owned() });
        }
    }

    /// Its successor did not come about: it stays, and will be renewed later.
    fn keep(&mut self, old: Option<SocketId>) {
        if let Some(old) = old.and_then(|old| self.feed.sockets.get_mut(&old)) {
            old.succeeded = false;
        }
    }

    fn close_socket(&mut self, id: SocketId) {
        if self.feed.sockets.remove(&id).is_none() {
            return;
        }
        self.net.push(Output::SocketClose(id));
        if self.feed.primary == Some(id) {
            self.feed.primary = self.feed.sockets.iter().find(|(_, s)| s.opened_at().is_some()).map(|(&id, _)| id);
        }
        for (_, room) in self.feed.rooms.iter_mut() {
            room.carried_by.remove(id);
            if room.cover == Cover::Socket(id) {
                room.cover = Cover::None;
            }
        }
        self.end_trials_of_none();
    }

    /// Without a shared socket nothing is on trial.
    fn end_trials_of_none(&mut self) {
        if self.feed.primary.is_none() {
            self.feed.rooms.change_restless(|room| {
                if matches!(room.cover, Cover::Trial(_)) {
                    room.cover = Cover::None;
                }
            });
        }
    }

    fn ask_for_socket(&mut self, room: RoomId, replaces: Option<SocketId>) {
        let entry = self.feed.rooms.get(room).map(|room| room.entry).unwrap_or_default();
        self.ask_address(room, FeedJob::Open(room, entry, replaces));
    }

    /// The account left the room after this entering of it was asked for.
    fn was_left_since(&self, room: RoomId, entry: u64) -> bool {
        self.feed.rooms.get(room).is_some_and(|room| room.entry != entry)
    }

    fn ask_address(&mut self, room: RoomId, job: FeedJob) {
        self.feed_job(SocketAddress::new(room, &self.net.server), job, 1);
    }

    fn handshake(&mut self, leader: RoomId, mut url: Url) -> Result<Request<()>, Error> {
        if !self.net.server.has_socket_at(&url, &self.config.socket_hosts) {
            let host = url.host_str().unwrap_or_default();
            let why = format!("the socket is to be at {host}, an unknown host (Config::socket_hosts)");
            return Err(crate::Invalid::Address(why).into());
        }
        let after = self.feed.live_room(leader).map(|room| room.timeline.cursor()).unwrap_or_default();
        url.query_pairs_mut().append_pair("l", &after.to_string());
        Request::get(url.as_str())
            .header(ORIGIN, self.net.server.origin_header())
            .header(USER_AGENT, self.net.user_agent())
            .body(())
            .map_err(|_| crate::Invalid::Address("the server gave a socket address that is none".to_owned()).into())
    }
}
