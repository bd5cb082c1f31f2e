//! The engine: everything that calls share and that changes while nobody is calling.
//!
//! Cookies, the fkey, the throttle of the account, the order of its posts, the one socket of all its rooms, the last
//! event of each, retries, the login. The caller owns the network and the clocks; see the crate page for the loop.

mod backoff;
mod call;
mod calls;
mod config;
mod denials;
mod feed;
mod io;
mod net;
mod own;
mod pace;
mod position;
mod queue;
mod rest;
mod session;
mod settle;
mod watch;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::marker::PhantomData;
use std::time::Instant;

pub use config::{Access, Config, FeedConfig, ReplyStyle};
pub use io::{Deadline, ExchangeId, Input, Output, SocketId, TicketId};
pub use position::Position;
pub use queue::{Post, Priority, Queued, Task};
pub use rest::Rest;
pub use watch::{FeedState, Health, SessionState, Stats};

use backoff::Jitter;
use call::{Boxed, Call, Stage};
use calls::{Purpose, Sink};
use denials::Denials;
use feed::Feed;
use net::{Answer, Net, Owner};
use own::OwnMessages;
use pace::Pace;
use queue::{Place, Queue};
use session::Session;

use crate::cookies::Jar;
use crate::endpoint::{EditMessage, Endpoint, MessageSource, Nature, NewMessage, SocketAddress};
use crate::event::RoomSnapshot;
use crate::{Credentials, Error, Invalid, Me, MessageId, Now, RoomId, Server};

/// The protocol of one account on one chat server, or of an anonymous reader.
///
/// Verbs that take a [`Now`] expect times that do not go back. Any number of them may be called before the outputs are
/// drained; outputs queue up, and each is handed out once.
pub struct Engine {
    config: Config,
    net: Net,
    session: Session,
    pace: Pace,
    jitter: Jitter,
    calls: BTreeMap<TicketId, Call>,
    /// The writes among the calls.
    queue: Queue,
    /// What is to be posted by a later process.
    kept: BTreeMap<(Priority, TicketId), Post>,
    /// Nothing may be sent before this.
    hold_until: Option<Instant>,
    denials: Denials,
    /// Set while nothing is under way: nothing is due before this.
    quiet: Option<Deadline>,
    /// Calls that wait for the session alone.
    logins: Vec<TicketId>,
    results: BTreeMap<TicketId, Result<Boxed, Error>>,
    /// Results of the engine's own calls.
    internal: VecDeque<(Purpose, Result<Boxed, Error>)>,
    own: OwnMessages,
    feed: Feed,
    ending: Ending,
}

/// The claim to the result of one call: hand it to [`Engine::take`].
#[must_use = "without its ticket the result of a call cannot be taken"]
pub struct Ticket<T> {
    id: TicketId,
    result: PhantomData<fn() -> T>,
}

/// What becomes of calls that have not ended when the engine is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pending {
    /// They are carried out first.
    Flush,
    /// Those that were not sent end with [`Error::Closed`]; those under way are waited for.
    Drop,
    /// As `Drop`, and [`Engine::kept`] has the posts among them afterwards, for a later process: those of which the server
    /// is known to have nothing. Calls of other kinds are not kept.
    Keep,
}

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    /// No new calls; the old ones end.
    Calls(Pending),
    /// The rooms are being left.
    Rooms,
    Finished,
}

impl<T> Ticket<T> {
    /// The id that [`Output::Done`] names.
    pub fn id(&self) -> TicketId {
        self.id
    }

    fn new(id: TicketId) -> Self {
        Self { id, result: PhantomData }
    }
}

