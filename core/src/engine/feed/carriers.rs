//! Which sockets carry a room.

use crate::engine::io::SocketId;

/// The sockets that carry a room. Nearly always it is one, which lies here: in a list it would be one more place out of
/// the cache for each frame, where there are many rooms.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    one: Option<SocketId>,
    others: Vec<SocketId>,
}

impl Carriers {
    pub(super) fn contains(&self, id: SocketId) -> bool {
        self.one == Some(id) || self.others.contains(&id)
    }

    /// Adds one, unless it is there.
    pub(super) fn add(&mut self, id: SocketId) {
        if !self.contains(id) {
            self.others.extend(self.one.replace(id));
        }
    }

    pub(super) fn remove(&mut self, id: SocketId) {
        if self.one == Some(id) {
            self.one = self.others.pop();
        } else {
            self.others.retain(|&other| other != id);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_come_and_go() {
        let mut carriers = Carriers::default();
        let listed =
            |carriers: &Carriers| (1..=3_u64).filter(|&id| carriers.contains(SocketId(id))).collect::<Vec<_>>();
        for (add, id, then) in [
            (true, 1, vec![1]),
            (true, 2, vec![1, 2]),
            (true, 1, vec![1, 2]),
            (true, 3, vec![1, 2, 3]),
            (false, 1, vec![2, 3]),
            (false, 3, vec![2]),
            (false, 3, vec![2]),
            (false, 2, vec![]),
            (true, 3, vec![3]),
        ] {
            if add {
                carriers.add(SocketId(id));
            } else {
                carriers.remove(SocketId(id));
            }
            assert_eq!(listed(&carriers), then);
        }
        carriers.clear();
        assert!(listed(&carriers).is_empty());
    }
}
