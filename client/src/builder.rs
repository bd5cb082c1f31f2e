//! What can be set about a connection.

use std::fmt;
use std::num::NonZeroUsize;

use sechat_core::{Config, Error};

use crate::chat::Chat;
use crate::connection::Connection;
use crate::runtime::Mode;
use crate::saved::Delivery;
use crate::subscriber::Reading;

/// Makes a [`Chat`] that differs from the usual; see [`Chat::builder`].
#[must_use = "nothing happens before `connect`"]
pub struct ChatBuilder<M: Mode> {
    config: Config,
    runtime: Option<M::Runtime>,
    event_buffer: NonZeroUsize,
    delivery: Delivery,
}

impl<M: Mode> ChatBuilder<M> {
    /// Uses this runtime instead of a new one: to share pooled HTTP connections among accounts, or for settings of the
    /// network, which every adapter takes by `with`, as `Tokio::with(Network::new().no_proxy())`.
    ///
    /// What is said to the server, such as the [user agent](Config::user_agent), and how long an answer may take, the
    /// [request timeout](Config::request_timeout), are in the [`Config`] that the builder was made with.
    pub fn runtime(mut self, runtime: M::Runtime) -> Self {
        self.runtime = Some(runtime);
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
        let runtime = self.runtime.map_or_else(M::runtime, Ok)?;
        let reading = Reading { capacity: self.event_buffer.get(), delivery: self.delivery };
        Connection::start(self.config, &runtime, reading).map(Chat::new)
    }

    pub(crate) fn new(config: Config) -> Self {
        let event_buffer = const { NonZeroUsize::new(1024).unwrap() };
        Self { config, runtime: None, event_buffer, delivery: Delivery::default() }
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
