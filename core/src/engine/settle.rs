//! The fate of a post whose answer was lost: it is looked up in its room, never guessed and never posted again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::call::Stage;
use super::calls::Purpose;
use super::io::TicketId;
use super::{Boxed, Engine};
use crate::endpoint::{MessageSource, NewMessage, RoomEvents};
use crate::event::{Event, EventKind, RoomSnapshot};
use crate::{Error, MessageId, Now};

/// How often the room is read before the answer is that nobody knows.
const ROUNDS: u32 = 2;
/// Between two readings: a post may still be on its way when its connection is gone.
const PAUSE: Duration = Duration::from_secs(4);
/// How many messages of the room are read.
const READ_BACK: u16 = 100;
/// How much older than the post its message may seem: both of the server's times are whole seconds. More would take a
/// message of another process of the account, posted just before, for the post.
const LEEWAY: Duration = Duration::from_secs(2);

/// A post whose fate is being looked up.
#[derive(Debug)]
pub(super) struct Settling {
    cause: Error,
    /// What came back was a page: if the session has ended, it may have been the login page, and nothing was done.
    page: bool,
    rounds_left: u32,
    /// The room was read, and did not show it.
    looked: bool,
    /// The room holds a message that could be this one, though its source differs.
    doubtful: bool,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The room is read at this time.
    Pausing(Instant),
    /// The room is being read.
    Reading,
    /// The source of the first candidate is being read.
    Comparing(VecDeque<MessageId>),
}

impl Settling {
    pub(super) fn new(now: Now, cause: Error, page: bool) -> Self {
        Self { cause, page, rounds_left: ROUNDS, looked: false, doubtful: false, step: Step::Pausing(now.mono) }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        if let Step::Pausing(until) = self.step { Some(until) } else { None }
    }
}

impl Engine {
    /// Starts the readings that are due.
    pub(super) fn tend_settling(&mut self, now: Now) {
        let due: Vec<TicketId> = self
            .calls
            .iter()
            .filter(|(_, call)| match &call.stage {
                Stage::Settling(settling) => settling.deadline().is_some_and(|at| at <= now.mono),
                _ => false,
            })
            .map(|(&id, _)| id)
            .collect();
        for post in due {
            let shown = self.shown_since(post);
            match self.message(post).map(|message| message.room) {
                // The feed was faster.
                Some(_) if !shown.is_empty() => self.compare_next(now, post, shown),
                Some(room) => {
                    self.step_to(post, Step::Reading);
                    let call = RoomEvents::latest(room, READ_BACK);
                    self.submit_internal(call, Purpose::SettleRead(post), self.config.attempts.get());
                }
                // Nothing in any room would show it.
                None => self.give_up_settling(now, post),
            }
        }
    }

    pub(super) fn settle_read(&mut self, now: Now, post: TicketId, result: Result<RoomSnapshot, Error>) {
        // Even if the session has ended: nobody knows whether that was before the post or after.
        let Ok(snapshot) = result else { return self.next_round(now, post) };
        if let Some(Stage::Settling(settling)) = self.calls.get_mut(&post).map(|call| &mut call.stage) {
            settling.looked = true;
        }
        let candidates: VecDeque<MessageId> =
            snapshot.events.iter().filter_map(|event| self.candidate(now, post, event, snapshot.sync)).collect();
        self.compare_next(now, post, candidates);
    }

    pub(super) fn settle_source(&mut self, now: Now, post: TicketId, result: Result<String, Error>) {
        let Some(Stage::Settling(Settling { step: Step::Comparing(candidates), .. })) =
            self.calls.get_mut(&post).map(|call| &mut call.stage)
        else {
            return;
        };
        let mut rest = std::mem::take(candidates);
        let Some(candidate) = rest.pop_front() else { return };
        let same =
            self.message(post).zip(result.ok()).is_some_and(|(message, source)| same_text(&message.text, &source));
        if same {
            if let Some(&NewMessage { room, parent, .. }) = self.message(post) {
                self.own.posted(candidate, room, parent);
            }
            self.pace.taken(None, now.mono);
            self.end(post, Ok(Box::new(candidate) as Boxed));
        } else {
            if let Some(Stage::Settling(settling)) = self.calls.get_mut(&post).map(|call| &mut call.stage) {
                settling.doubtful = true;
            }
            self.compare_next(now, post, rest);
        }
    }

