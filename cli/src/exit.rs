//! How the program ends: its exit codes, and what it says when something went wrong.

use std::fmt;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use sechat_blocking::{Error, LoginError, Refusal};

/// For the long help of every command.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  Done
  1  Something else went wrong: a file, a page that has changed, a step of the demo
  2  The command line or the text makes no sense
  3  Not logged in: no session, an expired one, a wrong password, a CAPTCHA
  4  The server refused: no such room, no permission, a repeated message, too fast
  5  The network or the server failed
  6  It is not known whether the message was posted, or the deed done: look before you repeat it
  7  The time of --for ran out before --count events came
";

/// Why the program ends without having done its work.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    message: String,
    hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Whoever read the output has gone: nobody is left to be told.
    Unheard = 0,
    Other = 1,
    Usage = 2,
    Login = 3,
    Refused = 4,
    Network = 5,
    Uncertain = 6,
    TimeUp = 7,
}

/// Tells the user, on standard error, and gives the exit code.
pub(crate) fn report(result: Result<(), Failure>) -> ExitCode {
    match result {
        Err(failure) if failure.code != Code::Unheard => {
            eprintln!("sechat: {failure}");
            ExitCode::from(failure.code as u8)
        }
        _ => ExitCode::SUCCESS,
    }
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// What the user can do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether to log in is what helps, and no better advice is given.
    pub(crate) fn is_of_the_login(&self) -> bool {
        self.code == Code::Login && self.hint.is_none()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self::new(code(&error), error.to_string());
        match hint(&error) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Of the program's own output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let code = if error.kind() == ErrorKind::BrokenPipe { Code::Unheard } else { Code::Other };
        Self::new(code, error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\n  {hint}"))
    }
}

fn code(error: &Error) -> Code {
    match error {
        Error::Login(_) | Error::SessionExpired | Error::NotLoggedIn => Code::Login,
        Error::Transport(_) | Error::Server { .. } => Code::Network,
        Error::Uncertain { .. } => Code::Uncertain,
        Error::Refused { .. } | Error::RateLimited { .. } | Error::Duplicate | Error::RoomClosed { .. } => {
            Code::Refused
        }
        Error::Invalid(_) => Code::Usage,
        Error::Partly { error, .. } => code(error),
        _ => Code::Other,
    }
}

fn hint(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Login(LoginError::WrongPassword) => {
            "Check --email and SECHAT_PASSWORD; an account without a password of its own needs one first."
        }
        Error::Login(LoginError::Captcha) => "With the cookies of a browser: sechat login --cookies",
        Error::Refused { reason: Refusal::NoSuchRoomOrNoPermission, .. } => {
            "The number of a room is in its address, as in …/rooms/1/sandbox. Each server has rooms of its own: check \
             --server, too."
        }
        Error::Refused { reason: Refusal::BadId, .. } => "Check the numbers of the room and of the message.",
        Error::Transport(_) => "Check --server and the connection, and try again; nothing was posted.",
        _ => return None,
    })
}
