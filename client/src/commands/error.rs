//! Why a command gives no answer.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a command gives no answer. Its `Display` is for the one who asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no such command. A message that only mentions the account, or replies to it, does not come to this.
    #[non_exhaustive]
    Unknown {
        /// What was asked for, in lower case.
        name: String,
    },
    /// The one who asked may not use it, or not there.
    #[non_exhaustive]
    NotAllowed {
        /// Whom it is for, in words.
        whom: String,
    },
    /// It was used a short while ago.
    #[non_exhaustive]
    Cooldown {
        /// How long until it may be used again.
        left: Duration,
    },
    /// The words are not what it asks for.
    #[non_exhaustive]
    Usage {
        /// What is wrong with them.
        reason: String,
        /// What it asks for.
        usage: String,
    },
    /// The handler failed.
    Failed(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => write!(f, "I know no command \"{name}\""),
            Self::NotAllowed { whom } => write!(f, "That is for {whom} only"),
            // Rounded up: who waits that long has waited long enough.
            Self::Cooldown { left } => {
                let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
                write!(f, "Not so fast: try again in {seconds} s")
            }
            Self::Usage { reason, usage } => write!(f, "{reason}. Try: {usage}"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // Its text is this one's text.
            Self::Failed(error) => error.source(),
            _ => None,
        }
    }
}
