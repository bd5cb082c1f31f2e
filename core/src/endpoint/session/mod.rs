//! Logging in, and what the pages say of a session.

mod chat_home;
mod favorite_rooms;
mod home;
mod login_page;
mod logout;
mod room_page;
mod submit_login;
mod validate_login;

pub use chat_home::ChatHome;
pub use favorite_rooms::FavoriteRooms;
pub use home::{Home, Me};
pub use login_page::{LoginPage, LoginPageAnswer};
pub use logout::{Logout, LogoutPage};
pub use room_page::RoomPage;
pub use submit_login::SubmitLogin;
pub use validate_login::ValidateLogin;
