//! Endpoints that read, against the simulated server as a value: what it knows is what they say.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod messages;
mod mutations;
mod reading;
mod rooms;
mod stage;
mod users;
