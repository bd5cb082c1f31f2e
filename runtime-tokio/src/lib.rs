//! Stack Exchange chat on tokio.
//!
//! ```no_run
//! use sechat_tokio::{Chat, Error, Server};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let chat = Chat::open("session.json", "bot@example.com", "password", Server::StackExchange).await?;
//!     let room = chat.join(1).await?;
//!     room.send("Hello!").await?;
//!     let mut events = room.events();
//!     while let Some(event) = events.next().await {
//!         println!("{event:?}");
//!     }
//!     chat.close().await
//! }
//! ```
//!
//! Each connection is one task on the runtime in which it is made, of either flavour. Handles can then be used on any
//! thread, of this runtime or not. When the runtime ends, calls end with [`Error::Closed`] and streams of events with it.
//!
//! Any future of this crate may be dropped, and any task that holds one aborted: events are not lost by that, posts that
//! were not sent yet are not sent, and what was sent stays done. [`Reply::wait`] panics, with tokio's own words, in a task
//! or in `block_on`, where it could wait for itself; in `spawn_blocking` and on other threads it waits.
//!
//! # Paused clocks
//!
//! Time is tokio's, so that tests can pause it. Without any network, that is all. But with a server on a socket, mind
//! that tokio moves a paused clock to the next timer whenever all tasks wait, even if it is for an answer: 30 seconds go
//! by in no time, and the request is overdue. A blocking task holds that back for as long as it runs:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let (hold, held) = std::sync::mpsc::channel::<()>();
//! tokio::task::spawn_blocking(move || held.recv());
//! // Log in, join, post: no time goes by, but for this:
//! tokio::time::advance(std::time::Duration::from_secs(60)).await;
//! drop(hold);
//! # }
//! ```
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
