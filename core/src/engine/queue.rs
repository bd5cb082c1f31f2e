//! The queue of the writes: who goes first, how many may wait, and what of it can be seen and kept.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::call::{Call, Stage};
use super::calls::Sink;
use super::io::TicketId;
use super::{Ending, Engine};
use crate::endpoint::{DeleteMessage, EditMessage, LeaveRoom, NewMessage};
use crate::{Error, MessageId, Now, RoomId};

/// What goes out before what, where several writes wait. Within one priority the order is that of the calls.
///
/// Only what waits is overtaken: a write that is under way, or whose fate is being looked up, is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Priority {
    /// Before all others: an alarm, an answer to somebody who waits.
    Urgent,
    /// What nothing is said about.
    #[default]
    Normal,
    /// After all others, for as long as there are any: a report in many parts.
    Bulk,
}

/// A message to be posted, as a value: to be given a [`Priority`], looked at in the queue, or stored when a process ends
/// before it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Post {
    /// The room.
    pub room: RoomId,
    /// The text, in chat's markup.
    pub text: String,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// What it goes before.
    #[serde(default, skip_serializing_if = "is_normal")]
    pub priority: Priority,
}

/// One write that has not ended, as [`Engine::queue`] shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queued {
    /// Its ticket's id.
    pub id: TicketId,
    /// What it is to do.
    pub task: Task,
    /// What it goes before.
    pub priority: Priority,
    /// Since it was asked for.
    pub waiting_for: Duration,
    /// Until it is expected to be sent; zero if it is under way, `None` while there is no session. An estimate: it goes by
    /// what is known of the server's throttle, and more urgent calls may come.
    pub expected_in: Option<Duration>,
    /// Whether it was sent and its fate is not known yet. All others wait.
    pub under_way: bool,
}

/// What a write in the queue is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Task {
    /// Post this message.
    Post(Post),
    /// Change this message.
    #[non_exhaustive]
    Edit {
        /// The message.
        message: MessageId,
        /// Its new text.
        text: String,
    },
    /// Delete this message.
    Delete(MessageId),
    /// Leave this room.
    Leave(RoomId),
    /// Another call, by the name of its type in [`endpoint`](crate::endpoint).
    Other(&'static str),
}

/// The writes that have not ended, in the order in which they go out.
#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<(TicketId, Place)>);

/// What decides over a write's place in the queue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) priority: Priority,
    /// `None` for the engine's own.
    pub(super) since: Option<Instant>,
}

impl Post {
    /// A message of [`Priority::Normal`] that answers none.
    pub fn new(room: impl Into<RoomId>, text: impl Into<String>) -> Self {
        Self { room: room.into(), text: text.into(), reply_to: None, priority: Priority::Normal }
    }

    /// The same, as an answer to a message of its room.
    #[must_use = "it is a new value"]
    pub fn reply_to(mut self, message: impl Into<MessageId>) -> Self {
        self.reply_to = Some(message.into());
        self
    }

    /// The same, with a priority.
    #[must_use = "it is a new value"]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }
}

impl Queued {
    /// The room that it is for, where the call names one.
    pub fn room(&self) -> Option<RoomId> {
        match &self.task {
            Task::Post(post) => Some(post.room),
            Task::Leave(room) => Some(*room),
            _ => None,
        }
    }

    /// The text that it posts or changes a message to.
    pub fn text(&self) -> Option<&str> {
        match &self.task {
            Task::Post(Post { text, .. }) | Task::Edit { text, .. } => Some(text),
            _ => None,
        }
    }
}

impl Queue {
    /// Behind those of its priority. `first_stays`: the first one is under way and cannot be overtaken.
    pub(super) fn add(&mut self, id: TicketId, place: Place, first_stays: bool) {
        let overtaken = |other: &(TicketId, Place)| other.1.priority > place.priority;
        let at = self.0.iter().skip(usize::from(first_stays)).rev().take_while(|other| overtaken(other)).count();
        self.0.insert(self.0.len() - at, (id, place));
    }

    /// The first one waits once more: those that are more urgent go before it.
    pub(super) fn let_pass(&mut self) {
        let Some(&(id, place)) = self.0.front() else { return };
        let at = self.0.iter().skip(1).take_while(|other| other.1.priority < place.priority).count();
        if at > 0 {
            self.0.pop_front();
            self.0.insert(at, (id, place));
        }
    }

    pub(super) fn remove(&mut self, id: TicketId) {
        self.0.retain(|&(other, _)| other != id);
    }

    pub(super) fn first(&self) -> Option<TicketId> {
        self.0.front().map(|&(id, _)| id)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = TicketId> {
        self.0.iter().map(|&(id, _)| id)
    }

    /// Those that are as urgent as the first one, which come before all others.
    pub(super) fn as_urgent_as_the_first(&self) -> impl Iterator<Item = TicketId> {
        let first = self.0.front().map(|&(_, place)| place.priority);
        self.0.iter().take_while(move |(_, place)| Some(place.priority) <= first).map(|&(id, _)| id)
    }
}

impl Engine {
    /// What waits for its turn or is under way, in the order in which it goes out, with the time that it may take.
    ///
    /// Calls that were given up and rooms that the engine leaves by itself are not in it, though
    /// [`queued`](Self::queued) counts them.
    pub fn queue(&self, now: Now) -> Vec<Queued> {
        let is_paced = |id| self.calls.get(&id).is_some_and(|call| call.endpoint.nature().is_paced());
        let paced = self.queue.ids().filter(|&id| is_paced(id)).count();
        let times = self.pace.forecast(self.not_before(now), paced);
        let mut next = times.into_iter();
        let mut at = self.not_before(now);
        let mut queued = Vec::new();
        for &(id, place) in &self.queue.0 {
            let Some(call) = self.calls.get(&id) else { continue };
            if call.endpoint.nature().is_paced() {
                at = next.next().unwrap_or(at);
            }
            let (Some(since), Some(task)) = (place.since, task(call, place.priority)) else { continue };
            let under_way = !matches!(call.stage, Stage::Waiting(_));
            let expected_in = if under_way { Duration::ZERO } else { at.saturating_duration_since(now.mono) };
            queued.push(Queued {
                id,
                task,
                priority: place.priority,
                waiting_for: now.mono.saturating_duration_since(since),
                expected_in: (under_way || self.session.is_ready()).then_some(expected_in),
                under_way,
            });
        }
        queued
    }

