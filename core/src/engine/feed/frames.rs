//! What a socket's frames and the polls' answers hold, brought to the rooms they belong to.
//!
//! Personal events arrive under the key of every room the account is in (protocol notes, 2.7). Each is delivered once,
//! by its own room, wherever it came in first.

use bytes::Bytes;

use super::{Cover, STRAYS_REMEMBERED};
use crate::engine::Engine;
use crate::engine::io::SocketId;
use crate::event::{Event, EventKind, Frame, RoomUpdate};
use crate::{EventId, Now, RoomId};

impl Engine {
    pub(in crate::engine) fn frame(&mut self, now: Now, socket: SocketId, text: &Bytes) {
        if !self.heard(now, socket) {
            return;
        }
        let frame = match Frame::read(text, &mut self.feed.names) {
            Ok(frame) => frame,
            Err(bad) => {
                if text.trim_ascii_start().starts_with(b"{") {
                    self.ask_again_for(socket);
                }
                // Seen by the bot, and not only logged.
                return self.deliver(vec![bad.into()]);
            }
        };
        let latest = frame.rooms.iter().filter_map(|(_, update)| latest_of(update)).max();
        if let Some(socket) = self.feed.sockets.get_mut(&socket) {
            socket.latest = socket.latest.max(latest.unwrap_or_default());
        }
        for (id, mut update) in frame.rooms {
            let own = |kind| self.tells_of_own(&kind, id, &update);
            let (last, first) = (own(EventKind::UserLeft), own(EventKind::UserEntered));
            if first {
                self.entered_after_late_leave(id);
            }
            self.shown(socket, id, last);
            self.divert_strays(id, &mut update);
            let Some(room) = self.feed.live_room(id) else { continue };
            let exit = update.exit;
            if update.reset || frame.reset {
                room.timeline.recover();
            }
            let events = room.timeline.update(update, text.len());
            self.deliver(events);
            self.release_overfull(id);
            if exit {
                self.put_out(now, id);
            }
        }
    }

    /// What a socket brought cannot be read: the server is asked for it.
    fn ask_again_for(&mut self, socket: SocketId) {
        for (_, room) in self.feed.rooms.iter_mut().filter(|(_, room)| room.cover == Cover::Socket(socket)) {
            room.timeline.recover();
        }
    }

    /// Takes out of an update what belongs to other rooms or to none.
    pub(super) fn divert_strays(&mut self, id: RoomId, update: &mut RoomUpdate) {
        if update.events.iter().all(|event| event.room_id == Some(id)) {
            return;
        }
        let (own, strays): (Vec<Event>, Vec<Event>) =
            std::mem::take(&mut update.events).into_iter().partition(|event| event.room_id == Some(id));
        update.events = own;
        for event in strays {
            self.stray(event);
        }
    }

    fn stray(&mut self, event: Event) {
        if event.id.is_some_and(|id| self.feed.strays.contains(&id)) {
            return;
        }
        if let Some(room) = event.room_id.and_then(|id| self.feed.rooms.get_mut(id))
            && event.id.is_some()
        {
            room.timeline.park(event);
            return;
        }
        if let Some(id) = event.id {
            self.remember_stray(id);
        }
        self.deliver(vec![event]);
    }

    /// An event that was delivered, and that other rooms' keys may bring again.
    pub(super) fn remember_stray(&mut self, id: EventId) {
        self.feed.strays.insert(id);
        if self.feed.strays.len() > STRAYS_REMEMBERED {
            self.feed.strays.pop_first();
        }
    }

    /// Whether an update says that the account has left or entered its room. After the former it may be the last of the room
    /// on its socket.
    fn tells_of_own(&self, kind: &EventKind, id: RoomId, update: &RoomUpdate) -> bool {
        let me = self.session.me().map(|me| me.id);
        let own = |event: &Event| event.kind == *kind && event.user_id == me && event.room_id == Some(id);
        me.is_some() && update.events.iter().any(own)
    }

    /// A socket has shown a room, perhaps for the `last` time. From the first time on it carries it.
    fn shown(&mut self, socket: SocketId, id: RoomId, last: bool) {
        let is_primary = self.feed.primary == Some(socket);
        let leads = self.feed.sockets.get(&socket).is_some_and(|s| s.leader == id);
        if is_primary && !leads && self.feed.shares != Some(true) && self.feed.rooms.contains(id) {
            self.feed.shares = Some(true);
        }
        let Some(room) = self.feed.rooms.get_mut(id).filter(|room| room.joining.is_none()) else { return };
        let Some(source) = self.feed.sockets.get(&socket) else { return };
        if !room.carried_by.contains(socket) {
            // What happened before it began to carry the room is not its business.
            room.timeline.recover();
        }
        if last {
            room.carried_by.remove(socket);
        }
        if last || source.latest < room.showing_from {
            return;
        }
        room.carried_by.add(socket);
        room.denied = None;
        let better = match room.cover {
            Cover::Socket(current) => is_primary && current != socket,
            // Its own socket will be here in a moment.
            Cover::Opening => is_primary && !leads,
            Cover::None | Cover::Entering | Cover::Trial(_) => true,
        };
        if better {
            room.cover = Cover::Socket(socket);
            self.close_useless_sockets();
        }
    }
}

/// The latest event that an update covers, if it says.
fn latest_of(update: &RoomUpdate) -> Option<EventId> {
    update.events.iter().filter_map(|event| event.id).max().max(update.t)
}
