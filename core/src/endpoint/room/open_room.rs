//! A room as the browser opens it.

use bytes::Bytes;
use http::{Request, Response};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::room_script::arguments;
use crate::endpoint::answer::Answer;
use crate::endpoint::page;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::user::ChatUser;
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::{Element, Missing, Region, scripts, selectors as at};
use crate::{Error, Refusal, RoomId, UserId};

/// `GET CHAT/rooms/R`: who is in a room, and in what state it is (protocol notes, 5.7).
///
/// Needs no account in public rooms; the server may take it for entering. A private room one may not see is
/// [`Refusal::NoSuchRoomOrNoPermission`], though its page comes with status 200.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the address has these parts")]
pub struct OpenRoom {
    /// The room.
    pub room: RoomId,
}

/// What the page of a room says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomView {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// What it is about: HTML.
    pub description: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Nobody writes in it any more.
    pub frozen: bool,
    /// It is gone for everybody but moderators.
    pub deleted: bool,
    /// Whether there is a box to write in.
    pub may_write: bool,
    /// Whose session it is; `None` for visitors.
    pub me: Option<UserId>,
    /// Who is in the room.
    pub users: Vec<ChatUser>,
    /// What the script has in the place where the ignored users are taken to be; empty for nobody.
    pub ignored: Vec<UserId>,
    /// The other rooms that one is in.
    pub others: Vec<OtherRoom>,
}

/// Another room that one is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OtherRoom {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// When something was last said in it, in seconds since 1970.
    pub last_message: Option<u64>,
}

impl Endpoint for OpenRoom {
    type Output = RoomView;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.room(self.room), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<RoomView, Error> {
        let answer = Answer::of("the room's page", response);
        if answer.page()?.title().is_some_and(|title| title.starts_with("Access Denied")) {
            return Err(Error::Refused { status: answer.status(), reason: Refusal::NoSuchRoomOrNoPermission });
        }
        let script = scripts(response.body());
        let view = answer.read(|page| read(page, &script))?;
        if view.id == self.room { Ok(view) } else { Err(answer.changed("the room that was asked for")) }
    }
}

fn read(page: Region<'_>, script: &str) -> Result<RoomView, Missing> {
    let started = || page.missing("StartChat({…}, USER, {id:ROOM,…,deleted:…,frozen:…}, …)");
    let arguments_of_start = arguments(script, "StartChat").ok_or_else(started)?;
    let [_, me, room, rest @ ..] = &arguments_of_start[..] else { return Err(started()) };
    let flag = |name: &str| room.get(name).and_then(Value::as_bool).ok_or_else(started);
    let me = me.as_i64().ok_or_else(started)?;
    let ignored = rest.first().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let name = page.one(at::ROOM_NAME)?.inner_text().filter(|name| !name.is_empty());
    let tags = page.some(at::ROOM_TAGS)?.map(|tags| page.inside(tags).and_then(page::tags)).transpose()?;
    Ok(RoomView {
        id: room.get("id").and_then(Value::as_u64).map(RoomId).ok_or_else(started)?,
        name: name.ok_or_else(|| page.missing(at::ROOM_NAME.text()))?,
        description: page.one(at::ROOM_DESCRIPTION)?.inner().unwrap_or_default().to_owned(),
        tags: tags.unwrap_or_default(),
        frozen: flag("frozen")?,
        deleted: flag("deleted")?,
        may_write: page.some(at::INPUT)?.is_some(),
        me: (me != 0).then_some(UserId(me)),
        users: users(page, script)?,
        ignored: ignored
            .iter()
            .filter_map(|id| id.as_str().map_or(id.as_i64(), |id| id.parse().ok()))
            .map(UserId)
            .collect(),
        others: page.some(at::MY_ROOM)?.map_or(Ok(Vec::new()), |list| others(page, list))?,
    })
}

/// From the attribute that pages have had since 2020, or else from the script.
fn users(page: Region<'_>, script: &str) -> Result<Vec<ChatUser>, Missing> {
    let looked_for = ".js-present[data-users], or initPresent([…]) in the script";
    let rows = match page.some(at::PRESENT)? {
        Some(present) => serde_json::from_str(&present.attribute("data-users").unwrap_or_default()).ok(),
        None => arguments(script, "initPresent").and_then(|arguments| arguments.into_iter().next()),
    };
    rows.and_then(|rows| serde_json::from_value(rows).ok()).ok_or_else(|| page.missing(looked_for))
}

fn others(page: Region<'_>, list: Element<'_>) -> Result<Vec<OtherRoom>, Missing> {
    let read = |(item, rest): (Element<'_>, Region<'_>)| {
        let missing = || rest.missing("li[id^=room-] a[href^=/rooms/]");
        let item_region = rest.inside(item)?;
        let id = item.attribute("id").and_then(|id| id.strip_prefix("room-")?.parse().ok()).ok_or_else(missing)?;
        let link =
            item_region.all(at::LINK).find(|link| link.attribute("href").and_then(|h| page::room_of(&h)) == Some(id));
        let time = item_region.some(at::LAST_TIME)?.and_then(Element::inner_text);
        Ok(OtherRoom {
            id,
            name: link.and_then(Element::inner_text).ok_or_else(missing)?,
            last_message: time.and_then(|time| time.parse().ok()),
        })
    };
    page.inside(list)?.split(at::MY_ROOM_ITEM).map(read).collect()
}