impl Engine {
    /// An engine at rest: nothing is sent before the first call.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the credentials are for another server than the configuration names, and for a
    /// [`user_agent`](Config::user_agent) that cannot be a header.
    pub fn new(config: Config) -> Result<Self, Error> {
        let config = config.sane();
        let stored = match &config.access {
            Access::Anonymous => None,
            Access::Credentials(credentials) => Some(credentials),
            Access::Login { stored, .. } => stored.as_ref(),
        };
        if let Some(other) = stored.map(Credentials::server).filter(|&server| *server != config.server) {
            let text = format!("they are for {other}, and the chat server is {}", config.server);
            return Err(Invalid::Credentials(text).into());
        }
        let jar = stored.map_or_else(Jar::default, |credentials| Jar::new(credentials.cookies().clone()));
        let session = Session::new(&config);
        Ok(Self {
            net: Net::new(&config, jar)?,
            pace: Pace::new(config.throttle_margin),
            jitter: Jitter::new(config.seed),
            feed: Feed::new(&config, session.is_anonymous()),
            session,
            calls: BTreeMap::new(),
            queue: Queue::default(),
            kept: BTreeMap::new(),
            hold_until: None,
            denials: Denials::default(),
            quiet: None,
            logins: Vec::new(),
            results: BTreeMap::new(),
            internal: VecDeque::new(),
            own: OwnMessages::default(),
            ending: Ending::No,
            config,
        })
    }

    /// Calls an endpoint of the account.
    ///
    /// Calls that write are carried out in the order in which they were submitted. At most
    /// [`Config::queue_limit`] of them wait; beyond that they end with [`Error::QueueFull`].
    pub fn submit<E: Endpoint>(&mut self, now: Now, call: E) -> Ticket<E::Output> {
        self.submit_at(now, call, Priority::Normal)
    }

    /// The same with a priority, which matters for calls that write: the more urgent ones are carried out first.
    pub fn submit_at<E: Endpoint>(&mut self, now: Now, call: E, priority: Priority) -> Ticket<E::Output> {
        let place = Place { priority, since: Some(now.mono) };
        let id = match self.refuse_early(&call) {
            Some(error) => self.refused(error),
            None => self.submit_erased(Box::new(call), Sink::Ticket, self.config.attempts.get(), place),
        };
        self.run(now);
        Ticket::new(id)
    }

    /// Makes sure that there is a session, logging in if it must, and gives what is worth storing of it.
    ///
    /// One that is in use is not checked again.
    /// [`Error::SessionExpired`] means that stored credentials are of no use any more; a network fault is another error.
    pub fn log_in(&mut self, now: Now) -> Ticket<Credentials> {
        let id = TicketId(self.net.fresh_id());
        if self.ending != Ending::No {
            self.finish_ticket(id, Err(Error::Closed));
        } else if self.session.is_anonymous() {
            self.finish_ticket(id, Err(Error::NotLoggedIn));
        } else if let Some(credentials) = self.credentials().filter(|_| self.session.is_ready()) {
            self.finish_ticket(id, Ok(Box::new(credentials)));
        } else {
            self.logins.push(id);
        }
        self.run(now);
        Ticket::new(id)
    }

    /// Posts a message, perhaps in answer to another; the ticket gives its id.
    pub fn send(&mut self, now: Now, room: RoomId, text: String, reply_to: Option<MessageId>) -> Ticket<MessageId> {
        self.post(now, Post { room, text, reply_to, priority: Priority::Normal })
    }

    /// Posts a message that was made as a value; the ticket gives its id.
    pub fn post(&mut self, now: Now, post: Post) -> Ticket<MessageId> {
        let Post { room, text, reply_to, priority } = post;
        let style = self.config.reply_style;
        self.session.hint(room);
        self.submit_at(now, NewMessage { room, text, parent: reply_to, style }, priority)
    }

    /// Edits a message of one's own; a reply that this engine has posted or seen stays a reply to the same message.
    pub fn edit(&mut self, now: Now, message: MessageId, text: String) -> Ticket<()> {
        self.edit_at(now, message, text, Priority::Normal)
    }

    /// The same with a priority.
    pub fn edit_at(&mut self, now: Now, message: MessageId, text: String, priority: Priority) -> Ticket<()> {
        let (parent, style) = (self.own.parent(message), self.config.reply_style);
        self.submit_at(now, EditMessage { message, text, parent, style }, priority)
    }

    /// Enters a room and starts its events, after which no event is missed. Joining a joined room changes nothing.
    pub fn join(&mut self, now: Now, room: RoomId) -> Ticket<()> {
        self.enter(now, room, None)
    }

    /// Leaves a room and ends its events, once the posts submitted before have gone out.
    pub fn leave(&mut self, now: Now, room: RoomId) -> Ticket<()> {
        let id = match self.ending {
            Ending::No if self.session.is_anonymous() => self.forget_room(room),
            Ending::No => self.leave_room(now, room),
            _ => self.refused(Error::Closed),
        };
        self.run(now);
        Ticket::new(id)
    }

