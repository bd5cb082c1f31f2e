//! Users: found, looked up, and what waits for oneself.

mod chat_user;
mod chat_user_of;
mod unread_counts;
mod user_info;
mod user_profile;
mod user_search;
mod user_thumbs;

pub use chat_user::ChatUser;
pub use chat_user_of::ChatUserOf;
pub use unread_counts::{Unread, UnreadCounts};
pub use user_info::UserInfo;
pub use user_profile::{Profile, UserProfile};
pub use user_search::{FoundUser, UserSearch};
pub use user_thumbs::{ThumbsRoom, ThumbsUser, UserThumbs};
