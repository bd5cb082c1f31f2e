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

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::backoff::Jitter;
use super::net::{Answer, Net, Owner};
use super::{Access, Config};
use crate::endpoint::{
    ChatHome, Endpoint, FavoriteRooms, Home, LoginPage, LoginPageAnswer, RoomPage, Session as Context, SubmitLogin,
    ValidateLogin,
};
use crate::{Credentials, Error, LoginError, Me, Now, Refusal, RoomId, Secret};
use http::Request;

/// After a login that came to nothing none is made for this long at first, then for longer each time, for logins are
/// what brings the CAPTCHA. A site that asks for one is left alone for the longest time at once.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(600);
/// A page that reads wrong is asked for this often: it may have been a challenge page in between.
const TRIES_OF_A_CHANGED_PAGE: u32 = 2;
/// A login whose answer says nothing of the password, or that chat does not take, is made once more, but not if the
/// one before came to nothing as well.
const TRIES_OF_A_LOGIN: u32 = 2;

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
    /// A password has gone out, and the site has taken it.
    submitted: bool,
    logged_in: bool,
    /// The chat cookie was left out, in case an old one hides a good account. Once is enough.
    without_cookie: bool,
    /// Room pages that were denied.
    rooms_denied: usize,
}

struct Account {
    email: String,
    password: Secret,
}

#[derive(Debug)]
enum State {
    Idle,
    Asking(Step),
    Waiting(Instant, Step),
    Ready,
}

