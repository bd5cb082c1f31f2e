//! Who is in a room.

use std::collections::BTreeMap;

use sechat_core::endpoint::{ChatUser, RoomView};
use sechat_core::event::{AccessChange, AccessLevel};
use sechat_core::{Event, EventKind, FeedChange, RoomId, UserId};

/// The most rooms that are remembered, and the most users of one.
const MAX_ROOMS: usize = 256;
const MAX_USERS: usize = 4096;

/// What rooms are called and who is in them, as pages and events tell.
///
/// [`enter`](Self::enter) a room with the page that [`Room::view`](crate::Room::view) gives, and show it every
/// event from before that on: [`see`](Self::see). What happens to the feed may mean that something was missed; then a
/// room is no longer [`complete`](RoomNow::complete) until its page is read again.
///
/// It holds 256 rooms and 4096 users of each at most, asks nobody anything, and gives out copies only. Bots with several
/// threads put it behind a lock of their own.
///
/// ```
/// use sechat_client::{Event, Presence, RoomId, UserId};
///
/// let mut presence = Presence::new();
/// let mut see = |json: &str| presence.see(&Event::parse(json.as_bytes()));
/// see(r#"{"event_type":3,"id":8,"room_id":1,"user_id":7,"target_user_id":7,"user_name":"Ann"}"#);
/// see(r#"{"event_type":3,"id":9,"room_id":1,"user_id":8,"target_user_id":8,"user_name":"Bob"}"#);
/// see(r#"{"event_type":4,"id":10,"room_id":1,"user_id":7,"target_user_id":7,"user_name":"Ann"}"#);
///
/// let room = presence.room(RoomId(1)).unwrap();
/// assert_eq!(room.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["Bob"]);
/// assert!(!room.complete, "there may be others: its page was not read");
/// assert!(presence.is_in(RoomId(1), UserId(8)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Presence {
    rooms: BTreeMap<RoomId, Known>,
}

/// A room as it was when this was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoomNow {
    /// The room.
    pub id: RoomId,
    /// Its name, once something told it.
    pub name: Option<String>,
    /// What it is about: HTML.
    pub description: Option<String>,
    /// Its tags, as its page had them: no event tells of a change.
    pub tags: Vec<String>,
    /// Whether one may write in it, as its page said: not while it is frozen, in a gallery, or as a visitor. `None`
    /// before the page is read, and after a change of access that may matter.
    pub may_write: Option<bool>,
    /// Who is known to be in it, by their ids.
    pub users: Vec<PresentUser>,
    /// Whether that is everybody: its page was read, and nothing was missed since.
    pub complete: bool,
}

/// A user who is in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresentUser {
    /// The chat user id.
    pub id: UserId,
    /// The name; empty if nothing told it.
    pub name: String,
    /// What they are in the room.
    pub roles: Roles,
}

/// What a user is in a room, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "bots that keep lists of their own make it")]
pub struct Roles {
    /// They own the room.
    pub owner: bool,
    /// They have a diamond, which is worth more in every room.
    pub moderator: bool,
}

#[derive(Debug, Clone, Default)]
struct Known {
    name: Option<String>,
    description: Option<String>,
    tags: Vec<String>,
    may_write: Option<bool>,
    /// Whose page it was.
    me: Option<UserId>,
    users: BTreeMap<UserId, (String, Roles)>,
    complete: bool,
}

impl Presence {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes over what the page of a room says; all that was known of the room before is forgotten.
    ///
    /// Events that came while the page was on its way may be older than the page: an entry or a departure in that moment
    /// can be told wrongly until the user does something.
    pub fn enter(&mut self, page: &RoomView) {
        let user = |user: &ChatUser| {
            let is = |mark: Option<bool>| mark.unwrap_or_default();
            (user.id, (user.name.clone(), Roles { owner: is(user.is_owner), moderator: is(user.is_moderator) }))
        };
        let known = Known {
            name: Some(page.name.clone()),
            description: Some(page.description.clone()),
            tags: page.tags.clone(),
            may_write: Some(page.may_write && !page.frozen && !page.deleted),
            me: page.me,
            users: page.users.iter().take(MAX_USERS).map(user).collect(),
            complete: page.users.len() <= MAX_USERS,
        };
        if self.has_space_for(page.id) {
            self.rooms.insert(page.id, known);
        }
    }

