//! All calls that have not ended: what goes out next, and what becomes of the answers.

use std::time::Instant;

use super::call::{Boxed, Call, Erased, Sent, Stage, Verdict};
use super::feed::FeedJob;
use super::io::{Output, TicketId};
use super::net::{Answer, Owner};
use super::queue::Place;
use super::session::Outcome;
use super::settle::Settling;
use super::{Ending, Engine, Pending};
use crate::endpoint::{Endpoint, LeaveRoom, Nature, NewMessage, Session as Context, SocketAddress};
use crate::{Error, MessageId, Now, RoomId};

/// A call that is refused goes out again this often because the session looks different: on a server that changes the
/// fkey with every page it always does.
const MOST_REFRESHED: u32 = 2;

/// Who gets the result of a call.
#[derive(Debug)]
pub(super) enum Sink {
    /// The holder of its ticket.
    Ticket,
    /// The engine itself.
    Engine(Purpose),
    /// The call was given up.
    Nobody,
}

/// What the engine wanted with a call of its own.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To see whether a post is in its room.
    SettleRead(TicketId),
    /// To compare a message with a post.
    SettleSource(TicketId),
    /// Something of the feed's.
    Feed(FeedJob),
}

impl Engine {
    pub(super) fn submit_erased(
        &mut self,
        endpoint: Box<dyn Erased>,
        sink: Sink,
        attempts: u32,
        place: Place,
    ) -> TicketId {
        let id = TicketId(self.net.fresh_id());
        if endpoint.nature() != Nature::Read {
            self.queue.add(id, place, !self.first_waits());
        }
        let call = Call {
            endpoint,
            attempts_left: attempts,
            refusals_left: self.config.refusals.get(),
            tries: 0,
            refreshed: 0,
            stage: Stage::Waiting(None),
            sink,
            sent: None,
            maybe_done: false,
        };
        self.calls.insert(id, call);
        id
    }

    pub(super) fn submit_internal<E: Endpoint>(&mut self, endpoint: E, purpose: Purpose, attempts: u32) -> TicketId {
        self.submit_erased(Box::new(endpoint), Sink::Engine(purpose), attempts, Place::default())
    }

    /// Sends every call that may go now.
    pub(super) fn dispatch(&mut self, now: Now) {
        if self.first_waits() {
            self.queue.let_pass();
        }
        let ready: Vec<TicketId> = self.calls.keys().copied().filter(|&id| self.may_go(id)).collect();
        if ready.is_empty() && !self.calls.values().any(|call| matches!(call.stage, Stage::Doubtful(_))) {
            return;
        }
        self.want_session(now);
        if self.session.is_ready() {
            for id in ready {
                self.transmit(now, id);
            }
        }
    }

    /// Makes a session unless there is one or none may be made yet.
    pub(super) fn want_session(&mut self, now: Now) {
        if self.hold_until.is_some() {
            return;
        }
        if let Some(outcome) = self.session.want(now, &mut self.net) {
            self.session_settled(now, outcome);
        }
    }

