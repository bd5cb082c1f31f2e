//! The protocol of Stack Exchange chat as pure state machines.
//!
//! Chat on Stack Exchange has no public API; bots speak what its pages speak. This crate knows all of that and does none
//! of it: no IO, no clock, no randomness, no threads, no async. It is given requests by a bot, answers and frames by
//! the network, and the time by whoever calls it, and it says what to do next. `sechat-tokio`,
//! `sechat-async-std` and `sechat-blocking` are made of it; take it directly where none of them fits, or to test a bot in
//! virtual time.
//!
//! # The machine
//!
//! One [`Engine`] is one account on one chat server, or one anonymous reader:
//!
//! ```text
//!        the bot                                        the network
//!  join · send · edit · submit · log_in          answers · frames · faults
//!           │   ▲                                    │              ▲
//!           │   │ take(ticket)          handle_input │              │
//!  ┌────────▼───┴────────────────────────────────────▼──────┐       │
//!  │ Engine                                                 │       │
//!  │  session   cookies and fkey; logs in, checks, renews   │       │
//!  │  calls     tickets, order of writes, throttle,         │       │
//!  │            retries, posts whose answer was lost        │       │
//!  │  feed      rooms, sockets, polls; gaps, repetitions,   │       │
//!  │            silence, renewal, marks as read             │       │
//!  └────────┬───────────────────┬───────────────────────────┘       │
//!           │ poll_output       │ poll_timeout                      │
//!           ▼                   ▼                                   │
//!   Done · Event · FeedEnded   a deadline,    Http · HttpAbort ─────┤
//!   · Finished: to the bot     and why        SocketOpen · SocketClose
//! ```
//!
//! What goes in is an [`Input`](engine::Input) or a call, what comes out is an [`Output`](engine::Output). The engine
//! owns everything that calls share and that changes while nobody is calling: the session, the account-wide throttle,
//! the order of posts, the one socket of all rooms, the last event of each. What a single request looks like is the
//! business of an [`Endpoint`](endpoint::Endpoint), a value without state. What happens in chat is an [`Event`].
//!
//! # The run loop
//!
//! 1. Drain [`Engine::poll_output`] and carry out what it asks for; nothing is asked for twice.
//! 2. Wait for an answer, a frame, the end of a socket, a call of the bot's, or the deadline of
//!    [`Engine::poll_timeout`], which any verb may have moved.
//! 3. Hand in what came, with the time: [`Engine::handle_input`], or the verb for the call. Several at once are fine.
//! 4. Go back to 1, until [`Output::Finished`](engine::Output::Finished).
//!
//! All of it by hand, with a simulated server where the network would be. The bot joins a room, posts, reads its own
//! message and leaves:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::time::{Instant, SystemTime};
//!
//! use sechat_core::engine::{Access, Input, Output, Pending};
//! use sechat_core::{Config, Engine, EventKind, Now, RoomId, Server, TransportError};
//! use sechat_fixtures::{ChatServer, Setup};
//!
//! let mut network = ChatServer::new(Setup::default());
//! let mut sockets = BTreeMap::new();
//! let mut now = Now::new(Instant::now(), SystemTime::now());
//!
//! let access = Access::login("bot@example.com", "correct horse", None);
//! let mut engine = Engine::new(Config::new(Server::StackExchange, access))?;
//!
//! let room = RoomId(1);
//! let join = engine.join(now, room);
//! let (mut post, mut posted, mut heard) = (None, None, None);
//!
//! 'running: loop {
//!     while let Some(output) = engine.poll_output() {
//!         match output {
//!             // Here the answer comes at once. Elsewhere this starts a request; redirects must not be followed.
//!             Output::Http(id, request) => {
//!                 let answer = network.handle(now, request);
//!                 engine.handle_input(now, Input::Http(id, Ok(answer)));
//!             }
//!             Output::HttpAbort(_) => {} // Nothing is ever under way.
//!             Output::SocketOpen(id, request) => match network.connect(now, &request) {
//!                 Ok(key) => {
//!                     sockets.insert(id, key);
//!                     engine.handle_input(now, Input::SocketOpened(id));
//!                 }
//!                 Err(_) => engine.handle_input(now, Input::SocketClosed(id, TransportError::unsent("refused"))),
//!             },
//!             Output::SocketClose(id) => {
//!                 if let Some(key) = sockets.remove(&id) {
//!                     network.disconnect(now, key);
//!                 }
//!             }
//!             // A call has ended, and its ticket has the result.
//!             Output::Done(id) if id == join.id() => {
//!                 engine.take(&join).expect("it has ended")?;
//!                 post = Some(engine.send(now, room, "Hello, *world*!".to_owned(), None));
//!             }
//!             Output::Done(_) => {
//!                 if let Some(result) = post.as_ref().and_then(|ticket| engine.take(ticket)) {
//!                     posted = Some(result?);
//!                 }
//!             }
//!             Output::Event(event) => {
//!                 if let EventKind::MessagePosted(message) = event.kind {
//!                     heard = Some((message.id, message.content));
//!                     engine.shut_down(now, Pending::Flush);
//!                 }
//!             }
//!             Output::Replayed(_) => unreachable!("nobody asked for it"),
//!             Output::FeedEnded(result) => result?,
//!             Output::Finished => break 'running,
//!         }
//!     }
//!
//!     let mut arrived = false;
//!     for (id, key) in &sockets {
//!         for frame in network.frames(now, *key) {
//!             engine.handle_input(now, Input::SocketFrame(*id, frame.into()));
//!             arrived = true;
//!         }
//!     }
//!     if arrived {
//!         continue;
//!     }
//!
//!     // Nothing to do but wait. Elsewhere: sleep until then, or until something arrives.
//!     let deadline = engine.poll_timeout().expect("a joined room always waits for something");
//!     now = now + deadline.at.saturating_duration_since(now.mono);
//!     engine.handle_input(now, Input::Timeout);
//! }
//!
//! assert_eq!(heard, posted.map(|id| (id, Some("Hello, <i>world</i>!".to_owned()))));
//! # assert!(heard.is_some());
//! # Ok::<(), sechat_core::Error>(())
//! ```
//!
//! # What a caller can rely on
//!
//! * A call ends: with a result, or with an [`Error`] that says what to do about it.
//! * A post is never sent again once it may have been made. If its answer is lost, it is looked for in its room;
//!   [`Error::Uncertain`] says that it was not found. The one exception is an answer that is a page, when the session is
//!   then found to have ended and the room to hold nothing like it: that was a refusal.
//! * Every event of a joined room comes once and in order, over lost sockets and silent ones. Where something may be
//!   missing for good, a [`FeedChange::Gap`] stands in its place.
//! * Nothing is sent before a time that the server has named, and no fault makes a busy loop.
//! * Cookies, the fkey and the password go to the hosts they belong to, and into no error and no `Debug`; a [`Secret`] is
//!   overwritten when it is dropped.
//! * Equal inputs give equal outputs. What chance there is comes from [`Config::seed`].
//!
//! What is known of the servers, and how well, stands in the [protocol notes](protocol_notes).

pub mod endpoint;
pub mod engine;
pub mod event;
pub mod text;

#[doc = include_str!("../docs/protocol.md")]
pub mod protocol_notes {}

mod calendar;
mod cookies;
mod credentials;
mod error;
mod excerpt;
mod html;
mod ids;
mod secret;
mod server;
mod time;

pub use calendar::{Day, NotADay, PageTime};
pub use credentials::Credentials;
pub use endpoint::{Home, Me};
pub use engine::{Config, Engine};
pub use error::{Error, Invalid, LoginError, Refusal, TransportError};
pub use event::{Event, EventKind, FeedChange, Frame, Message, RoomSnapshot};
pub use ids::{EventId, MessageId, RoomId, UserId};
pub use secret::Secret;
pub use server::{CustomServer, Server};
pub use time::Now;
