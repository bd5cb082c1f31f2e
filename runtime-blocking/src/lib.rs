//! Stack Exchange chat without async: every call waits for its result.
//!
//! ```no_run
//! use sechat_blocking::{Chat, Error, Server};
//!
//! # fn main() -> Result<(), Error> {
//! let chat = Chat::open("session.json", "bot@example.com", "password", Server::StackExchange)?;
//! let room = chat.join(1)?;
//! room.send("Hello!")?;
//! for event in room.events() {
//!     println!("{event:?}");
//! }
//! chat.close()
//! # }
//! ```
//!
//! Each connection has one background thread, which keeps its socket alive and its posts in order between two calls. The
//! thread ends with the connection. Handles are `Send` and `Sync`: call from as many threads as you like. What happens
//! between two calls is kept: [`Room::events`] begins where the room was joined, and a stream of events buffers what
//! nobody has asked for yet.
//!
//! [`Events`] is an iterator whose `next` waits for as long as it takes; to look at something else now and then, there
//! are [`next_timeout`](sechat_client::Events::next_timeout) and
//! [`wait_for_timeout`](sechat_client::Events::wait_for_timeout).
//!
//! # Ctrl-C
//!
//! A process that just ends stays in its rooms until the server notices. With a handler, such as the crate `ctrlc` has,
//! it leaves them: [`Chat::closer`](sechat_client::Chat::closer) gives the handler something to call that never waits,
//! the loop over the events then ends, and [`Chat::finish`](sechat_client::Chat::finish) waits until the rooms are left.
//!
//! ```no_run
//! # use sechat_blocking::{Chat, Error};
//! # mod ctrlc { pub fn set_handler(_: impl FnMut() + Send + 'static) -> Result<(), ()> { Ok(()) } }
//! # fn serve(chat: Chat) -> Result<(), Error> {
//! let closer = chat.closer();
//! ctrlc::set_handler(move || closer.close()).expect("there is no other handler");
//! let ended = bot(&chat);
//! chat.finish(ended)
//! # }
//!
//! fn bot(chat: &Chat) -> Result<(), Error> {
//!     let room = chat.join(1)?;
//!     for event in room.events() {
//!         room.send(format!("{:?}", event.event_type()))?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! A call that comes after Ctrl-C fails with [`Error::Closed`], which is a good end to `finish`.
//!
//! # In async code
//!
//! Take `sechat-tokio` or the module [`smol`](mod@smol) there. A blocking call stalls the executor: all tasks that share
//! its thread wait until the call has ended. It does end, since connections have threads of their own, unless it waits
//! for one of those tasks. Two places are known to be wrong, and calls, events and readers panic there instead: the
//! background thread itself, where a tracing subscriber may run and a call would wait for itself, and the threads of
//! `smol::spawn`. Other executors, tokio among them, cannot be told from here.
//!
//! The names are those of [`sechat_client`], where `M::Reply<T>` reads `Result<T, Error>` and
//! [`Events`](sechat_client::Events) is an `Iterator`.

pub mod smol;

mod runtime;
mod waiting;

pub use runtime::Blocking;
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
