//! What is the account's own: its text, whom it ignores, which rooms it likes.

mod edit_bio;
mod favorite_room;
mod ignore_list;

pub use edit_bio::EditBio;
pub use favorite_room::FavoriteRoom;
pub use ignore_list::{IgnoreList, IgnoreUser, UnignoreUser};