    pub(super) fn call_answered(&mut self, now: Now, id: TicketId, answer: Answer) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let verdict = call.judge(answer);
        let given_up = matches!(call.sink, Sink::Nobody);
        match verdict {
            Verdict::Done(result) => {
                self.note_outcome(now, id, &result);
                self.end(id, result);
            }
            Verdict::Retry(_) | Verdict::Doubt(_) | Verdict::Unknown { .. } if given_up => self.withdraw(id),
            Verdict::Retry(error) => self.retry(now, id, error),
            Verdict::Wait { wait, everything } => {
                self.net.watch.refused(wait);
                // It was not carried out: that was no attempt.
                call.attempts_left += 1;
                call.refusals_left = call.refusals_left.saturating_sub(1);
                let kept = self.ending == Ending::Calls(Pending::Keep);
                let hopeless = !kept && (call.refusals_left == 0 || wait > self.config.longest_wait);
                if everything {
                    self.hold_until = self.hold_until.max(Some(now.mono + wait));
                } else if call.endpoint.nature().is_paced() {
                    let sent = call.sent.as_ref().map_or(now.mono, |sent| sent.at.mono);
                    self.pace.refused(sent, now.mono, wait);
                }
                if hopeless || given_up {
                    self.end(id, Err(Error::RateLimited { retry_after: wait }));
                } else {
                    self.wait_again(id, Some(now.mono + wait));
                }
            }
            Verdict::Doubt(error) => {
                let sent_at = call.sent.as_ref().map(|sent| sent.at.mono);
                let known = call.denied_room(&error).is_some_and(|room| self.denials.hold(now.mono, room));
                call.stage = Stage::Doubtful(error);
                if !known && self.session.checked_since() <= sent_at {
                    self.session.suspect();
                } else {
                    self.resolve_doubt(now, id);
                }
            }
            Verdict::Unknown { error, page: true } if call.endpoint_as::<NewMessage>().is_none() => {
                // No room shows it, but a session that turns out to have ended says that nothing was done.
                call.stage = Stage::Doubtful(Error::Uncertain { reason: error.to_string() });
                self.session.suspect();
            }
            Verdict::Unknown { error, page } => {
                call.maybe_done = true;
                call.stage = Stage::Settling(Settling::new(now, error, page));
                if page {
                    self.session.suspect();
                }
            }
        }
    }

    /// The session is good, or none can be had.
    pub(super) fn session_settled(&mut self, now: Now, outcome: Outcome) {
        match outcome {
            Outcome::Ready { logged_in_again } => {
                if logged_in_again {
                    self.announce_new_login();
                }
                for waiter in std::mem::take(&mut self.logins) {
                    let result = self.credentials().ok_or(Error::NotLoggedIn).map(|c| Box::new(c) as Boxed);
                    self.finish_ticket(waiter, result);
                }
                let doubtful = self.calls_in(|stage| matches!(stage, Stage::Doubtful(_)));
                for id in doubtful {
                    self.resolve_doubt(now, id);
                }
            }
            Outcome::Failed(error) => {
                self.net.watch.no_session(now, &error);
                if let Error::RateLimited { retry_after } = error {
                    self.hold_until = self.hold_until.max(Some(now.mono + retry_after));
                }
                self.answer_is_void(now, error.clone());
                for waiter in std::mem::take(&mut self.logins) {
                    self.finish_ticket(waiter, Err(error.clone()));
                }
                for id in self.calls_in(|stage| matches!(stage, Stage::Waiting(_) | Stage::Doubtful(_))) {
                    self.end(id, Err(error.clone()));
                }
            }
        }
    }

    /// The call has ended: its result goes where it is wanted.
    pub(super) fn end(&mut self, id: TicketId, result: Result<Boxed, Error>) {
        let Some(call) = self.calls.remove(&id) else { return };
        self.queue.remove(id);
        self.may_have_left(&call, call.maybe_done);
        match call.sink {
            Sink::Ticket => self.finish_ticket(id, result),
            Sink::Engine(purpose) => self.internal.push_back((purpose, result)),
            Sink::Nobody => {}
        }
    }

    pub(super) fn finish_ticket(&mut self, id: TicketId, result: Result<Boxed, Error>) {
        self.results.insert(id, result);
        self.net.push(Output::Done(id));
    }

    /// When the next call may go, as far as that is a matter of time.
    pub(super) fn calls_deadline(&self) -> Option<Instant> {
        let wake = |id: TicketId, call: &Call| match &call.stage {
            Stage::Waiting(until) if self.is_next(id, call) => {
                let paced = call.endpoint.nature().is_paced().then(|| self.pace.ready_at()).flatten();
                (*until).max(paced).max(self.hold_until)
            }
            Stage::Settling(settling) => settling.deadline(),
            _ => None,
        };
        self.calls.iter().filter_map(|(&id, call)| wake(id, call)).min()
    }

    /// Ends the calls that a hold keeps waiting for too long, and those that a shutdown drops.
    pub(super) fn drop_what_cannot_wait(&mut self, now: Instant) {
        if let Ending::Calls(pending @ (Pending::Drop | Pending::Keep)) = self.ending {
            if pending == Pending::Keep {
                self.keep_posts();
            }
            for id in self.calls_in(|stage| matches!(stage, Stage::Waiting(_))) {
                self.end(id, Err(Error::Closed));
            }
            for waiter in std::mem::take(&mut self.logins) {
                self.finish_ticket(waiter, Err(Error::Closed));
            }
        }
        if let Some(rest) = self.hold_until.map(|until| until.saturating_duration_since(now))
            && rest > self.config.longest_wait
        {
            for id in self.calls_in(|stage| matches!(stage, Stage::Waiting(_))) {
                self.end(id, Err(Error::RateLimited { retry_after: rest }));
            }
            for waiter in std::mem::take(&mut self.logins) {
                self.finish_ticket(waiter, Err(Error::RateLimited { retry_after: rest }));
            }
        }
        if let Some(rest) = self.pace.named().map(|at| at.saturating_duration_since(now))
            && rest > self.config.longest_wait
        {
            let paced = |call: &Call| call.endpoint.nature().is_paced() && matches!(call.stage, Stage::Waiting(_));
            for id in self.calls.iter().filter(|(_, call)| paced(call)).map(|(&id, _)| id).collect::<Vec<_>>() {
                self.end(id, Err(Error::RateLimited { retry_after: rest }));
            }
        }
    }

    /// A time that has passed is none: a call may still wait for something else, and must not wake anybody again.
    pub(super) fn forget_past_times(&mut self, now: Instant) {
        if self.first_waits() {
            self.queue.let_pass();
        }
        self.pace.plan(now, self.paced_waiting());
        self.hold_until = self.hold_until.filter(|&at| at > now);
        for call in self.calls.values_mut() {
            if let Stage::Waiting(until) = &mut call.stage {
                *until = until.filter(|&at| at > now);
            }
        }
    }

    /// How many writes the throttle is for, that one included which is under way. Less urgent ones do not count: how soon
    /// the last of them is through is no matter for those before them.
    fn paced_waiting(&self) -> usize {
        let calls = self.queue.as_urgent_as_the_first().filter_map(|id| self.calls.get(&id));
        calls.filter(|call| call.endpoint.nature().is_paced()).count()
    }

    fn may_go(&self, id: TicketId) -> bool {
        let Some(call) = self.calls.get(&id) else { return false };
        matches!(call.stage, Stage::Waiting(None))
            && self.hold_until.is_none()
            && self.is_next(id, call)
            && (!call.endpoint.nature().is_paced() || self.pace.ready_at().is_none())
            && call.endpoint_as().is_none_or(|leave: &LeaveRoom| !self.is_being_entered(leave.room))
    }

    /// Whether a request is under way that enters a room: to leave it then would come undone.
    fn is_being_entered(&self, room: RoomId) -> bool {
        self.calls.values().any(|call| {
            matches!(call.stage, Stage::UnderWay(_))
                && call.endpoint_as().is_some_and(|address: &SocketAddress| address.room == room)
        })
    }

    /// Writes go one at a time.
    fn is_next(&self, id: TicketId, call: &Call) -> bool {
        call.endpoint.nature() == Nature::Read || self.queue.first() == Some(id)
    }

    /// Whether the first write may be overtaken.
    fn first_waits(&self) -> bool {
        let first = self.queue.first().and_then(|id| self.calls.get(&id));
        first.is_none_or(|call| matches!(call.stage, Stage::Waiting(_)))
    }

    fn transmit(&mut self, now: Now, id: TicketId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let context = Context { server: &self.net.server, fkey: self.session.fkey() };
        let request = call.endpoint.request(context);
        self.net.watch.stats.retries += u64::from(call.tries > 0);
        call.tries += 1;
        call.attempts_left = call.attempts_left.saturating_sub(1);
        call.sent = Some(Sent {
            at: now,
            epoch: self.session.epoch(),
            fkeys: self.session.fkeys(),
            session_ends: self.session.ends(),
            latest_own: self.own.latest(),
        });
        call.stage = Stage::UnderWay(self.net.send(now, Owner::Call(id), request));
    }

    fn retry(&mut self, now: Now, id: TicketId, error: Error) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if matches!(&error, Error::Transport(fault) if fault.sent) || matches!(error, Error::Server { .. }) {
            call.maybe_done = true;
        }
        if call.attempts_left > 0 {
            let wait = self.jitter.backoff(call.tries, self.config.feed.backoff_cap);
            self.wait_again(id, Some(now.mono + wait));
        } else if call.maybe_done && call.endpoint.nature() != Nature::Read {
            self.end(id, Err(Error::Uncertain { reason: error.to_string() }));
        } else {
            self.end(id, Err(error));
        }
    }

    /// It goes out again, unless it was given up meanwhile, or is to leave a room that has been joined again.
    pub(super) fn wait_again(&mut self, id: TicketId, until: Option<Instant>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if matches!(call.sink, Sink::Nobody) {
            self.withdraw(id);
        } else if call.endpoint_as().is_some_and(|leave: &LeaveRoom| self.feed.wants(leave.room)) {
            self.end(id, Ok(Box::new(())));
        } else {
            call.stage = Stage::Waiting(until);
        }
    }

    /// The session has been checked since the call was sent: if it was bad the call goes out again.
    fn resolve_doubt(&mut self, now: Now, id: TicketId) {
        let (epoch, ends) = (self.session.epoch(), self.session.ends());
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Stage::Doubtful(error) = &call.stage else { return };
        let error = error.clone();
        // After a page in place of an answer, only a session that has ended shows that the call was not carried out.
        let page = matches!(error, Error::Uncertain { .. });
        let ended = call.sent.as_ref().is_none_or(|sent| sent.session_ends != ends);
        let denied = call.denied_room(&error);
        let known = denied.is_some_and(|room| self.denials.hold(now.mono, room));
        let changed = !page && !known && call.sent.as_ref().is_none_or(|sent| sent.epoch != epoch);
        // What the engine asks for itself has few attempts, which are for faults: a session that changed is none. But a room
        // that stays shut on a server that changes the fkey with every page must not be asked for without end.
        let most = if ended { MOST_REFRESHED } else { 1 };
        let own = matches!(call.sink, Sink::Engine(_)) && call.refreshed < most;
        if (ended || changed && call.refreshed < MOST_REFRESHED) && (own || call.attempts_left > 0) {
            call.refreshed += u32::from(own || !ended);
            self.wait_again(id, None);
        } else if matches!(error, Error::Changed { .. }) && call.leaves() {
            // So the page was no excuse but the answer, of which nobody knows that it is empty (protocol notes, 4.11).
            let left: Result<Boxed, Error> = Ok(Box::new(()));
            self.note_outcome(now, id, &left);
            self.end(id, left);
        } else if matches!(error, Error::Changed { .. }) {
            // A good session, and a page where an answer was due: something in between spoke for the server.
            self.retry(now, id, error);
        } else {
            if let Some(room) = denied {
                self.denials.note(now.mono, room);
            }
            self.end(id, Err(error));
        }
    }

    fn note_outcome(&mut self, now: Now, id: TicketId, result: &Result<Boxed, Error>) {
        let Some(call) = self.calls.get(&id) else { return };
        let Ok(output) = result else { return };
        if call.endpoint.nature().is_paced() {
            self.pace.taken(call.sent.as_ref().map(|sent| sent.at.mono), now.mono);
        }
        if let (Some(message), Some(&posted)) = (call.endpoint_as::<NewMessage>(), output.downcast_ref::<MessageId>()) {
            self.own.posted(posted, message.room, message.parent);
            self.denials.forget(message.room);
        }
    }

    fn calls_in(&self, wanted: impl Fn(&Stage) -> bool) -> Vec<TicketId> {
        self.calls.iter().filter(|(_, call)| wanted(&call.stage)).map(|(&id, _)| id).collect()
    }
}

/// The output of a call whose endpoint the engine chose itself.
pub(super) fn unbox<T: 'static>(result: Result<Boxed, Error>) -> Result<T, Error> {
    result.map(|boxed| *boxed.downcast::<T>().expect("a purpose has one endpoint"))
}
