//! The events of all joined rooms: over one socket if the server allows it, by polling if there is none.
//!
//! ```text
//!  join ─▶ Joining ──snapshot: cursor──▶ Live
//!                                         │ who brings its events?
//!        ┌────────────────────────────────┴─────────────────────────────┐
//!        ▼                                                              │
//!      None ──first room──▶ Opening ──opened, asked what was missed──▶ Socket
//!   (polled) ──later room─▶ Entering ─▶ Trial ──its key shows─────────▶ Socket
//!        ▲                                │ it does not: one of its own ▶ Opening
//!        └──────────── the socket is lost, with back-off ───────────────┘
//! ```
//!
//! Whenever a socket has opened, `/events` is asked as well: whether `l` replays is not known for certain
//! (protocol notes, 10). Repetitions are recognised by their ids, so asking twice costs nothing.

mod asking;
mod book;
mod carriers;
mod frames;
mod late_leaves;
mod replays;
mod rooms;
mod sockets;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use asking::{Lap, Unverified};
use book::Book;
use carriers::Carriers;
use late_leaves::LateLeaves;
use timeline::Timeline;
use url::Url;

use super::calls::{Purpose, unbox};
use super::io::{Output, SocketId, TicketId};
use super::rest::Rest;
use super::watch::FeedState;
use super::{Boxed, Config, Engine, FeedConfig, Position, sooner};
use crate::endpoint::{Acknowledge, LeaveRoom};
use crate::event::{Event, EventKind, FeedChange, Frame, Names, RoomSnapshot};
use crate::{Error, EventId, LoginError, MessageId, Now, RoomId};
use sockets::Socket;

/// Mentions kept to be marked as read while the server is away.
const ACKS_KEPT: usize = 100;
/// Mentions marked as read with one request.
const ACKS_AT_ONCE: usize = 1000;
/// Events of rooms not joined whose ids are remembered, to recognise a repetition.
const STRAYS_REMEMBERED: usize = 4096;

/// The state of the feed.
#[derive(Debug)]
pub(super) struct Feed {
    config: FeedConfig,
    use_sockets: bool,
    rooms: Book,
    sockets: BTreeMap<SocketId, Socket>,
    /// The socket that should carry all rooms.
    primary: Option<SocketId>,
    /// Whether one socket carries all rooms, once that has shown.
    shares: Option<bool>,
    /// Faults since a socket last held, and when the next may be tried.
    socket_faults: u32,
    socket_retry_at: Option<Instant>,
    asks: Asks,
    acks: Acks,
    strays: BTreeSet<EventId>,
    status: Status,
    /// Events missed so far, while the feed resumes after a loss.
    resuming: Option<u64>,
    /// The latest event that rooms have come to which are not there any more, or that an earlier process has.
    heard_before: EventId,
    names: Names,
    late_leaves: LateLeaves,
    ended: bool,
    /// Where the rooms stood when it ended.
    left_at: BTreeMap<RoomId, Position>,
}

/// Questions to `/events`.
#[derive(Debug, Default)]
struct Asks {
    under_way: bool,
    /// How often the session had been found to have ended when the latest question was asked.
    ends: u64,
    unverified: Option<Unverified>,
    /// Faults in a row, and when the next question may be asked.
    faults: u32,
    retry_at: Option<Instant>,
    poll_at: Option<Instant>,
    /// Since when questions have failed without an answer in between.
    failing_since: Option<Instant>,
    one_by_one: Option<Lap>,
    /// How many rooms were left out of an answer and could be read all the same.
    left_out_for_nothing: u32,
}

/// Mentions and replies that are to be marked as read.
#[derive(Debug, Default)]
struct Acks {
    wanted: bool,
    under_way: bool,
    waiting: Vec<MessageId>,
    retry_at: Option<Instant>,
}

/// What the user was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Idle,
    Connecting,
    Live,
    Down,
    Polling,
}

