//! Rooms: their events, entering and leaving.

mod leave_room;
mod poll_events;
mod room_events;
mod socket_address;

pub use leave_room::LeaveRoom;
pub use poll_events::PollEvents;
pub use room_events::RoomEvents;
pub use socket_address::SocketAddress;
