//! What can be set about an engine.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use crate::{Credentials, Secret, Server};

/// Names the program, as the site's edge likes it (protocol notes, 0.4).
const DEFAULT_USER_AGENT: &str =
    concat!("Mozilla/5.0 (compatible; sechat-rs/", env!("CARGO_PKG_VERSION"), "; +", env!("CARGO_PKG_REPOSITORY"), ")");

/// How an engine behaves. Start from [`Config::new`] and change what you need.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The chat server.
    pub server: Server,
    /// Who to be.
    pub access: Access,
    /// Seeds the jitter of every wait. Give each process its own; a fixed one makes runs repeatable.
    pub seed: u64,
    /// Hosts at which the server may have its sockets, beside its own and those of Stack Exchange's chat. At any other none
    /// is opened, and the rooms are polled: an address is as good as a key, and what comes from there is believed.
    pub socket_hosts: Vec<String>,
    /// The `User-Agent` header: one line of visible ASCII.
    pub user_agent: String,
    /// How replies are written.
    pub reply_style: ReplyStyle,
    /// Whether mentions and replies are marked as read when they are delivered.
    pub acknowledge: bool,
    /// Whether a login first asks the site's validation call, as its web page does.
    pub validate_login: bool,
    /// How long to wait for the answer to one request, and for a socket to open.
    pub request_timeout: Duration,
    /// How often a request that may be repeated is tried in all before its call fails.
    pub attempts: NonZeroU32,
    /// How often the server may ask one post to wait before it fails as rate limited.
    pub refusals: NonZeroU32,
    /// The longest wait that calls put up with when the server asks for one, as it does with 409 and 429. Beyond it they
    /// fail with [`Error::RateLimited`](crate::Error::RateLimited), and nothing is sent before the time it named.
    pub longest_wait: Duration,
    /// How many posts, edits and the like may wait; a call beyond that fails with
    /// [`Error::QueueFull`](crate::Error::QueueFull). By the known throttle 1000 posts take about 50 minutes.
    pub queue_limit: NonZeroUsize,
    /// Added to a wait that the server asks for when nothing is known of its throttle, or when it asks again after one: it
    /// may round down.
    pub throttle_margin: Duration,
    /// The settings of the event feed.
    pub feed: FeedConfig,
}

/// Who an engine is to the server. Its `Debug` shows neither the address nor the password of an account.
#[derive(Clone)]
#[non_exhaustive]
pub enum Access {
    /// Nobody: public rooms can be read, by polling.
    Anonymous,
    /// A stored session.
    Credentials(Credentials),
    /// An account; `stored` is tried first, so that a login is made only when it must be.
    #[non_exhaustive]
    Login {
        /// The e-mail address.
        email: String,
        /// The password.
        password: Secret,
        /// A session from an earlier login.
        stored: Option<Credentials>,
    },
}

impl Access {
    /// An account to log in to; see [`Access::Login`].
    pub fn login(email: impl Into<String>, password: impl Into<Secret>, stored: Option<Credentials>) -> Self {
        Self::Login { email: email.into(), password: password.into(), stored }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Credentials(session) => f.debug_tuple("Credentials").field(session).finish(),
            Self::Login { password, stored, .. } => {
                f.debug_struct("Login").field("password", password).field("stored", stored).finish_non_exhaustive()
            }
        }
    }
}

/// How a reply names the message it answers (protocol notes, 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReplyStyle {
    /// The form field `parentId`, known since 2025. Keeps monospace replies intact.
    #[default]
    ParentField,
    /// The text prefix `:ID `, known for longer.
    Prefix,
}

/// The settings of the event feed. Durations are lower bounds: jitter only adds where it is said to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FeedConfig {
    /// A socket without any frame for this long is dead. Quiet rooms send empty frames all the time.
    pub silence: Duration,
    /// A socket is replaced after this long, the new one opened before the old one is closed.
    pub renewal: Duration,
    /// Between two polls, when there is no socket.
    pub poll_interval: Duration,
    /// The longest wait between two attempts to get a socket.
    pub backoff_cap: Duration,
    /// How many faults in a row end the feed; `None` never ends it.
    pub patience: Option<NonZeroU32>,
}

/// Longer than any program runs, and short enough to be added to any time.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// No poll comes sooner after another.
const SHORTEST_POLL: Duration = Duration::from_millis(500);

impl Config {
    /// Without what would overflow a clock or make a busy loop.
    pub(super) fn sane(mut self) -> Self {
        let feed = &mut self.feed;
        for span in [
            &mut self.request_timeout,
            &mut self.throttle_margin,
            &mut feed.silence,
            &mut feed.renewal,
            &mut feed.poll_interval,
            &mut feed.backoff_cap,
        ] {
            *span = (*span).min(NEVER);
        }
        // Longer than any wait that the others add up to.
        self.longest_wait = self.longest_wait.min(4 * NEVER);
        feed.poll_interval = feed.poll_interval.max(SHORTEST_POLL);
        self
    }

    /// The usual settings.
    pub fn new(server: Server, access: Access) -> Self {
        let anonymous = matches!(access, Access::Anonymous);
        Self {
            server,
            access,
            seed: 0,
            socket_hosts: Vec::new(),
            user_agent: DEFAULT_USER_AGENT.to_owned(),
            reply_style: ReplyStyle::default(),
            acknowledge: true,
            validate_login: false,
            request_timeout: Duration::from_secs(30),
            attempts: const { NonZeroU32::new(8).unwrap() },
            refusals: const { NonZeroU32::new(10).unwrap() },
            longest_wait: Duration::from_secs(300),
            queue_limit: const { NonZeroUsize::new(1000).unwrap() },
            throttle_margin: Duration::from_secs(1),
            feed: FeedConfig {
                silence: Duration::from_secs(60),
                renewal: Duration::from_secs(2 * 60 * 60),
                poll_interval: Duration::from_secs(if anonymous { 3 } else { 5 }),
                backoff_cap: Duration::from_secs(60),
                patience: if anonymous { NonZeroU32::new(5) } else { None },
            },
        }
    }
}
