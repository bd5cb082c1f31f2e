//! The handles of sechat and the one driver behind them, free of any runtime.
//!
//! Users take the crate for their runtime, `sechat-tokio`, `sechat-async-std` or `sechat-blocking`, which gives every
//! handle its alias. This crate is for those who bring another runtime along:
//!
//! ```text
//!   Chat, Room, Events ──┐ verbs                         ┌── Runtime::fetch, open
//!                        ├── Mutex<Engine> ── the driver ─┼── Runtime::sleep_until
//!   Reply (one a call) ──┘ results      (one task)       └── Runtime::spawn, once
//! ```
//!
//! A call takes the lock, tells the engine, and wakes the driver; its [`Reply`] looks for the result under the same lock
//! whenever the driver wakes it. The lock is held for engine calls only, never across an await. Should the engine panic,
//! or the runtime drop the driver, every call ends with [`Error::Closed`] and every stream of events ends with it too.
//!
//! To add a runtime: implement [`Runtime`], [`Socket`], [`Mode`], and [`AsyncMode`] or [`BlockingMode`], then write the
//! aliases, `type Chat = sechat_client::Chat<MyRuntime>` and so on; `examples/foreign_loop.rs` has a whole one. The
//! features `network` (connections through proxies and TLS, and WebSockets) and `wire` (HTTP), both over `futures-io` streams,
//! have most of the parts.

#[cfg(feature = "commands")]
pub mod commands;
#[cfg(feature = "_conformance")]
#[doc(hidden)]
pub mod conformance;
#[cfg(feature = "network")]
pub mod network;
#[cfg(feature = "network")]
pub mod websocket;
#[cfg(feature = "wire")]
pub mod wire;

mod batch;
mod blocking;
mod builder;
mod call;
mod chat;
mod closer;
mod connection;
mod credentials;
mod driver;
mod events;
mod memory;
mod presence;
mod profile;
mod read_back;
mod reply;
mod room;
mod runtime;
mod saved;
mod seen;
mod session_file;
mod stand_in;
mod state;
mod store;
mod subscriber;
mod unread;

pub use builder::ChatBuilder;
pub use chat::Chat;
pub use closer::Closer;
pub use credentials::Credentials;
pub use events::{Events, TimedOut};
pub use memory::{OwnMessage, OwnMessages};
#[cfg(feature = "network")]
pub use network::{Network, Proxy};
pub use presence::{Presence, PresentUser, Roles, RoomNow};
pub use profile::Profile;
pub use read_back::{Cursor, Onward, ReadBack};
pub use reply::Reply;
pub use room::{Moved, Room};
pub use runtime::{AsyncMode, BlockingMode, Mode, Replied, Rest, Runtime, Socket};
#[cfg(feature = "network")]
pub use rustls;
pub use saved::{Delivery, SavedState};
pub use sechat_core::engine::{
    Access, FeedConfig, FeedState, Health, Pending, Post, Priority, Queued, ReplyStyle, SessionState, Stats, Task,
};
pub use sechat_core::event::{EventKind, FeedChange, Message};
pub use sechat_core::{
    Config, CustomServer, Day, Error, Event, EventId, Invalid, LoginError, Me, MessageId, Now, Refusal, RoomId, Secret,
    Server, TransportError, UserId, endpoint, event, text,
};
pub use stand_in::{Park, StandIn, stand_in};
pub use {bytes, http, sechat_core, url};
