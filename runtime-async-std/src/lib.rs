//! Stack Exchange chat on async-std, with HTTP through surf.
//!
//! ```no_run
//! use sechat_async_std::{Chat, Error, Server};
//!
//! async fn bot() -> Result<(), Error> {
//!     let chat = Chat::open("session.json", "bot@example.com", "password", Server::StackExchange).await?;
//!     let room = chat.join(1).await?;
//!     room.send("Hello!").await?;
//!     let mut events = room.events();
//!     while let Some(event) = events.next().await {
//!         println!("{event:?}");
//!     }
//!     chat.close().await
//! }
//!
//! # fn main() -> Result<(), Error> {
//! async_std::task::block_on(bot())
//! # }
//! ```
//!
//! Each connection is one task on async-std's own threads, which start with the first of them. Handles can be used on
//! any thread and under any executor. [`Reply::wait`] panics in a task of async-std and in its `block_on`, where it could
//! wait for itself; in `spawn_blocking` and on other threads it waits. Other executors it cannot know.
//!
//! async-std is discontinued and surf no longer maintained. They carry advisories, none of which is a vulnerability of
//! this crate: the README beside it goes through them, and says how to move to smol. Nothing of surf parses HTTP or speaks
//! TLS here; that is this library's own, on a current rustls. What is left of surf is its middleware: see
//! [`AsyncStd::with_middleware`].
//!
//! The names are those of [`sechat_client`], where `M::Reply<T>` reads [`Reply<T>`], a future of `Result<T, Error>`, and
//! [`Events`](sechat_client::Events) is a `Stream`.

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub mod readme {}

mod backend;
mod runtime;
mod translate;

pub use runtime::AsyncStd;
pub use sechat_client::*;
pub use surf;

/// An account on one chat server; see [`sechat_client::Chat`].
pub type Chat = sechat_client::Chat<AsyncStd>;
/// A connection to be made with other settings; see [`sechat_client::ChatBuilder`].
pub type ChatBuilder = sechat_client::ChatBuilder<AsyncStd>;
/// A session that can be stored; see [`sechat_client::Credentials`].
pub type Credentials = sechat_client::Credentials<AsyncStd>;
/// A stream of events; see [`sechat_client::Events`].
pub type Events = sechat_client::Events<AsyncStd>;
/// A room; see [`sechat_client::Room`].
pub type Room = sechat_client::Room<AsyncStd>;
/// What the account may change about itself; see [`sechat_client::Profile`].
pub type Profile = sechat_client::Profile<AsyncStd>;
/// A stream of older things; see [`sechat_client::ReadBack`].
pub type ReadBack<C> = sechat_client::ReadBack<AsyncStd, C>;
