//! The list of rooms, and search in it.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};

use super::room_card::{RoomCard, cards};
use crate::Error;
use crate::endpoint::answer::Answer;
use crate::endpoint::page;
use crate::endpoint::request::{HTML, get, with_query};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::selectors as at;

/// `GET CHAT/rooms`: rooms, filtered and sorted, page by page (protocol notes, 5.8).
///
/// It is its own cursor: [`RoomList::next`] gives the call for the next page, which can be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct ListRooms {
    /// Which rooms.
    pub tab: RoomTab,
    /// In which order.
    pub sort: RoomSort,
    /// Only rooms with these words; empty for all.
    pub filter: String,
    /// The page, from 1.
    pub page: u32,
    /// Rooms on a page.
    pub page_size: u16,
    /// Whether frozen rooms are listed as well.
    pub frozen: bool,
}

/// Which rooms to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RoomTab {
    /// All of the server.
    #[default]
    All,
    /// Those of the parent site.
    Site,
    /// One's favourites.
    Favorite,
    /// Those one owns.
    Mine,
    /// Those with an event to come.
    Events,
    /// Those one is invited to.
    Invited,
}

/// In which order to list rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RoomSort {
    /// The latest message first.
    #[default]
    Active,
    /// The newest room first.
    Created,
    /// The fullest room first.
    People,
    /// The next event first.
    Event,
}

/// A page of the list of rooms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomList {
    /// The rooms.
    pub rooms: Vec<RoomCard>,
    /// This page, from 1.
    pub page: u32,
    /// The last page that this one knows of.
    pub pages: u32,
    /// The call for the next page.
    pub next: Option<ListRooms>,
}

impl Default for ListRooms {
    fn default() -> Self {
        let (tab, sort, filter) = (RoomTab::default(), RoomSort::default(), String::new());
        Self { tab, sort, filter, page: 1, page_size: 20, frozen: false }
    }
}

impl Endpoint for ListRooms {
    type Output = RoomList;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let tab = match self.tab {
            RoomTab::All => "all",
            RoomTab::Site => "site",
            RoomTab::Favorite => "favorite",
            RoomTab::Mine => "mine",
            RoomTab::Events => "events",
            RoomTab::Invited => "invited",
        };
        let sort = match self.sort {
            RoomSort::Active => "active",
            RoomSort::Created => "created",
            RoomSort::People => "people",
            RoomSort::Event => "event",
        };
        let query = [
            ("tab", tab.to_owned()),
            ("sort", sort.to_owned()),
            ("filter", self.filter.clone()),
            ("pageSize", self.page_size.max(1).to_string()),
            ("page", self.page.max(1).to_string()),
            ("nohide", if self.frozen { "true".to_owned() } else { String::new() }),
        ];
        get(with_query(session.chat("/rooms"), &query), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<RoomList, Error> {
        let (rooms, page, pages) = Answer::of("the list of rooms", response).read(|page| {
            page.one(at::MAIN)?;
            let cards = cards(page)?;
            if page.first(at::ONE_SUBJECT).is_some() || cards.is_empty() && page.first(at::ROOM_LIST).is_none() {
                return Err(page.missing(at::ROOM_LIST.text()));
            }
            let (number, last) = page::paging(page)?;
            Ok((cards, number, last))
        })?;
        let next = (page < pages).then(|| Self { page: page + 1, ..self.clone() });
        Ok(RoomList { rooms, page, pages, next })
    }
}