#[derive(Debug)]
struct Room {
    /// The call that asked for it first. What was answered for an earlier stay is none of its business.
    asked_by: TicketId,
    /// Calls that wait for the room to be joined; `None` once it is.
    joining: Option<Vec<TicketId>>,
    /// Where it goes on once it is joined, if not with what happens next.
    resume: Option<Position>,
    /// What has left the engine of it.
    handed_out: Position,
    timeline: Timeline,
    cover: Cover,
    /// Which entering of it counts: one that was asked for before the account last left it does not.
    entry: u64,
    /// The sockets that have shown it since they opened or it was entered, whichever came last: they leave nothing of it out.
    carried_by: Carriers,
    /// Since when the server has denied it, and how often.
    denied: Option<(Instant, u32)>,
    /// What sockets sent before this event says nothing of who carries the room: they may have lost it since.
    showing_from: EventId,
    /// The server has let the account in since it last said that it had been removed.
    admitted: bool,
    /// Its messages are being read, since its events do not reach back far enough.
    rebuilding: bool,
    /// It is read because an answer has left it out.
    left_out: bool,
    /// How often it was read to be joined.
    readings: u32,
}

/// Who brings a room's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    /// Nobody: it is polled.
    None,
    /// A socket of its own is being opened.
    Opening,
    /// The server is being told that it is entered, while another socket is open.
    Entering,
    /// That socket may show it until this time.
    Trial(Instant),
    /// This socket.
    Socket(SocketId),
}

/// A call of the feed's own.
#[derive(Debug)]
pub(in crate::engine) enum FeedJob {
    /// The snapshot that a room starts from, for the call that asked for it first.
    Join(RoomId, TicketId),
    /// The event to start after, when the snapshot does not say: its last message is known, and the latest event of all
    /// rooms.
    Begin(RoomId, TicketId, Option<MessageId>, EventId),
    /// The address of a socket to open for a room and this entering of it, perhaps in place of another.
    Open(RoomId, u64, Option<SocketId>),
    /// The same request, made for its effect: it enters the room.
    Enter(RoomId),
    /// What came after these events?
    Ask(Vec<(RoomId, EventId)>),
    /// A room's messages.
    Rebuild(RoomId, TicketId),
    /// Mentions are marked as read.
    Acknowledge(Vec<MessageId>),
    /// A room is left at the end.
    Leave,
}

impl Feed {
    pub(super) fn new(config: &Config, anonymous: bool) -> Self {
        Self {
            config: config.feed.clone(),
            use_sockets: !anonymous,
            rooms: Book::default(),
            sockets: BTreeMap::new(),
            primary: None,
            shares: None,
            socket_faults: 0,
            socket_retry_at: None,
            asks: Asks::default(),
            acks: Acks { wanted: config.acknowledge && !anonymous, ..Acks::default() },
            strays: BTreeSet::new(),
            status: Status::Idle,
            resuming: None,
            heard_before: EventId::default(),
            names: Names::default(),
            late_leaves: LateLeaves::default(),
            ended: false,
            left_at: BTreeMap::new(),
        }
    }

    /// Where the rooms stand: those joined, or those that were at the end.
    pub(super) fn positions(&self, events_wait: bool) -> BTreeMap<RoomId, Position> {
        let at = |room: &Room| if events_wait { room.handed_out } else { room.timeline.position() };
        let joined = self.live_rooms().map(|(id, room)| (id, at(room)));
        self.left_at.iter().map(|(&id, &position)| (id, position)).chain(joined).collect()
    }

    /// An event leaves the engine.
    pub(super) fn hand_out(&mut self, event: &Event) {
        let Some(id) = event.room_id else { return };
        if let Some(position) = self.rooms.handed_out(id).or(self.left_at.get_mut(&id)) {
            position.pass(event);
        }
    }

    fn live_rooms(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        self.rooms.iter().filter(|(_, room)| room.joining.is_none())
    }

    /// Those joined that are not at rest.
    fn restless_rooms(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        self.rooms.restless().filter(|(_, room)| room.joining.is_none())
    }

    /// Takes a room out.
    fn forget(&mut self, id: RoomId) -> Option<Room> {
        let room = self.rooms.remove(id)?;
        self.heard_before = self.heard_before.max(room.timeline.cursor());
        Some(room)
    }

    /// The latest event that any room has come to.
    fn heard(&self) -> EventId {
        self.live_rooms().map(|(_, room)| room.timeline.cursor()).fold(self.heard_before, EventId::max)
    }

    /// Whether somebody wants to be in the room.
    pub(super) fn wants(&self, room: RoomId) -> bool {
        self.rooms.contains(room)
    }

    fn live_room(&mut self, id: RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(id).filter(|room| room.joining.is_none())
    }
}

