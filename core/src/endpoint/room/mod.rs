//! Rooms: their events, entering and leaving, and what can be read about them.

mod info_tabs;
mod leave_room;
mod list_rooms;
mod open_room;
mod pingable_users;
mod poll_events;
mod room_card;
mod room_events;
mod room_info;
mod room_script;
mod room_thumbs;
mod socket_address;
mod user_card;

pub use info_tabs::{AccessList, Notes, NotesTab, RoomAccess, RoomNotes, RoomStars, StarsPage};
pub use leave_room::LeaveRoom;
pub use list_rooms::{ListRooms, RoomList, RoomSort, RoomTab};
pub use open_room::{OpenRoom, OtherRoom, RoomView};
pub use pingable_users::{PingableUser, PingableUsers};
pub use poll_events::PollEvents;
pub use room_card::RoomCard;
pub(super) use room_card::cards;
pub use room_events::RoomEvents;
pub use room_info::{InfoUsers, RoomDetails, RoomInfo};
pub use room_thumbs::{RoomThumbs, Thumbs};
pub use socket_address::SocketAddress;
pub use user_card::UserCard;
