//! The page of a local chat in a real browser: what its buttons do, and that nothing that is said can run there.
//!
//! Where there is no Chromium these tests say so and do nothing.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod chromium;
#[allow(dead_code, unreachable_pub, reason = "it is a program as well")]
#[path = "../../../runtime-tokio/examples/dice.rs"]
mod dice;
mod doing;
mod hostile;
mod picture;

use sechat_fixtures::{Listener, ListenerOptions, Setup};

fn local_chat(setup: Setup) -> Listener {
    Listener::start_with(ListenerOptions::new(setup).local_chat()).unwrap()
}

const LIVE: &str = "document.querySelector('#local-link').dataset.state === 'live'";
