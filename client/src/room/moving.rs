//! Messages that go to another room.

use std::time::Duration;

use sechat_core::endpoint::{MovePlan, NotMoved, RoomCursor};
use sechat_core::{Error, Event, MessageId, RoomId};

use super::Room;
use crate::reply::Reply;
use crate::runtime::Mode;

/// Between two calls (protocol notes, 4.8).
const PAUSE: Duration = Duration::from_secs(5);
/// What one answer holds at most, and how many answers are read to learn of messages without an author.
const PAGE: u16 = 500;
const PAGES: usize = 20;

/// What became of messages that were to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// How many the server moved: fewer than were sent when some were not in the room any more.
    pub moved: u64,
    /// Those that were not sent, and why.
    pub refused: Vec<(MessageId, NotMoved)>,
}

impl<M: Mode> Room<M> {
    /// Moves messages of this room to another one.
    ///
    /// One message without an author makes the server refuse all that come with it (protocol notes, 4.8), so the room is
    /// read back first to leave such ones out, up to 10 000 messages before the newest that is to be moved. More than
    /// 2048 messages go in several calls, 5 seconds apart. The reply makes these steps: await it. When it is dropped, the
    /// steps that are left are not made.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotRoomOwner`](crate::Refusal::NotRoomOwner) without the rights here, rights there are not needed;
    /// [`Error::Uncertain`] when an answer was lost. What earlier calls moved stays moved.
    pub fn move_messages(
        &self,
        messages: impl IntoIterator<Item = impl Into<MessageId>>,
        to: impl Into<RoomId>,
    ) -> M::Reply<Moved> {
        let (room, to) = (self.clone(), to.into());
        let messages: Vec<MessageId> = messages.into_iter().map(Into::into).collect();
        // As with stars: steps that each wait for the one before, which is the caller's business and not the engine's.
        let span = messages.iter().min().copied().zip(messages.iter().max().copied());
        let cursor =
            span.map(|(oldest, newest)| (oldest, RoomCursor::before(self.id, MessageId(newest.0.saturating_add(1)))));
        let first = cursor.map(|(_, cursor)| self.submit(cursor.call(PAGE)));
        M::hand_over(Reply::new(async move {
            let mut known = Vec::new();
            if let Some(((oldest, cursor), first)) = cursor.zip(first) {
                known = room.known(oldest, cursor, first.await?).await?;
            }
            let plan = MovePlan::new(room.id, to, messages, &known);
            let mut moved = 0;
            for (n, call) in plan.calls.into_iter().enumerate() {
                if n > 0 {
                    room.chat.connection().sleep(PAUSE).await?;
                }
                moved += room.submit(call).await?;
            }
            Ok(Moved { moved, refused: plan.refused })
        }))
    }

    /// The messages of some pages, back to the oldest that matters.
    async fn known(
        &self,
        oldest: MessageId,
        mut cursor: RoomCursor,
        mut page: sechat_core::RoomSnapshot,
    ) -> Result<Vec<Event>, Error> {
        let mut known = Vec::new();
        for _ in 0..PAGES {
            let next = cursor.after(&page);
            known.append(&mut page.events);
            match next {
                Some(next) if next.before.is_some_and(|before| before > oldest) => cursor = next,
                _ => break,
            }
            page = self.submit(cursor.call(PAGE)).await?;
        }
        Ok(known)
    }
}
