//! Who this engine is to the server: logging in, checking a session, the fkey.
//!
//! ```text
//!            wanted                       logged in
//!   Idle ───────────────▶ Home ─────────────────────────────▶ Ready ──doubt──▶ Check
//!    ▲                     │ ▲  no fkey there: Favorites, Room ─▲                │
//!    │ failed              │ └─────────────────────┐            └────────────────┤ good
//!    └──────── logged out, │                       │ 302 to /, acct              ▼
//!              no password ▼                       │ and prov set     logged out: Home
//!                      LoginPage ─▶ (Validate) ─▶ Submit
//! ```

mod account;
mod failures;
mod steps;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use account::Account;
use steps::Step;

use super::backoff::Jitter;
use super::net::{Answer, Net, Owner};
use super::{Access, Config};
use crate::{Credentials, Error, Me, Now, RoomId, Secret};

/// As many rooms are remembered for their pages.
const HINTS: usize = 8;

#[derive(Debug)]
pub(super) struct Session {
    account: Option<Account>,
    anonymous: bool,
    validate: bool,
    attempts: u32,
    backoff_cap: Duration,
    me: Option<Me>,
    fkey: Secret,
    /// Neither of the pages that are asked for first showed it, but one of a room's did.
    only_rooms_show_fkey: bool,
    state: State,
    search: Search,
    /// How often the session was found to have ended.
    ends: u64,
    /// Changes whenever a request built now would differ from one built before.
    epoch: u64,
    /// How often another fkey was handed out.
    fkeys: u64,
    cookie_changes: u64,
    /// When the search began that last found the session good.
    checked_since: Option<Instant>,
    dead: Option<Error>,
    /// Nobody logs in before this, for this error came of it last.
    rest: Option<(Instant, Error)>,
    /// Logins in a row that came to nothing.
    failed_logins: u32,
    longest_wait: Duration,
    /// Rooms whose pages may show the fkey if no other does; the first is asked for first.
    room_hints: VecDeque<RoomId>,
}

/// What has happened since a session was wanted.
#[derive(Debug, Default)]
struct Search {
    since: Option<Instant>,
    /// Attempts that failed, by what failed.
    network_faults: u32,
    odd_pages: u32,
    bad_logins: u32,
    refused_logins: u32,
    wrong_passwords: u32,
    /// A password has gone out, and the site has taken it.
    submitted: bool,
    logged_in: bool,
    /// The chat cookie was left out, in case an old one hides a good account. Once is enough.
    without_cookie: bool,
    /// Room pages that were denied.
    rooms_denied: usize,
}

#[derive(Debug)]
enum State {
    Idle,
    Asking(Step),
    Waiting(Instant, Step),
    Ready,
}

/// What came of asking for a session.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There is one; perhaps because a login has replaced one that had been good.
    Ready {
        logged_in_again: bool,
    },
    Failed(Error),
}

impl Session {
    pub(super) fn new(config: &Config) -> Self {
        let account = match &config.access {
            Access::Login { email, password, .. } => Some(Account::new(email, password)),
            _ => None,
        };
        Self {
            account,
            anonymous: matches!(config.access, Access::Anonymous),
            validate: config.validate_login,
            attempts: config.attempts.get(),
            backoff_cap: config.feed.backoff_cap,
            me: None,
            fkey: Secret::default(),
            only_rooms_show_fkey: false,
            state: State::Idle,
            search: Search::default(),
            ends: 0,
            epoch: 0,
            fkeys: 0,
            cookie_changes: 0,
            checked_since: None,
            dead: None,
            rest: None,
            failed_logins: 0,
            longest_wait: config.longest_wait,
            room_hints: VecDeque::new(),
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready)
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    pub(super) fn fkeys(&self) -> u64 {
        self.fkeys
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    pub(super) fn fkey(&self) -> &str {
        self.fkey.expose()
    }

    /// When the check began that last found the session good.
    pub(super) fn checked_since(&self) -> Option<Instant> {
        self.checked_since
    }

    /// Changes whenever the session was found to have ended, whatever came after.
    pub(super) fn ends(&self) -> u64 {
        self.ends
    }

    pub(super) fn credentials(&self, net: &Net) -> Option<Credentials> {
        let me = self.me.as_ref()?;
        Some(Credentials::new(net.server.clone(), me.id, me.name.clone(), net.jar.cookies().clone()))
    }

    /// A room that the account has to do with.
    pub(super) fn hint(&mut self, room: RoomId) {
        if self.room_hints.len() < HINTS && !self.room_hints.contains(&room) {
            self.room_hints.push_back(room);
        }
    }

    /// Something wants a session: makes one unless there is one or one is being made.
    pub(super) fn want(&mut self, now: Now, net: &mut Net) -> Option<Outcome> {
        if !matches!(self.state, State::Idle) {
            return None;
        }
        if let Some(error) = &self.dead {
            return Some(Outcome::Failed(error.clone()));
        }
        self.search = Search { since: Some(now.mono), ..Search::default() };
        let first = match (self.anonymous || net.jar.cookies().acct.is_some(), &self.me) {
            (true, Some(_)) => Step::Check,
            (true, None) => Step::Home,
            (false, _) => Step::LoginPage,
        };
        if matches!(first, Step::LoginPage) {
            if self.account.is_none() {
                return Some(Outcome::Failed(Error::SessionExpired));
            }
            if let Err(error) = self.resting(now) {
                return Some(Outcome::Failed(error));
            }
        }
        self.ask(now, net, first);
        None
    }

    /// An answer makes the session doubtful: it is checked before it is used again.
    pub(super) fn suspect(&mut self) {
        if self.is_ready() {
            self.state = State::Idle;
        }
    }

    /// Makes the next attempt when it is due.
    pub(super) fn tend(&mut self, now: Now, net: &mut Net) {
        if let State::Waiting(until, step) = &self.state
            && *until <= now.mono
        {
            let step = step.clone();
            self.ask(now, net, step);
        }
    }

    /// Whether it neither asks for anything nor is about to.
    pub(super) fn is_at_rest(&self) -> bool {
        matches!(self.state, State::Idle | State::Ready)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Waiting(until, _) => Some(*until),
            _ => None,
        }
    }

    /// Takes in an answer. While everything is `held`, what it leads to waits to be [tended](Self::tend).
    pub(super) fn answer(
        &mut self,
        now: Now,
        net: &mut Net,
        jitter: &mut Jitter,
        held: bool,
        answer: Answer,
    ) -> Option<Outcome> {
        let State::Asking(step) = &self.state else { return None };
        let step = step.clone();
        match self.advance(now, net, &step, answer) {
            Ok(Some(step)) if held => {
                self.state = State::Waiting(now.mono, step);
                None
            }
            Ok(Some(step)) => {
                self.ask(now, net, step);
                None
            }
            Ok(None) => {
                self.state = State::Ready;
                let logged_in_again = self.search.logged_in && self.checked_since.is_some();
                self.checked_since = self.search.since;
                self.failed_logins = 0;
                if self.cookie_changes != net.cookie_changes {
                    self.cookie_changes = net.cookie_changes;
                    self.epoch += 1;
                }
                Some(Outcome::Ready { logged_in_again })
            }
            Err(error) => {
                net.watch.session_fault(now, &error);
                self.retry(now, jitter, step, error)
            }
        }
    }

    fn ask(&mut self, now: Now, net: &mut Net, step: Step) {
        let request = self.request(net, &step);
        let submits = matches!(step, Step::Submit(_));
        net.watch.stats.logins += u64::from(submits);
        self.search.submitted |= submits;
        self.state = State::Asking(step);
        net.send(now, Owner::Session, request);
    }
}
