//! Steps that fail: which are tried again and when, and which are not.

use std::time::Duration;

use super::super::backoff::Jitter;
use super::steps::Step;
use super::{Outcome, Session, State};
use crate::{Error, LoginError, Now};

/// After a login that came to nothing none is made for this long at first, then for longer each time, for logins are
/// what brings the CAPTCHA. A site that asks for one is left alone for the longest time at once.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(600);
/// A page that reads wrong is asked for this often: it may have been a challenge page in between.
const TRIES_OF_A_CHANGED_PAGE: u32 = 2;
/// A login whose answer says nothing of the password, or that chat does not take, is made once more, but not if the
/// one before came to nothing as well.
const TRIES_OF_A_LOGIN: u32 = 2;

impl Session {
    /// What comes of a step that failed: the next attempt, or the end of the search.
    pub(super) fn retry(&mut self, now: Now, jitter: &mut Jitter, step: Step, error: Error) -> Option<Outcome> {
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
                (&mut self.search.wrong_passwords, TRIES_OF_A_LOGIN)
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
        let step = match step {
            // The last of the pages that may show the fkey: one of the others may have come in part.
            Step::Room(_) if matches!(error, Error::Changed { .. }) => Step::Home,
            Step::Room(_) => Step::Room(None),
            step => step,
        };
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
    pub(super) fn resting(&self, now: Now) -> Result<(), Error> {
        match &self.rest {
            Some((until, error)) if *until > now.mono => Err(error.clone()),
            _ => Ok(()),
        }
    }
}