    fn compare_next(&mut self, now: Now, post: TicketId, candidates: VecDeque<MessageId>) {
        if let Some(&message) = candidates.front() {
            self.step_to(post, Step::Comparing(candidates));
            self.submit_internal(MessageSource { message }, Purpose::SettleSource(post), self.config.attempts.get());
            return;
        }
        self.next_round(now, post);
    }

    fn next_round(&mut self, now: Now, post: TicketId) {
        let Some(Stage::Settling(settling)) = self.calls.get_mut(&post).map(|call| &mut call.stage) else { return };
        settling.rounds_left -= 1;
        if settling.rounds_left > 0 {
            // The last look is the one that counts: the room may show a message late.
            settling.looked = false;
            settling.step = Step::Pausing(now.mono + PAUSE);
        } else {
            self.give_up_settling(now, post);
        }
    }

    /// Whether an event of the room may be the post's own.
    fn candidate(&self, now: Now, post: TicketId, event: &Event, sync: Option<u64>) -> Option<MessageId> {
        let EventKind::MessagePosted(message) = &event.kind else { return None };
        let call = self.calls.get(&post)?;
        let sent = call.sent.as_ref()?;
        let age_of_post = now.mono.saturating_duration_since(sent.at.mono) + LEEWAY;
        let too_old = sync
            .zip(event.time_stamp)
            .is_some_and(|(sync, stamp)| Duration::from_secs(sync.saturating_sub(stamp)) > age_of_post);
        let mine = event.user_id == self.session.me().map(|me| me.id);
        let later = sent.latest_own.is_none_or(|latest| message.id > latest);
        let answers_right = self.message(post)?.parent.is_none_or(|parent| message.parent_id == Some(parent));
        (mine && later && !too_old && answers_right && !self.own.is_accounted(message.id)).then_some(message.id)
    }

    /// The room does not show it. It ends as unknown, unless the answer was the page of a session that has ended
    /// or has another fkey: then it was refused, and goes out again with the new one.
    fn give_up_settling(&mut self, now: Now, post: TicketId) {
        let session = (self.session.ends(), self.session.fkeys());
        let Some(call) = self.calls.get_mut(&post) else { return };
        let Stage::Settling(Settling { cause, page, looked, doubtful, .. }) = &call.stage else { return };
        let absent = *looked && !*doubtful;
        let refused = call.sent.as_ref().is_some_and(|sent| (sent.session_ends, sent.fkeys) != session);
        if *page && absent && refused && call.attempts_left > 0 {
            self.wait_again(post, None);
        } else {
            let reason = cause.to_string();
            self.pace.taken(None, now.mono);
            self.end(post, Err(Error::Uncertain { reason }));
        }
    }

    /// Own messages that events have shown since the post was sent, and that no call has posted.
    fn shown_since(&self, post: TicketId) -> VecDeque<MessageId> {
        let sent = self.calls.get(&post).and_then(|call| call.sent.as_ref());
        let room = self.message(post).map(|message| message.room);
        sent.zip(room).map(|(sent, room)| self.own.unaccounted(room, sent.latest_own).collect()).unwrap_or_default()
    }

    fn step_to(&mut self, post: TicketId, next: Step) {
        if let Some(Stage::Settling(settling)) = self.calls.get_mut(&post).map(|call| &mut call.stage) {
            settling.step = next;
        }
    }

    fn message(&self, post: TicketId) -> Option<&NewMessage> {
        self.calls.get(&post)?.endpoint_as()
    }
}

/// Whether a message's source is what was posted. The server may keep or drop a reply's `:ID ` and outer white space.
fn same_text(posted: &str, source: &str) -> bool {
    let bare = |text: &str| {
        let text = text.replace("\r\n", "\n");
        let without_parent = text
            .strip_prefix(':')
            .and_then(|rest| rest.split_once(char::is_whitespace))
            .filter(|(digits, _)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            .map(|(_, rest)| rest.to_owned());
        without_parent.unwrap_or(text).trim().to_owned()
    };
    bare(posted) == bare(source)
}

#[cfg(test)]
mod tests {
    use super::same_text;

    #[test]
    fn sources_are_compared_without_what_the_server_may_change() {
        assert!(same_text("hello *you*", "hello *you*"));
        assert!(same_text("hello", ":123 hello "));
        assert!(same_text(":123 hello", "hello"));
        assert!(same_text("a\nb", "a\r\nb"));
        assert!(!same_text("hello", "hello!"));
        assert!(!same_text(": hello", "hello"));
    }
}
