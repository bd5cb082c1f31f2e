//! The protocol of Stack Exchange chat as pure state machines.

pub mod endpoint;
pub mod engine;
pub mod event;

mod calendar;
mod cookies;
mod credentials;
mod error;
mod excerpt;
mod html;
mod ids;
mod server;
mod time;

pub use calendar::{Day, NotADay, PageTime};
pub use credentials::Credentials;
pub use endpoint::{Home, Me};
pub use engine::{Config, Engine};
pub use error::{Error, Invalid, LoginError, Refusal, TransportError};
pub use event::{Event, EventKind, FeedChange, Frame, Message, RoomSnapshot};
pub use ids::{EventId, MessageId, RoomId, UserId};
pub use server::{CustomServer, Server};
pub use time::Now;
