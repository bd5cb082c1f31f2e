//! What can be set about a connection.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use sechat_core::{Config, Error};

use crate::chat::Chat;
use crate::connection::Connection;
use crate::reply::Reply;
use crate::runtime::{Mode, Runtime};
use crate::saved::Delivery;
use crate::session_file::SessionFile;
use crate::stand_in;
use crate::subscriber::Reading;

/// Makes a [`Chat`] that differs from the usual; see [`Chat::builder`].
#[must_use = "nothing happens before `connect`"]
pub struct ChatBuilder<M: Mode> {
    config: Config,
    start: Option<Start>,
    event_buffer: NonZeroUsize,
    delivery: Delivery,
    session_file: Option<PathBuf>,
    mode: PhantomData<fn() -> M>,
}

type Start = Box<dyn FnOnce(Config, Reading, Option<SessionFile>) -> Result<Arc<Connection>, Error> + Send + Sync>;

impl<M: Mode> ChatBuilder<M> {
    /// Uses this runtime instead of a new one: to share pooled HTTP connections among accounts, or for settings of the
    /// network, which every adapter takes by `with`, as `Tokio::with(Network::new().no_proxy())`.
    ///
    /// What is said to the server, such as the [user agent](Config::user_agent), and how long an answer may take, the
    /// [request timeout](Config::request_timeout), are in the [`Config`] that the builder was made with.
    ///
    /// It may be of any kind: the type of the handles says how they give back results, not what runs them. A bot that
    /// was written for tokio runs on a simulation as it is.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.start = Some(Box::new(move |config, reading, file| Connection::start(config, &runtime, reading, file)));
        self
    }

    /// How many unread events each [`Events`](crate::Events) keeps before it drops new ones, to ask for them again later; 1024
    /// unless set.
    pub fn event_buffer(mut self, events: NonZeroUsize) -> Self {
        self.event_buffer = events;
        self
    }

    /// When an event counts as read for [`Chat::state`]; [`Delivery::AtLeastOnce`] unless set.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Keeps the session in this file: it begins with the one stored there, unless the [`Access`](crate::Access) brings
    /// one along, and whenever the session changes, by a login or a new cookie, the file is replaced in one step. Only its
    /// owner can read it.
    ///
    /// With [`Access::login`](crate::Access::login) that is all that a bot needs to run for months: the password is used
    /// when the stored session is no longer good, at the start or later, and seldom enough not to bring a CAPTCHA.
    /// [`Chat::open`] does this with settings that are fine for most. Take a file for each account: whose session is in
    /// it is not compared with the e-mail address. Without an account this does nothing.
    ///
    /// Replacing the file takes a few milliseconds of the thread that runs the connection. If that fails, the connection
    /// goes on, and [`Chat::close`] tries once more and tells why.
    pub fn session_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.session_file = Some(path.into());
        self
    }

    /// Starts the connection and makes sure that there is a session: [`connect`](Self::connect) and [`Chat::log_in`] in
    /// one. A [`session_file`](Self::session_file) holds it then.
    ///
    /// # Errors
    ///
    /// Those of both.
    pub fn log_in(self) -> M::Reply<Chat<M>> {
        M::hand_over(self.logging_in())
    }

    /// Starts the connection. Nothing is sent before the first call.
    ///
    /// # Errors
    ///
    /// If there is no runtime to start it on, or if the credentials are for another server than the configuration.
    /// [`Error::Store`] if the [`session_file`](Self::session_file) cannot be read or replaced, or holds something else than
    /// a session for this server: it is left alone then.
    pub fn connect(mut self) -> Result<Chat<M>, Error> {
        let file = self.session_file.as_deref().map(|path| SessionFile::open(path, &mut self.config));
        let file = file.transpose()?.flatten();
        let reading = Reading { capacity: self.event_buffer.get(), delivery: self.delivery };
        let connection = match (self.start, stand_in::start()) {
            (Some(start), _) => start(self.config, reading, file),
            (None, Some(start)) => start(self.config, reading, file),
            (None, None) => Connection::start(self.config, &M::runtime()?, reading, file),
        };
        connection.map(Chat::new)
    }

    /// As [`log_in`](Self::log_in), for calls that others follow.
    pub(crate) fn logging_in(self) -> Reply<Chat<M>> {
        match self.connect() {
            Ok(chat) => chat.connection().log_in().map(|_| chat),
            Err(error) => Reply::ready(Err(error)),
        }
    }

    pub(crate) fn new(config: Config) -> Self {
        let event_buffer = const { NonZeroUsize::new(1024).unwrap() };
        Self { config, start: None, event_buffer, delivery: Delivery::default(), session_file: None, mode: PhantomData }
    }
}

impl<M: Mode> fmt::Debug for ChatBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatBuilder")
            .field("server", &self.config.server)
            .field("event_buffer", &self.event_buffer)
            .finish_non_exhaustive()
    }
}