    /// The result of a call that has ended; `None` before that, and for a result taken already.
    #[expect(clippy::missing_panics_doc, reason = "a ticket has the type of its call")]
    pub fn take<T: 'static>(&mut self, ticket: &Ticket<T>) -> Option<Result<T, Error>> {
        let result = self.results.remove(&ticket.id)?;
        Some(result.map(|boxed| *boxed.downcast().expect("a ticket has the type of its call's output")))
    }

    /// Gives up a call: one whose request was not handed out yet never will be sent. Its ticket gives nothing any more.
    ///
    /// A write that is under way may still be carried out.
    pub fn cancel(&mut self, now: Now, id: TicketId) {
        self.results.remove(&id);
        self.logins.retain(|&login| login != id);
        self.forget_join(id);
        if let Some(call) = self.calls.get_mut(&id) {
            match call.stage {
                Stage::Waiting(_) => self.withdraw(id),
                Stage::UnderWay(_) if call.endpoint.nature() == Nature::Read => self.withdraw(id),
                Stage::UnderWay(exchange) if self.net.take_back(exchange) => self.withdraw(id),
                // The next write has to wait for this one all the same.
                _ => call.sink = Sink::Nobody,
            }
        }
        self.run(now);
    }

    /// Ends the engine: no new calls; those under way end; rooms are left; sockets closed; then [`Output::Finished`].
    pub fn shut_down(&mut self, now: Now, pending: Pending) {
        self.ending = match (self.ending, pending) {
            (Ending::No, pending) | (Ending::Calls(_), pending @ (Pending::Drop | Pending::Keep)) => {
                Ending::Calls(pending)
            }
            (later, _) => later,
        };
        self.run(now);
    }

    /// Takes in what happened.
    pub fn handle_input(&mut self, now: Now, input: Input) {
        match input {
            Input::Timeout => {}
            Input::Http(id, answer) => {
                if let Some(owner) = self.net.finish(id, &answer) {
                    self.answered(now, owner, answer);
                }
            }
            Input::SocketOpened(id) => self.socket_opened(now, id),
            Input::SocketFrame(id, text) => {
                self.frame(now, id, &text);
                if self.is_still_quiet(now) {
                    return;
                }
            }
            Input::SocketClosed(id, fault) => self.socket_closed(now, id, &fault),
        }
        self.run(now);
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.net.pop();
        if let Some(output) = &output {
            self.net.watch.hand_out(output);
        }
        if let Some(Output::Event(event) | Output::Replayed(event)) = &output {
            self.feed.hand_out(event);
        }
        output
    }

    /// When to hand in [`Input::Timeout`]; may change with every other verb.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        match self.ending {
            Ending::Finished => None,
            // Frames may have put it off since: to be woken early does no harm, and seldom happens.
            _ => self.quiet.or_else(|| self.next_deadline()),
        }
    }

    /// The chat server that it is for.
    pub fn server(&self) -> &Server {
        &self.config.server
    }

    /// Who this session is, once that is known.
    pub fn me(&self) -> Option<&Me> {
        self.session.me()
    }

    /// What is worth storing of the session at this moment; `None` before the first login.
    pub fn credentials(&self) -> Option<Credentials> {
        self.session.credentials(&self.net)
    }

    /// How many writes wait or are under way; [`Stats::queued`] is the same number.
    ///
    /// [`queue`](Self::queue) may show fewer: calls that were given up count until it is settled what became of them, and
    /// so do the rooms that the engine leaves by itself.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    fn next_deadline(&self) -> Option<Deadline> {
        let exchange = self.net.deadline().map(|at| (at, "an answer is overdue"));
        let session = self.session.deadline().map(|at| (at, "the next attempt to get a session"));
        let calls = self.calls_deadline().map(|at| (at, "the next call"));
        let hold = self.hold_until.map(|at| (at, "the end of a wait that the server asked for"));
        let all = [exchange, session.filter(|_| hold.is_none()), hold, calls, self.feed_deadline()];
        all.into_iter().fold(None, sooner).map(|(at, why)| Deadline { at, why })
    }

    /// Does everything that can be done without waiting.
    fn run(&mut self, now: Now) {
        if self.ending == Ending::Finished {
            return;
        }
        while let Some((owner, fault)) = self.net.expire(now) {
            self.answered(now, owner, Err(fault));
        }
        loop {
            self.forget_past_times(now.mono);
            self.drop_what_cannot_wait(now.mono);
            if self.hold_until.is_none() {
                self.session.tend(now, &mut self.net);
            }
            if !self.logins.is_empty() {
                self.want_session(now);
            }
            self.tend_feed(now);
            if !self.calls.is_empty() {
                self.tend_settling(now);
                self.dispatch(now);
            }
            if let Some((purpose, result)) = self.internal.pop_front() {
                self.internal_done(now, purpose, result);
            } else if !self.approach_end() {
                break;
            }
        }
        self.watch(now);
        self.quiet = if self.is_quiet() { self.next_deadline() } else { None };
    }

    fn answered(&mut self, now: Now, owner: Owner, answer: Answer) {
        self.net.watch.answered(now, &answer);
        match owner {
            Owner::Call(id) => self.call_answered(now, id, answer),
            Owner::Session => {
                let held = self.hold_until.is_some_and(|until| until > now.mono);
                if let Some(outcome) = self.session.answer(now, &mut self.net, &mut self.jitter, held, answer) {
                    self.session_settled(now, outcome);
                }
            }
        }
    }

    fn internal_done(&mut self, now: Now, purpose: Purpose, result: Result<Boxed, Error>) {
        match purpose {
            Purpose::SettleRead(post) => self.settle_read(now, post, calls::unbox::<RoomSnapshot>(result)),
            Purpose::SettleSource(post) => {
                self.settle_source(now, post, calls::unbox::<<MessageSource as Endpoint>::Output>(result));
            }
            Purpose::Feed(job) => self.feed_job_done(now, job, result),
        }
    }

    /// One step towards the end, if it is time for one.
    fn approach_end(&mut self) -> bool {
        if self.ending == Ending::No {
            return false;
        }
        let users_wait =
            !self.logins.is_empty() || self.calls.values().any(|call| !matches!(call.sink, Sink::Engine(_)));
        match self.ending {
            Ending::Calls(_) if !users_wait => {
                // What enters a room is waited for, or leaving it would come undone.
                let enters = |call: &Call| {
                    matches!(call.stage, Stage::UnderWay(_)) && call.endpoint_as::<SocketAddress>().is_some()
                };
                let rest = self.calls.iter().filter(|(_, call)| !enters(call)).map(|(&id, _)| id);
                for id in rest.collect::<Vec<_>>() {
                    self.withdraw(id);
                }
                self.close_feed();
                self.ending = Ending::Rooms;
                true
            }
            Ending::Rooms if self.calls.is_empty() => {
                // The session may still be asking for itself.
                self.net.abort_all();
                self.net.push(Output::Finished);
                self.ending = Ending::Finished;
                true
            }
            _ => false,
        }
    }

    fn refuse_early<E: Endpoint>(&self, call: &E) -> Option<Error> {
        if self.ending != Ending::No {
            return Some(Error::Closed);
        }
        if self.session.is_anonymous() && E::NATURE != Nature::Read {
            return Some(Error::NotLoggedIn);
        }
        let fits = if E::NATURE == Nature::Read { Ok(()) } else { self.check_queue(1) };
        call.check().and(fits).err()
    }

    fn refused(&mut self, error: Error) -> TicketId {
        let id = TicketId(self.net.fresh_id());
        self.finish_ticket(id, Err(error));
        id
    }

    fn withdraw(&mut self, id: TicketId) {
        self.queue.remove(id);
        let Some(call) = self.calls.remove(&id) else { return };
        self.may_have_left(&call, true);
        if let Stage::UnderWay(exchange) = call.stage {
            self.net.abort(exchange);
        }
    }
}

/// The lesser of two times, if any.
fn sooner<T: Ord + Copy>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("server", &self.config.server)
            .field("me", &self.me())
            .field("calls", &self.calls.len())
            .field("feed", &self.feed)
            .field("ending", &self.ending)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.id.0)
    }
}
