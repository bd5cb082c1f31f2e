//! The program as its users run it, against a simulated server on loopback.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers as well")]

mod acting;
mod demo;
mod help;
mod keeping;
mod login;
mod reading;
mod recording;
mod send;
mod serve;
mod stage;
mod tail;
mod transcript;
mod whoami;
