//! Stack Exchange chat on tokio.
//!
//! ```no_run
//! use sechat_tokio::{Chat, Credentials, Error, Room, Server};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let credentials =
//!         Credentials::load_or_authenticate("session.json", "bot@example.com", "password", Server::StackExchange)
//!             .await?;
//!     let chat = Chat::connect(credentials)?;
//!     let room = Room::join(&chat, 1).await?;
//!     room.send("Hello!").await?;
//!     let mut events = room.events();
//!     while let Some(event) = events.next().await {
//!         println!("{event:?}");
//!     }
//!     chat.close().await
//! }
//! ```
//!
//! Each connection is one task on the runtime in which it is made. Handles can then be used on any thread, of this
//! runtime or not.
//!
//! The names are those of [`sechat_client`], where `M::Reply<T>` reads [`Reply<T>`], a future of `Result<T, Error>`, and
//! [`Events`](sechat_client::Events) is a `Stream`.

mod connect;
mod runtime;

pub use runtime::Tokio;
pub use sechat_client::*;

/// An account on one chat server; see [`sechat_client::Chat`].
pub type Chat = sechat_client::Chat<Tokio>;
/// A connection to be made with other settings; see [`sechat_client::ChatBuilder`].
pub type ChatBuilder = sechat_client::ChatBuilder<Tokio>;
/// A session that can be stored; see [`sechat_client::Credentials`].
pub type Credentials = sechat_client::Credentials<Tokio>;
/// A stream of events; see [`sechat_client::Events`].
pub type Events = sechat_client::Events<Tokio>;
/// A room; see [`sechat_client::Room`].
pub type Room = sechat_client::Room<Tokio>;
/// What the account may change about itself; see [`sechat_client::Profile`].
pub type Profile = sechat_client::Profile<Tokio>;
/// A stream of older things; see [`sechat_client::ReadBack`].
pub type ReadBack<C> = sechat_client::ReadBack<Tokio, C>;
