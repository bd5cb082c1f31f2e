//! Scripted scenes: one engine, one simulated server, and a network that does as it is told.
//!
//! Where [`sechat_fixtures::World`] draws whole worlds from seeds, a [`Duo`] plays one scene: it carries everything over
//! at once and without loss until the scene says otherwise, under a virtual clock. It also keeps an eye on what must
//! hold in every scene: cookies and passwords go to their own hosts only, no error shows a secret, no deadline that was
//! handled stays, and nothing goes on for ever.

#![expect(clippy::missing_panics_doc, reason = "a scene that goes wrong panics, that is what it is for")]

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}

/// And so does that on watchdogs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/observability.md")]
pub mod observability {}

/// And that on recordings, where it is run as well.
#[cfg(doctest)]
#[doc = include_str!("../../docs/recordings.md")]
pub mod recordings {}

mod answers;
mod cast;
mod chaos;
pub mod conformance;
mod duo;
pub mod echo;
mod endpoints;
mod example;
mod network;
mod play;
mod secrets;

pub use answers::read_by_all;
pub use cast::{ADA, BOT, EMAIL, OTHER, PASSWORD, PRIVATE, ROOM, pasted};
pub use chaos::Chaos;
pub use duo::Duo;
pub use endpoints::{Endpoints, public_endpoints, root, source_files};
pub use example::{Ended, Example, PATIENCE, example};
pub use network::{Fate, FrameFate, Sent, answer, gaps, page, redirect};
