//! The literal address of each page that is read.

use super::*;
use crate::{Day, MessageId, RoomId, UserId};

fn address(call: &impl Endpoint) -> String {
    let request = call.request(Session { server: &Server::StackExchange, fkey: "k" });
    assert_eq!((request.method().as_str(), request.body().is_empty()), ("GET", true));
    request.uri().to_string().strip_prefix("https://chat.stackexchange.com").unwrap().to_owned()
}

#[test]
fn pages_have_these_addresses() {
    let (room, message, user) = (RoomId(7), MessageId(5), UserId(-2));
    let day = Day::new(2018, 3, 9).unwrap();
    assert_eq!(address(&MessageHistory { message }), "/messages/5/history");
    assert_eq!(address(&Transcript::Latest(room)), "/transcript/7");
    assert_eq!(address(&Transcript::Day(room, day)), "/transcript/7/2018/3/9/0-24");
    assert_eq!(address(&Transcript::Hours(room, day, 3, 12)), "/transcript/7/2018/3/9/3-12");
    assert_eq!(address(&Transcript::Around(message)), "/transcript/message/5");
    assert_eq!(address(&StarredMessages { room, count: 0 }), "/chats/stars/7?count=0");
    assert_eq!(address(&RoomStars { room, page: 1 }), "/rooms/info/7?tab=stars");
    assert_eq!(address(&RoomStars { room, page: 2 }), "/rooms/info/7?tab=stars&page=2");
    assert_eq!(address(&RoomAccess { room }), "/rooms/info/7?tab=access");
    for (tab, name) in
        [(NotesTab::Conversations, "conversations"), (NotesTab::Schedule, "schedule"), (NotesTab::Feeds, "feeds")]
    {
        assert_eq!(address(&RoomNotes { room, tab }), format!("/rooms/info/7?tab={name}"));
    }
    assert_eq!(address(&RoomInfo { room, users: InfoUsers::Current }), "/rooms/info/7?tab=general&users=current");
    assert_eq!(address(&RoomInfo { room, users: InfoUsers::Frequent }), "/rooms/info/7?tab=general&users=frequent");
    assert_eq!(address(&OpenRoom { room }), "/rooms/7");
    assert_eq!(address(&UserProfile { user }), "/users/-2?tab=general&rooms=frequent");
    assert_eq!(address(&ListRooms::default()), "/rooms?tab=all&sort=active&pageSize=20&page=1");
    let (tab, sort) = (RoomTab::Mine, RoomSort::Event);
    let list = ListRooms { tab, sort, filter: "a & b".into(), page: 3, page_size: 5, frozen: true };
    assert_eq!(address(&list), "/rooms?tab=mine&sort=event&filter=a+%26+b&pageSize=5&page=3&nohide=true");
    let search = SearchMessages::new("a b");
    assert_eq!(address(&search), "/search?q=a+b&page=1&pagesize=50&sort=newest");
    let search = SearchMessages { room: Some(room), user: Some(user), page: 0, page_size: 200, ..search };
    assert_eq!(address(&search), "/search?q=a+b&room=7&user=-2&page=1&pagesize=100&sort=newest");
}
