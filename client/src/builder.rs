//! What can be set about a connection.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::Arc;

use sechat_core::{Config, Error};

use crate::chat::Chat;
use crate::connection::Connection;
use crate::runtime::{Mode, Runtime};
use crate::saved::Delivery;
use crate::stand_in;
use crate::subscriber::Reading;

/// Makes a [`Chat`] that differs from the usual; see [`Chat::builder`].
#[must_use = "nothing happens before `connect`"]
pub struct ChatBuilder<M: Mode> {
    config: Config,
    start: Option<Start>,
    event_buffer: NonZeroUsize,
    delivery: Delivery,
    mode: PhantomData<fn() -> M>,
}

type Start = Box<dyn FnOnce(Config, Reading) -> Result<Arc<Connection>, Error> + Send + Sync>;

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
        self.start = Some(Box::new(move |config, reading| Connection::start(config, &runtime, reading)));
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

    /// Starts the connection. Nothing is sent before the first call.
    ///
    /// Fails if there is no runtime to start it on, or if the credentials are for another server than the configuration.
    pub fn connect(self) -> Result<Chat<M>, Error> {
        let reading = Reading { capacity: self.event_buffer.get(), delivery: self.delivery };
        let connection = match (self.start, stand_in::start()) {
            (Some(start), _) => start(self.config, reading),
            (None, Some(start)) => start(self.config, reading),
            (None, None) => Connection::start(self.config, &M::runtime()?, reading),
        };
        connection.map(Chat::new)
    }

    pub(crate) fn new(config: Config) -> Self {
        let event_buffer = const { NonZeroUsize::new(1024).unwrap() };
        Self { config, start: None, event_buffer, delivery: Delivery::default(), mode: PhantomData }
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
