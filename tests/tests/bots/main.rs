//! Bots tested as their authors test them: in a simulation, with no network. Most are the very examples, which
//! `tests/examples.rs` of each crate for a runtime tries as programs over sockets.

/// An example, with all that it has: `main` is for the program, and the rest is private to its file there.
macro_rules! example {
    ($name:ident, $path:literal) => {
        #[allow(dead_code, unreachable_pub, reason = "it is a program as well")]
        #[path = $path]
        mod $name;
    };
}

example!(bridge_example, "../../../runtime-tokio/examples/bridge.rs");
example!(dice, "../../../runtime-tokio/examples/dice.rs");
example!(echo_async_std, "../../../runtime-async-std/examples/echo_async_std.rs");
example!(echo_blocking, "../../../runtime-blocking/examples/echo_blocking.rs");
example!(echo_tokio, "../../../runtime-tokio/examples/echo_tokio.rs");
example!(send_once_example, "../../../runtime-blocking/examples/send_once.rs");
example!(watcher_example, "../../../runtime-tokio/examples/watcher.rs");

mod bridge;
mod census;
mod commands;
mod echo;
mod reminder;
mod send_once;
mod watcher;