impl Engine {
    /// Leaves every room, and ends the feed.
    pub(super) fn close_feed(&mut self) {
        let entered = !self.session.is_anonymous() && self.session.checked_since().is_some();
        let rooms: Vec<RoomId> = self.feed.live_rooms().filter(|_| entered).map(|(id, _)| id).collect();
        for room in rooms {
            self.feed_job(LeaveRoom { room }, FeedJob::Leave, 2);
        }
        self.end_feed(Ok(()));
    }

    pub(super) fn announce_new_login(&mut self) {
        if !self.feed.ended {
            self.announce(FeedChange::LoggedInAgain);
        }
    }

    /// Does everything that is due.
    pub(super) fn tend_feed(&mut self, now: Now) {
        if self.feed.ended {
            return;
        }
        self.enter_what_was_left_late(now);
        self.feed.rooms.tidy();
        self.tend_sockets(now);
        self.tend_asking(now);
        self.feed.acks.retry_at = self.feed.acks.retry_at.filter(|&at| at > now.mono);
        if !self.feed.acks.under_way && self.feed.acks.retry_at.is_none() && !self.feed.acks.waiting.is_empty() {
            self.feed.acks.under_way = true;
            let messages = std::mem::take(&mut self.feed.acks.waiting);
            self.feed_job(Acknowledge { messages: messages.clone() }, FeedJob::Acknowledge(messages), 2);
        }
    }

    fn acknowledged(&mut self, now: Now, messages: Vec<MessageId>, error: Option<&Error>) {
        self.feed.acks.under_way = false;
        if let Some(Error::Transport(_) | Error::Server { .. } | Error::RateLimited { .. }) = error {
            let room_left = ACKS_KEPT.saturating_sub(self.feed.acks.waiting.len());
            self.feed.acks.waiting.extend(messages.into_iter().take(room_left));
            self.feed.acks.retry_at = Some(now.mono + self.feed.config.backoff_cap);
        }
    }

    pub(super) fn feed_deadline(&self) -> Option<(Instant, &'static str)> {
        if self.feed.ended {
            return None;
        }
        let sockets = self.sockets_deadline().map(|at| (at, "a socket is overdue, silent or old"));
        let asking = self.asking_deadline().map(|at| (at, "the next poll"));
        let acks = self.feed.acks.retry_at.map(|at| (at, "mentions to be marked as read"));
        let late = self.feed.late_leaves.deadline().map(|at| (at, "a room that may have been left late"));
        sooner(sooner(sooner(sockets, asking), acks), late)
    }

    pub(super) fn feed_job_done(&mut self, now: Now, job: FeedJob, result: Result<Boxed, Error>) {
        if self.feed.ended {
            return;
        }
        if let Err(error) = &result
            && is_final(error)
        {
            return self.lose_session(error.clone());
        }
        match job {
            FeedJob::Join(room, ticket) => self.joined(now, room, ticket, unbox(result)),
            FeedJob::Begin(room, ticket, last, heard) => self.began(now, room, ticket, last, heard, unbox(result)),
            FeedJob::Open(room, entry, replaces) => {
                self.address_known(now, room, entry, replaces, unbox::<Url>(result));
            }
            FeedJob::Enter(room) => self.entered(now, room, unbox::<Url>(result)),
            FeedJob::Ask(asked) => self.asked(now, asked, unbox::<Frame>(result)),
            FeedJob::Rebuild(room, stay) => self.rebuilt(now, room, stay, unbox::<RoomSnapshot>(result)),
            FeedJob::Acknowledge(messages) => self.acknowledged(now, messages, result.err().as_ref()),
            FeedJob::Leave => {}
        }
    }

    pub(super) fn tidy_rooms(&mut self) {
        self.feed.rooms.tidy();
    }

    pub(super) fn no_room_is_restless(&self) -> bool {
        !self.feed.rooms.has_restless()
    }

    /// Whether every room is joined and covered, and nothing is being caught up on.
    pub(super) fn feed_rest(&self) -> Rest {
        let Feed { rooms, asks, acks, socket_retry_at, resuming, ended, use_sockets, .. } = &self.feed;
        if *ended || rooms.is_empty() {
            return Rest::Quiet;
        }
        let unsettled = |room: &Room| {
            let uncovered = *use_sockets && !matches!(room.cover, Cover::Socket(_));
            room.joining.is_some() || room.rebuilding || room.denied.is_some() || uncovered
        };
        let troubled = asks.failing_since.is_some() || asks.one_by_one.is_some() || asks.unverified.is_some();
        let asking = asks.under_way || asks.poll_at.is_some() || asks.retry_at.is_some();
        let marking = acks.under_way || !acks.waiting.is_empty();
        if troubled
            || marking
            || resuming.is_some()
            || socket_retry_at.is_some()
            || *use_sockets && asking
            || rooms.restless().any(|(_, room)| unsettled(room))
        {
            Rest::Busy
        } else if *use_sockets {
            Rest::Quiet
        } else {
            Rest::Polling
        }
    }

