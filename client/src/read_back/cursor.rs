//! The places that reading can go on from.

use std::fmt::Debug;

use sechat_core::Event;
use sechat_core::endpoint::{
    Endpoint, FoundMessage, ListRooms, RoomCard, RoomCursor, RoomEvents, RoomList, RoomStars, SearchMessages,
    SearchPage, StarsPage, Transcript, TranscriptPage,
};
use sechat_core::event::RoomSnapshot;
use serde::{Deserialize, Serialize};

/// Messages in one answer: enough to make a request worth it, few enough for a reader who stops soon.
const PAGE: u16 = 100;

/// A place that reading can go on from: a plain value, which serde stores. Nobody else can add one.
pub trait Cursor: Clone + Debug + Send + Unpin + sealed::Sealed + 'static {
    /// The call for the next page.
    #[doc(hidden)]
    type Call: Endpoint;

    /// What is read.
    type Item: Debug + Send + Unpin + 'static;

    #[doc(hidden)]
    fn call(&self) -> Self::Call;

    /// What is on a page, and the place after it. It always moves on, so that reading comes to an end.
    #[doc(hidden)]
    fn turn(&self, page: <Self::Call as Endpoint>::Output) -> (Vec<Self::Item>, Option<Self>);

    /// The place after an item of the page that begins here, if there is one between pages.
    #[doc(hidden)]
    #[must_use = "the place itself does not move"]
    fn past(self, item: &Self::Item) -> Self;
}

/// A place in the transcript of a room that is read on from there, the way it was said; a [`Transcript`] itself is read
/// back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is a place and a direction")]
pub struct Onward(pub Transcript);

mod sealed {
    #[expect(unnameable_types, reason = "nobody else has cursors")]
    pub trait Sealed {}
}

impl sealed::Sealed for RoomCursor {}
impl sealed::Sealed for Transcript {}
impl sealed::Sealed for Onward {}
impl sealed::Sealed for SearchMessages {}
impl sealed::Sealed for RoomStars {}
impl sealed::Sealed for ListRooms {}

/// Messages as `MessagePosted` events, the newest first.
impl Cursor for RoomCursor {
    type Call = RoomEvents;
    type Item = Event;

    fn call(&self) -> RoomEvents {
        (*self).call(PAGE)
    }

    fn turn(&self, page: RoomSnapshot) -> (Vec<Event>, Option<Self>) {
        let next = self.after(&page);
        let mut events: Vec<_> = page.events.into_iter().filter(|event| event.message().is_some()).collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.message().map(|message| message.id)));
        (events, next)
    }

    fn past(self, item: &Event) -> Self {
        item.message().map_or(self, |message| Self::before(self.room, message.id))
    }
}

/// Pages, the last day first.
impl Cursor for Transcript {
    type Call = Self;
    type Item = TranscriptPage;

    fn call(&self) -> Self {
        *self
    }

    fn turn(&self, page: TranscriptPage) -> (Vec<TranscriptPage>, Option<Self>) {
        let earlier = |next: &Self| match *next {
            Self::Day(_, day) => day < page.day,
            Self::Hours(_, day, from, _) => day == page.day && page.hours.is_some_and(|(here, _)| from < here),
            _ => false,
        };
        let next = page.previous().filter(earlier);
        (vec![page], next)
    }

    fn past(self, _item: &TranscriptPage) -> Self {
        self
    }
}

/// Pages on which something was said, the first day first.
impl Cursor for Onward {
    type Call = Transcript;
    type Item = TranscriptPage;

    fn call(&self) -> Transcript {
        self.0
    }

    fn turn(&self, page: TranscriptPage) -> (Vec<TranscriptPage>, Option<Self>) {
        let later = |next: &Transcript| match *next {
            Transcript::Day(_, day) => day > page.day,
            Transcript::Hours(_, day, from, _) => day == page.day && page.hours.is_some_and(|(_, to)| from >= to),
            _ => false,
        };
        let next = page.next().filter(later).map(Self);
        (if page.messages.is_empty() { vec![] } else { vec![page] }, next)
    }

    fn past(self, _item: &TranscriptPage) -> Self {
        self
    }
}

/// Messages, the newest first.
impl Cursor for SearchMessages {
    type Call = Self;
    type Item = FoundMessage;

    fn call(&self) -> Self {
        self.clone()
    }

    fn turn(&self, page: SearchPage) -> (Vec<FoundMessage>, Option<Self>) {
        let next = page.next.filter(|next| next.page > self.page && !page.messages.is_empty());
        (page.messages, next)
    }

    fn past(self, _item: &FoundMessage) -> Self {
        self
    }
}

/// Rooms, in the order that was asked for.
impl Cursor for ListRooms {
    type Call = Self;
    type Item = RoomCard;

    fn call(&self) -> Self {
        self.clone()
    }

    fn turn(&self, page: RoomList) -> (Vec<RoomCard>, Option<Self>) {
        let next = page.next.filter(|next| next.page > self.page && !page.rooms.is_empty());
        (page.rooms, next)
    }

    fn past(self, _item: &RoomCard) -> Self {
        self
    }
}

/// Messages, the newest first.
impl Cursor for RoomStars {
    type Call = Self;
    type Item = FoundMessage;

    fn call(&self) -> Self {
        *self
    }

    fn turn(&self, page: StarsPage) -> (Vec<FoundMessage>, Option<Self>) {
        let next = page.next.filter(|next| next.page > self.page && !page.messages.is_empty());
        (page.messages, next)
    }

    fn past(self, _item: &FoundMessage) -> Self {
        self
    }
}