    /// Forgets a room, as after leaving it.
    pub fn leave(&mut self, room: RoomId) {
        self.rooms.remove(&room);
    }

    /// Learns from an event.
    ///
    /// Entries, departures, names and changes of access count. Messages do not: whoever posts need not be in the room.
    pub fn see(&mut self, event: &Event) {
        if let EventKind::Feed(change) = &event.kind {
            return self.see_feed(change);
        }
        let Some(room) = event.room_id else { return };
        match (&event.kind, event.target_user_id.or(event.user_id)) {
            (EventKind::UserEntered, Some(user)) => self.add(room, user, event.user_name.as_deref()),
            (EventKind::UserLeft, Some(user)) => self.change(room, |known| drop(known.users.remove(&user))),
            (EventKind::UserNameOrAvatarChanged, Some(user)) if event.user_id == Some(user) => {
                if let Some(name) = &event.user_name {
                    self.change_user(room, user, |(known, _)| name.as_ref().clone_into(known));
                }
            }
            (EventKind::AccessLevelChanged(change), _) => self.see_access(room, change, event.target_user_id),
            (EventKind::RoomNameChanged(details), _) => self.change(room, |known| {
                known.name = details.name.clone().or(known.name.take());
                known.description = details.description.clone().or(known.description.take());
            }),
            _ => {}
        }
    }

    /// A room as it is now; `None` if nothing is known of it.
    pub fn room(&self, room: RoomId) -> Option<RoomNow> {
        let known = self.rooms.get(&room)?;
        let users =
            known.users.iter().map(|(&id, (name, roles))| PresentUser { id, name: name.clone(), roles: *roles });
        Some(RoomNow {
            id: room,
            name: known.name.clone(),
            description: known.description.clone(),
            tags: known.tags.clone(),
            may_write: known.may_write,
            users: users.collect(),
            complete: known.complete,
        })
    }

