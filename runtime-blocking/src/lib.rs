//! Stack Exchange chat without async: every call waits for its result.
//!
//! ```no_run
//! use sechat_blocking::{Chat, Credentials, Error, Room, Server};
//!
//! # fn main() -> Result<(), Error> {
//! let credentials =
//!     Credentials::load_or_authenticate("session.json", "bot@example.com", "password", Server::StackExchange)?;
//! let chat = Chat::connect(credentials)?;
//! let room = Room::join(&chat, 1)?;
//! room.send("Hello!")?;
//! for event in room.events() {
//!     println!("{event:?}");
//! }
//! chat.close()
//! # }
//! ```
//!
//! Each connection has one background thread, which keeps its socket alive and its posts in order between two calls. The
//! thread ends with the connection. Handles are `Send` and `Sync`: call from as many threads as you like. In async code
//! take `sechat-tokio` instead, for a call would block the executor.
//!
//! The names are those of [`sechat_client`], where `M::Reply<T>` reads `Result<T, Error>` and
//! [`Events`](sechat_client::Events) is an `Iterator`.

pub mod smol;

mod runtime;
mod waiting;

pub use runtime::Blocking;
pub use rustls;
pub use sechat_client::*;

/// An account on one chat server; see [`sechat_client::Chat`].
pub type Chat = sechat_client::Chat<Blocking>;
/// A connection to be made with other settings; see [`sechat_client::ChatBuilder`].
pub type ChatBuilder = sechat_client::ChatBuilder<Blocking>;
/// A session that can be stored; see [`sechat_client::Credentials`].
pub type Credentials = sechat_client::Credentials<Blocking>;
/// An iterator of events; see [`sechat_client::Events`].
pub type Events = sechat_client::Events<Blocking>;
/// A room; see [`sechat_client::Room`].
pub type Room = sechat_client::Room<Blocking>;
/// What the account may change about itself; see [`sechat_client::Profile`].
pub type Profile = sechat_client::Profile<Blocking>;
/// An iterator of older things; see [`sechat_client::ReadBack`].
pub type ReadBack<C> = sechat_client::ReadBack<Blocking, C>;
