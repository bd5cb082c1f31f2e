//! Rooms: their events, entering and leaving, and keeping them.

mod invite_user;
mod kick_mute;
mod leave_all_rooms;
mod leave_room;
mod pair_off;
mod poll_events;
mod request_access;
mod room_events;
mod save_room;
mod set_user_access;
mod socket_address;
mod timeout_room;

pub use invite_user::InviteUser;
pub use kick_mute::KickMute;
pub use leave_all_rooms::LeaveAllRooms;
pub use leave_room::LeaveRoom;
pub use pair_off::PairOff;
pub use poll_events::PollEvents;
pub use request_access::RequestAccess;
pub use room_events::RoomEvents;
pub use save_room::{DefaultAccess, SaveRoom};
pub use set_user_access::{SetUserAccess, UserAccess};
pub use socket_address::SocketAddress;
pub use timeout_room::TimeoutRoom;
