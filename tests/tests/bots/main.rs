//! Bots as their authors write them, for tokio and without async, tested as their authors test them: in a simulation, with
//! no network.

mod bridge;
mod commands;
mod echo;
mod reminder;
mod watcher;