    /// The rooms of which something is known, by their ids.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.rooms.keys().copied().collect()
    }

    /// Whether a user is known to be in a room.
    pub fn is_in(&self, room: RoomId, user: UserId) -> bool {
        self.rooms.get(&room).is_some_and(|known| known.users.contains_key(&user))
    }

    /// What a user is in a room; nothing for those who are not known to be in it. For somebody who came after the
    /// page was read it is not known before the page is read again.
    pub fn roles(&self, room: RoomId, user: UserId) -> Roles {
        self.rooms.get(&room).and_then(|known| known.users.get(&user)).map_or_else(Roles::default, |(_, roles)| *roles)
    }

    fn see_feed(&mut self, change: &FeedChange) {
        match change {
            FeedChange::Gap { room, .. } => self.change(*room, |known| known.complete = false),
            FeedChange::RoomLost { room, .. } => self.leave(*room),
            FeedChange::Lagged { .. } => self.rooms.values_mut().for_each(|known| known.complete = false),
            _ => {}
        }
    }

    fn see_access(&mut self, room: RoomId, change: &AccessChange, target: Option<UserId>) {
        if let (AccessChange::User(level), Some(user)) = (change, target) {
            self.change_user(room, user, |(_, roles)| roles.owner = *level == AccessLevel::Owner);
        }
        self.change(room, |known| {
            if *change == AccessChange::RoomDefault || target.is_some() && target == known.me {
                known.may_write = None;
            }
        });
    }

    fn add(&mut self, room: RoomId, user: UserId, name: Option<&str>) {
        if !self.has_space_for(room) {
            return;
        }
        let known = self.rooms.entry(room).or_default();
        if known.users.len() >= MAX_USERS && !known.users.contains_key(&user) {
            known.complete = false;
            return;
        }
        let (known, _) = known.users.entry(user).or_default();
        if let Some(name) = name {
            name.clone_into(known);
        }
    }

    fn has_space_for(&self, room: RoomId) -> bool {
        self.rooms.len() < MAX_ROOMS || self.rooms.contains_key(&room)
    }

    fn change(&mut self, room: RoomId, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self.rooms.get_mut(&room) {
            change(known);
        }
    }

    fn change_user(&mut self, room: RoomId, user: UserId, change: impl FnOnce(&mut (String, Roles))) {
        self.change(room, |known| {
            if let Some(user) = known.users.get_mut(&user) {
                change(user);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(presence: &mut Presence, json: &str) {
        let event = Event::parse(format!(r#"{{"id":9,"room_id":1,{json}}}"#).as_bytes());
        assert!(event.event_type().is_some(), "{event:?}");
        presence.see(&event);
    }

    fn entered() -> Presence {
        let page = r#"{"id":1,"name":"Lab","description":"d","tags":["tea"],"frozen":false,"deleted":false,"may_write":true,
            "me":5,"users":[{"id":5,"name":"Marvin"},{"id":7,"name":"Ann","is_owner":true,"is_moderator":false}],
            "ignored":[],"others":[]}"#;
        let mut presence = Presence::new();
        presence.enter(&serde_json::from_str(page).unwrap());
        presence
    }

    fn names(presence: &Presence) -> Vec<String> {
        presence.room(RoomId(1)).unwrap().users.into_iter().map(|user| user.name).collect()
    }

    #[test]
    fn people_come_and_go() {
        let mut presence = entered();
        assert_eq!(names(&presence), ["Marvin", "Ann"]);
        see(&mut presence, r#""event_type":3,"user_id":8,"target_user_id":8,"user_name":"Bob""#);
        see(&mut presence, r#""event_type":4,"user_id":7,"target_user_id":7,"user_name":"Ann""#);
        see(&mut presence, r#""event_type":1,"user_id":6,"user_name":"Eve","message_id":70,"content":"hi""#);
        see(&mut presence, r#""event_type":34,"user_id":8,"target_user_id":8,"user_name":"Rob""#);
        see(&mut presence, r#""event_type":34,"user_id":5,"target_user_id":8,"user_name":"Marvin""#);
        assert_eq!(names(&presence), ["Marvin", "Rob"]);
        assert!(presence.is_in(RoomId(1), UserId(8)) && !presence.is_in(RoomId(2), UserId(8)));
        let room = presence.room(RoomId(1)).unwrap();
        assert!(room.complete && room.may_write == Some(true));
        presence.leave(RoomId(1));
        assert_eq!((presence.room(RoomId(1)), presence.rooms()), (None, vec![]));
    }

    #[test]
    fn roles_and_names_change() {
        let mut presence = entered();
        let owner = |presence: &Presence| [5, 7].map(|user| presence.roles(RoomId(1), UserId(user)).owner);
        assert_eq!(owner(&presence), [false, true]);
        see(&mut presence, r#""event_type":15,"user_id":7,"target_user_id":5,"content":"Access now owner""#);
        see(&mut presence, r#""event_type":15,"user_id":5,"target_user_id":7,"content":"Access now (default)""#);
        assert_eq!(owner(&presence), [true, false]);
        see(&mut presence, r#""event_type":5,"user_id":7,"room_name":"Den","content":"Den / quiet""#);
        let room = presence.room(RoomId(1)).unwrap();
        assert_eq!((room.tags, room.may_write), (vec!["tea".to_owned()], None), "this account became an owner");
        let room = presence.room(RoomId(1)).unwrap();
        assert_eq!((room.name.as_deref(), room.description.as_deref()), (Some("Den"), Some("quiet")));
    }

    #[test]
    fn what_was_missed_is_admitted() {
        let mut presence = entered();
        presence.see(&Event::feed(FeedChange::lagged(3)));
        let room = presence.room(RoomId(1)).unwrap();
        assert!(!room.complete && room.users.len() == 2);
    }

    #[test]
    fn it_is_bounded() {
        let mut presence = entered();
        for user in 0..5000 {
            see(&mut presence, &format!(r#""event_type":3,"user_id":{user},"user_name":"x""#));
        }
        let room = presence.room(RoomId(1)).unwrap();
        assert_eq!((room.users.len(), room.complete), (MAX_USERS, false));
        for room in 0..500 {
            let json = format!(r#"{{"event_type":3,"id":9,"room_id":{room},"user_id":7}}"#);
            presence.see(&Event::parse(json.as_bytes()));
        }
        assert_eq!(presence.rooms().len(), MAX_ROOMS);
    }
}