    /// Whether events arrive.
    pub(super) fn feed_state(&self) -> FeedState {
        let Feed { rooms, asks, status, use_sockets, ended, .. } = &self.feed;
        let catches_up = || self.feed.restless_rooms().any(|(_, room)| room.timeline.is_recovering());
        let silent = asks.failing_since.is_some();
        match status {
            _ if *ended => FeedState::Ended,
            _ if rooms.is_empty() => FeedState::Idle,
            _ if rooms.joined() == 0 => FeedState::Connecting,
            _ if !use_sockets && silent => FeedState::Down,
            _ if !use_sockets => FeedState::Polling,
            Status::Idle | Status::Connecting => FeedState::Connecting,
            Status::Live if catches_up() => FeedState::CatchingUp,
            Status::Live => FeedState::Live,
            Status::Polling if !silent => FeedState::Polling,
            Status::Polling | Status::Down => FeedState::Down,
        }
    }

    /// How many rooms are joined, and how many sockets are open.
    pub(super) fn feed_size(&self) -> (u64, u64) {
        let open = self.feed.sockets.values().filter(|socket| socket.is_open());
        (self.feed.rooms.joined() as u64, open.count() as u64)
    }

    fn lose_session(&mut self, error: Error) {
        self.announce(FeedChange::SessionExpired);
        self.end_feed(Err(error));
    }

    /// No event will follow.
    fn end_feed(&mut self, result: Result<(), Error>) {
        if std::mem::replace(&mut self.feed.ended, true) {
            return;
        }
        self.feed.left_at = self.positions();
        let error = result.clone().err().unwrap_or(Error::Closed);
        for id in self.feed.rooms.iter().map(|(id, _)| id).collect::<Vec<_>>() {
            self.drop_room(id, &error);
        }
        for (id, _) in std::mem::take(&mut self.feed.sockets) {
            self.net.push(Output::SocketClose(id));
        }
        self.net.push(Output::FeedEnded(result));
    }

    fn announce(&mut self, change: FeedChange) {
        self.net.push(Output::Event(Event::feed(change)));
    }

    /// Hands out the events of rooms, in this order.
    fn deliver(&mut self, events: Vec<Event>) {
        let me = self.session.me().map(|me| me.id);
        let mut left = Vec::new();
        for event in events {
            if self.is_replayed(&event) {
                self.net.push(Output::Replayed(event));
                continue;
            }
            if let Some(id) = event.id.filter(|_| event.is_personal()) {
                self.remember_stray(id);
            }
            match &event.kind {
                EventKind::MessagePosted(message) if event.user_id == me && me.is_some() => {
                    let parent = message.parent_id.filter(|_| message.show_parent);
                    self.own.seen(message.id, event.room_id, parent);
                }
                EventKind::UserLeft if event.user_id == me && me.is_some() => {
                    left.extend(event.room_id.zip(event.id));
                }
                EventKind::UserMentioned(message) | EventKind::MessageReply(message)
                    if self.feed.acks.wanted && self.feed.acks.waiting.len() < ACKS_AT_ONCE =>
                {
                    self.feed.acks.waiting.push(message.id);
                }
                _ => {}
            }
            self.net.push(Output::Event(event));
        }
        for (id, event) in left {
            if let Some(room) = self.feed.live_room(id) {
                room.showing_from = room.showing_from.max(event);
            }
            self.was_left(id);
        }
    }

    fn feed_job<E: crate::endpoint::Endpoint>(&mut self, endpoint: E, job: FeedJob, attempts: u32) {
        self.submit_internal(endpoint, Purpose::Feed(job), attempts);
    }
}

/// Whether an error will not go away by itself.
pub(super) fn is_final(error: &Error) -> bool {
    matches!(error, Error::SessionExpired | Error::Login(LoginError::WrongPassword | LoginError::ChatRefused))
}