    /// Whether so many more calls that write may be submitted.
    ///
    /// # Errors
    ///
    /// [`Error::QueueFull`] if there is no room for them, [`Error::Closed`] if the engine is ending.
    pub fn check_queue(&self, calls: usize) -> Result<(), Error> {
        if self.ending != Ending::No {
            return Err(Error::Closed);
        }
        let limit = self.config.queue_limit.get();
        if self.queue.len().saturating_add(calls) > limit { Err(Error::QueueFull { limit }) } else { Ok(()) }
    }

    /// The posts that [`Pending::Keep`](super::Pending::Keep) has kept, in their order: the server knows nothing of them.
    pub fn kept(&self) -> Vec<Post> {
        self.kept.values().cloned().collect()
    }

    /// Keeps what may be posted by a later process: nothing that the server may have.
    pub(super) fn keep_posts(&mut self) {
        let waits = |call: &&Call| {
            matches!(call.stage, Stage::Waiting(_)) && !call.maybe_done && matches!(call.sink, Sink::Ticket)
        };
        for &(id, Place { priority, .. }) in &self.queue.0 {
            let call = self.calls.get(&id).filter(waits);
            if let Some(Task::Post(post)) = call.and_then(|call| task(call, priority)) {
                // One that the server refuses while the engine ends was before the others.
                self.kept.insert((priority, id), post);
            }
        }
    }

    /// Where a call that leaves a room stands: behind all that was submitted for that room.
    pub(super) fn place_of_leaving(&self, now: Now, room: RoomId) -> Place {
        let to_the_room = |id: &TicketId| {
            let post = self.calls.get(id).and_then(|call| call.endpoint_as::<NewMessage>());
            post.is_some_and(|post| post.room == room)
        };
        let last = self.queue.0.iter().filter(|(id, _)| to_the_room(id)).map(|(_, place)| place.priority).max();
        Place { priority: last.unwrap_or_default(), since: Some(now.mono) }
    }

    /// The time before which nothing new is sent, as far as that is known.
    fn not_before(&self, now: Now) -> Instant {
        let first = self.queue.first().and_then(|id| self.calls.get(&id));
        let own = first.and_then(|call| if let Stage::Waiting(until) = call.stage { until } else { None });
        now.mono.max(own.unwrap_or(now.mono)).max(self.hold_until.unwrap_or(now.mono))
    }
}

/// What a call is to do; `None` for one that was given up.
fn task(call: &Call, priority: Priority) -> Option<Task> {
    if matches!(call.sink, Sink::Nobody) {
        return None;
    }
    Some(if let Some(NewMessage { room, text, parent, .. }) = call.endpoint_as() {
        Task::Post(Post { room: *room, text: text.clone(), reply_to: *parent, priority })
    } else if let Some(EditMessage { message, text, .. }) = call.endpoint_as() {
        Task::Edit { message: *message, text: text.clone() }
    } else if let Some(&DeleteMessage { message }) = call.endpoint_as() {
        Task::Delete(message)
    } else if let Some(&LeaveRoom { room }) = call.endpoint_as() {
        Task::Leave(room)
    } else {
        Task::Other(call.endpoint.name())
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_normal(priority: &Priority) -> bool {
    *priority == Priority::Normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(queue: &Queue) -> Vec<u64> {
        queue.ids().map(|id| id.0).collect()
    }

    fn add(queue: &mut Queue, id: u64, priority: Priority, first_stays: bool) {
        queue.add(TicketId(id), Place { priority, since: None }, first_stays);
    }

    #[test]
    fn what_is_urgent_goes_first_and_what_is_equal_keeps_its_order() {
        use Priority::{Bulk, Normal, Urgent};
        let mut queue = Queue::default();
        for (id, priority) in [Bulk, Normal, Urgent, Bulk, Urgent, Normal].into_iter().enumerate() {
            add(&mut queue, id as u64, priority, false);
        }
        assert_eq!(order(&queue), [2, 4, 1, 5, 0, 3]);
        assert_eq!(queue.as_urgent_as_the_first().count(), 2);
    }

    #[test]
    fn what_is_under_way_is_overtaken_once_it_waits_again() {
        let mut queue = Queue::default();
        add(&mut queue, 0, Priority::Bulk, false);
        add(&mut queue, 1, Priority::Bulk, true);
        add(&mut queue, 2, Priority::Normal, true);
        add(&mut queue, 3, Priority::Urgent, true);
        assert_eq!(order(&queue), [0, 3, 2, 1]);
        queue.let_pass();
        assert_eq!(order(&queue), [3, 2, 0, 1], "and stays the first of its own");
        queue.let_pass();
        assert_eq!(order(&queue), [3, 2, 0, 1]);
        queue.remove(TicketId(2));
        assert_eq!((order(&queue), queue.len(), queue.first()), (vec![3, 0, 1], 3, Some(TicketId(3))));
    }
}
