//! One module for each command.

mod delete;
mod demo;
mod edit;
mod history;
mod login;
mod pin;
mod room;
mod search;
mod send;
mod serve;
mod star;
mod stars;
mod tail;
mod text;
mod user;
mod users;
mod whoami;

pub(crate) use delete::Delete;
pub(crate) use demo::Demo;
pub(crate) use edit::Edit;
pub(crate) use history::History;
pub(crate) use login::Login;
pub(crate) use pin::Pin;
pub(crate) use room::ShowRoom;
pub(crate) use search::Search;
pub(crate) use send::Send;
pub(crate) use serve::Serve;
pub(crate) use star::Star;
pub(crate) use stars::Stars;
pub(crate) use tail::Tail;
pub(crate) use user::ShowUser;
pub(crate) use users::Users;
pub(crate) use whoami::Whoami;