#[derive(Debug, Clone)]
enum Step {
    /// The small page: whether a session that was good still is.
    Check,
    Home,
    Favorites,
    /// A room's page, at the address that it redirects to if it does.
    Room(Option<String>),
    LoginPage,
    Validate(Secret),
    Submit(Secret),
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
            Access::Login { email, password, .. } => Some(Account { email: email.clone(), password: password.clone() }),
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
        Some(Credentials::new(net.server.clone(), me.id, me.name.clone(), net.jar.clone()))
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
        let first = match (self.anonymous || net.jar.acct.is_some(), &self.me) {
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

    /// What an answer leads to: a next step, or `None` for a good session.
    fn advance(&mut self, now: Now, net: &mut Net, step: &Step, answer: Answer) -> Result<Option<Step>, Error> {
        let response = answer?;
        match step {
            Step::Check => match FavoriteRooms.parse(&response) {
                Ok(home) if home.me.is_some() || home.visitor => self.identify(now, net, home, Step::Home),
                Err(error @ (Error::Server { .. } | Error::RateLimited { .. })) => Err(error),
                _ => Ok(Some(Step::Home)),
            },
            Step::Home => {
                let home = ChatHome.parse(&response)?;
                self.identify(now, net, home, Step::Favorites)
            }
            Step::Favorites => {
                // An error of this page says nothing about the session: another page may still show the fkey.
                match FavoriteRooms.parse(&response) {
                    Err(error @ Error::RateLimited { .. }) => Err(error),
                    page => self.take_fkey(page.ok().and_then(|home| home.fkey), Some(Step::Room(None))),
                }
            }
            Step::Room(address) => match (RoomPage { room: self.hinted_room() }.parse(&response), address) {
                (Ok(home), _) => self.take_fkey(home.fkey, None),
                (Err(Error::Refused { reason: Refusal::Redirected(path), .. }), None) if self.is_room_page(&path) => {
                    Ok(Some(Step::Room(Some(path))))
                }
                // That room is not for this account. It says nothing about any other, nor about the session.
                (Err(Error::Refused { .. }), _) => self.next_room(),
                (Err(error), _) => Err(error),
            },
            Step::LoginPage => Ok(Some(match LoginPage.parse(&response)? {
                LoginPageAnswer::LoggedIn => Step::Home,
                LoginPageAnswer::Form { fkey } if self.validate => Step::Validate(fkey),
                LoginPageAnswer::Form { fkey } => Step::Submit(fkey),
            })),
            Step::Validate(fkey) => {
                self.validation(fkey).map(|call| call.parse(&response)).transpose()?;
                Ok(Some(Step::Submit(fkey.clone())))
            }
            Step::Submit(fkey) => {
                self.submission(fkey).map(|call| call.parse(&response)).transpose()?;
                if net.jar.acct.is_none() {
                    return Err(Error::Changed {
                        page: "the answer to the login",
                        looked_for: "a cookie named acct",
                        excerpt: "a redirect without it".to_owned(),
                    });
                }
                self.search.logged_in = true;
                Ok(Some(Step::Home))
            }
        }
    }

    fn identify(&mut self, now: Now, net: &mut Net, home: Home, elsewhere: Step) -> Result<Option<Step>, Error> {
        if self.anonymous {
            self.replace_fkey(home.fkey.unwrap_or_default());
            return Ok(None);
        }
        if home.me.is_none() && home.visitor {
            return self.logged_out(now, net).map(Some);
        }
        if home.me.is_none() {
            return Err(Error::Changed {
                page: "the front page of chat",
                looked_for: "a link to one's own profile or one to log in with in .topbar-menu-links",
                excerpt: "neither".to_owned(),
            });
        }
        if self.me != home.me {
            self.me.clone_from(&home.me);
            self.epoch += 1;
        }
        self.take_fkey(home.fkey, Some(elsewhere))
    }

    fn take_fkey(&mut self, fkey: Option<Secret>, elsewhere: Option<Step>) -> Result<Option<Step>, Error> {
        match (fkey, elsewhere) {
            (Some(fkey), _) => {
                self.replace_fkey(fkey);
                Ok(None)
            }
            (None, Some(step)) => Ok(Some(step)),
            (None, None) => Err(Error::Changed {
                page: "every chat page",
                looked_for: "input[name=fkey] with a value",
                excerpt: "none on /, /chats/join/favorite and a room page".to_owned(),
            }),
        }
    }

    /// A room's page is denied: another room's may be shown.
    fn next_room(&mut self) -> Result<Option<Step>, Error> {
        self.search.rooms_denied += 1;
        if !self.room_hints.is_empty() {
            self.room_hints.rotate_left(1);
        }
        if self.search.rooms_denied < self.room_hints.len() {
            return Ok(Some(Step::Room(None)));
        }
        self.take_fkey(None, None)
    }

    fn replace_fkey(&mut self, fkey: Secret) {
        if self.fkey != fkey {
            self.fkey = fkey;
            self.fkeys += 1;
            self.epoch += 1;
        }
    }

    fn logged_out(&mut self, now: Now, net: &mut Net) -> Result<Step, Error> {
        self.ends += 1;
        if net.jar.chat.take().is_some() && !self.search.logged_in && !self.search.without_cookie {
            self.search.without_cookie = true;
            return Ok(Step::Home);
        }
        if self.search.logged_in {
            return Err(LoginError::ChatRefused.into());
        }
        if self.account.is_none() {
            return Err(Error::SessionExpired);
        }
        self.resting(now)?;
        net.jar = crate::cookies::Jar::default();
        Ok(Step::LoginPage)
    }

    fn retry(&mut self, now: Now, jitter: &mut Jitter, step: Step, error: Error) -> Option<Outcome> {
        let submitted = matches!(step, Step::Submit(_));
        let (tries, most) = match error {
            Error::RateLimited { retry_after } if retry_after > self.longest_wait => {
                return Some(self.fail(now, error));
            }
            _ if submitted && !matches!(error, Error::Login(_)) => {
                (&mut self.search.bad_logins, if self.failed_logins > 0 { 1 } else { TRIES_OF_A_LOGIN })
            }
            Error::Transport(_) | Error::Server { .. } | Error::RateLimited { .. } => {
                (&mut self.search.network_faults, self.attempts)
            }
            Error::Changed { .. } => (&mut self.search.odd_pages, TRIES_OF_A_CHANGED_PAGE.min(self.attempts)),
            // The fkey of the form, or the fresh session, may have ended just then.
            Error::Login(LoginError::ChatRefused) => (&mut self.search.refused_logins, TRIES_OF_A_LOGIN),
            Error::Login(LoginError::WrongPassword) if self.me.is_some() => {
                (&mut self.search.refused_logins, TRIES_OF_A_LOGIN)
            }
            _ => return Some(self.fail(now, error)),
        };
        *tries += 1;
        let attempt = *tries;
        if attempt >= most {
            return Some(self.fail(now, error));
        }
        let asked_for = if let Error::RateLimited { retry_after } = error { retry_after } else { Duration::ZERO };
        let wait = jitter.backoff(attempt, self.backoff_cap).max(asked_for);
        let step = if matches!(step, Step::Room(_)) { Step::Room(None) } else { step };
        // A form's fkey is good for one login: start from the form again.
        let from_form = matches!(step, Step::Validate(_) | Step::Submit(_)) || matches!(error, Error::Login(_));
        let step = if from_form { Step::LoginPage } else { step };
        self.state = State::Waiting(now.mono + wait, step);
        None
    }

    fn fail(&mut self, now: Now, error: Error) -> Outcome {
        self.state = State::Idle;
        if matches!(error, Error::Login(LoginError::WrongPassword | LoginError::ChatRefused)) {
            self.dead = Some(error.clone());
        } else if !self.search.submitted {
            // Nothing was tried: perhaps because of an earlier failure, whose rest must not grow by that.
        } else if matches!(error, Error::Login(LoginError::Captcha)) {
            self.rest = Some((now.mono + LONGEST_REST, error.clone()));
        } else {
            let rest = FIRST_REST.saturating_mul(1 << self.failed_logins.min(16)).min(LONGEST_REST);
            self.failed_logins += 1;
            self.rest = Some((now.mono + rest, error.clone()));
        }
        Outcome::Failed(error)
    }

    /// Why nobody may log in now.
    fn resting(&self, now: Now) -> Result<(), Error> {
        match &self.rest {
            Some((until, error)) if *until > now.mono => Err(error.clone()),
            _ => Ok(()),
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

    fn request(&self, net: &Net, step: &Step) -> Request<bytes::Bytes> {
        let context = Context { server: &net.server, fkey: self.fkey() };
        match step {
            Step::Home => ChatHome.request(context),
            Step::Check | Step::Favorites => FavoriteRooms.request(context),
            Step::Room(address) => {
                let mut request = RoomPage { room: self.hinted_room() }.request(context);
                if let Some(url) = address.as_ref().and_then(|path| net.server.chat().join(path).ok()) {
                    *request.uri_mut() = url.as_str().parse().unwrap_or_else(|_| request.uri().clone());
                }
                request
            }
            Step::LoginPage => LoginPage.request(context),
            Step::Validate(fkey) => {
                self.validation(fkey).map_or_else(|| LoginPage.request(context), |call| call.request(context))
            }
            Step::Submit(fkey) => {
                self.submission(fkey).map_or_else(|| LoginPage.request(context), |call| call.request(context))
            }
        }
    }

    fn validation(&self, fkey: &Secret) -> Option<ValidateLogin> {
        let Account { email, password } = self.account.as_ref()?;
        Some(ValidateLogin { email: email.clone(), password: password.clone(), fkey: fkey.clone() })
    }

    fn submission(&self, fkey: &Secret) -> Option<SubmitLogin> {
        let Account { email, password } = self.account.as_ref()?;
        Some(SubmitLogin { email: email.clone(), password: password.clone(), fkey: fkey.clone() })
    }

    /// Whether this is the page of the same room, under its full name.
    fn is_room_page(&self, path: &str) -> bool {
        let slug = path.strip_prefix(&format!("/rooms/{}/", self.hinted_room())).unwrap_or_default();
        !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b))
    }

    fn hinted_room(&self) -> RoomId {
        self.room_hints.front().copied().unwrap_or(RoomId(1))
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account")
    }
}
