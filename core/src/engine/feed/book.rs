//! The rooms, and which of them need anything.
//!
//! An engine looks after its rooms with every input, and of many rooms nearly all are at rest: joined, carried by a socket,
//! nothing missing. So those that may not be are listed apart, and only they are looked after.

use super::{Cover, Room};
use crate::RoomId;
use crate::engine::Position;

/// All rooms by their ids.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// In order. A tree would look each of them up as fast, but the one that was looked up last is at hand here.
    all: Vec<(RoomId, Box<Room>)>,
    last: usize,
    /// Every room that is not at rest, in order. Whoever may have changed is among them until [`Book::tidy`] has looked.
    restless: Vec<RoomId>,
}

impl Book {
    pub(super) fn get(&self, id: RoomId) -> Option<&Room> {
        self.place(id).ok().map(|at| &*self.all[at].1)
    }

    pub(super) fn get_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        self.last = self.place(id).ok()?;
        list(&mut self.restless, id);
        Some(&mut self.all[self.last].1)
    }

    /// What has left the engine of a room, which makes none restless.
    pub(super) fn handed_out(&mut self, id: RoomId) -> Option<&mut Position> {
        self.last = self.place(id).ok()?;
        Some(&mut self.all[self.last].1.handed_out)
    }

    /// Adds a room that is not there yet.
    pub(super) fn insert(&mut self, id: RoomId, room: Room) {
        if let Err(at) = self.place(id) {
            self.all.insert(at, (id, Box::new(room)));
        }
        list(&mut self.restless, id);
    }

    pub(super) fn remove(&mut self, id: RoomId) -> Option<Room> {
        self.restless.retain(|&other| other != id);
        self.place(id).ok().map(|at| *self.all.remove(at).1)
    }

    pub(super) fn contains(&self, id: RoomId) -> bool {
        self.place(id).is_ok()
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
        self.all.iter().map(|(id, room)| (*id, &**room))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (RoomId, &mut Room)> {
        self.restless.clear();
        self.restless.extend(self.all.iter().map(|&(id, _)| id));
        self.all.iter_mut().map(|(id, room)| (*id, &mut **room))
    }

    /// Whether any may not be at rest.
    pub(super) fn has_restless(&self) -> bool {
        !self.restless.is_empty()
    }

    /// Those that are not at rest.
    pub(super) fn restless(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        let listed = self.restless.iter().filter_map(|&id| Some((id, self.get(id)?)));
        listed.filter(|(_, room)| !room.is_at_rest())
    }

    /// Changes those that are not at rest.
    pub(super) fn change_restless(&mut self, mut change: impl FnMut(&mut Room)) {
        for at in 0..self.restless.len() {
            if let Ok(room) = self.place(self.restless[at]) {
                change(&mut self.all[room].1);
            }
        }
    }

    /// Takes rooms at rest off the list.
    pub(super) fn tidy(&mut self) {
        let mut restless = std::mem::take(&mut self.restless);
        restless.retain(|&id| self.get(id).is_some_and(|room| !room.is_at_rest()));
        self.restless = restless;
    }

    /// Where a room is, or where it would be.
    fn place(&self, id: RoomId) -> Result<usize, usize> {
        match self.all.get(self.last) {
            Some((last, _)) if *last == id => Ok(self.last),
            _ => self.all.binary_search_by_key(&id, |&(id, _)| id),
        }
    }
}

fn list(ids: &mut Vec<RoomId>, id: RoomId) {
    if let Err(at) = ids.binary_search(&id) {
        ids.insert(at, id);
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
