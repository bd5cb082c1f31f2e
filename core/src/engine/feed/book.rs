//! The rooms, and which of them need anything.
//!
//! An engine looks after its rooms with every input, and of many rooms nearly all are at rest: joined, carried by a socket,
//! nothing missing. So those that may not be are listed apart, and only they are looked after.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cover, Room};
use crate::RoomId;
use crate::engine::Position;

/// All rooms by their ids.
#[derive(Debug, Default)]
pub(super) struct Book {
    all: BTreeMap<RoomId, Room>,
    /// Every room that is not at rest. Whoever may have changed is among them until [`Book::tidy`] has looked.
    restless: BTreeSet<RoomId>,
}

impl Book {
    pub(super) fn get(&self, id: RoomId) -> Option<&Room> {
        self.all.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        let room = self.all.get_mut(&id)?;
        self.restless.insert(id);
        Some(room)
    }

    /// What has left the engine of a room, which makes none restless.
    pub(super) fn handed_out(&mut self, id: RoomId) -> Option<&mut Position> {
        self.all.get_mut(&id).map(|room| &mut room.handed_out)
    }

    pub(super) fn insert(&mut self, id: RoomId, room: Room) {
        self.all.insert(id, room);
        self.restless.insert(id);
    }

    pub(super) fn remove(&mut self, id: RoomId) -> Option<Room> {
        self.restless.remove(&id);
        self.all.remove(&id)
    }

    pub(super) fn contains(&self, id: RoomId) -> bool {
        self.all.contains_key(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many are joined.
    pub(super) fn joined(&self) -> usize {
        self.all.len() - self.restless().filter(|(_, room)| room.joining.is_some()).count()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        self.all.iter().map(|(&id, room)| (id, room))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (RoomId, &mut Room)> {
        self.restless.extend(self.all.keys());
        self.all.iter_mut().map(|(&id, room)| (id, room))
    }

    /// Those that are not at rest.
    pub(super) fn restless(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        let listed = self.restless.iter().filter_map(|&id| Some((id, self.all.get(&id)?)));
        listed.filter(|(_, room)| !room.is_at_rest())
    }

    /// Changes those that are not at rest.
    pub(super) fn change_restless(&mut self, mut change: impl FnMut(&mut Room)) {
        for id in &self.restless {
            if let Some(room) = self.all.get_mut(id) {
                change(room);
            }
        }
    }

    /// Takes rooms at rest off the list.
    pub(super) fn tidy(&mut self) {
        let all = &self.all;
        self.restless.retain(|id| all.get(id).is_some_and(|room| !room.is_at_rest()));
    }
}

impl Room {
    /// Joined, carried by a socket, and nothing about it is missing or in doubt.
    fn is_at_rest(&self) -> bool {
        self.joining.is_none()
            && matches!(self.cover, Cover::Socket(_))
            && self.denied.is_none()
            && !self.rebuilding
            && !self.timeline.is_recovering()
    }
}
