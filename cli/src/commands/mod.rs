//! One module for each command.

mod demo;
mod login;
mod send;
mod serve;
mod tail;

pub(crate) use demo::Demo;
pub(crate) use login::Login;
pub(crate) use send::Send;
pub(crate) use serve::Serve;
pub(crate) use tail::Tail;
