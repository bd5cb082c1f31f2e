//! One answer, read by every endpoint.

use std::any::type_name;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::unverified::{DeleteRoom, FreezeRoom, MoveMessagesToNew};
use sechat_core::endpoint::{
    Acknowledge, Bookmark, ChatHome, ChatUserOf, ClearStars, DefaultAccess, DeleteBookmark, DeleteMessage,
    DeleteMessages, EditBio, EditMessage, Endpoint, FavoriteRoom, FavoriteRooms, FlagForModerator, FlagMessage,
    FullMessage, IgnoreList, IgnoreUser, InfoUsers, InviteUser, KickMute, LeaveAllRooms, LeaveRoom, ListRooms,
    LoginPage, Logout, LogoutPage, MessageHistory, MessageHtml, MessageSource, MoveMessages, NewMessage, NotesTab,
    OpenRoom, PairOff, PinMessage, PingableUsers, PollEvents, PurgeHistory, RequestAccess, RoomAccess, RoomEvents,
    RoomInfo, RoomNotes, RoomPage, RoomStars, RoomThumbs, SaveRoom, SearchMessages, SetUserAccess, SocketAddress,
    StarMessage, StarredMessages, SubmitLogin, TimeoutRoom, Transcript, UnignoreUser, UnpinMessage, UnreadCounts,
    UploadImage, UserAccess, UserInfo, UserProfile, UserSearch, UserThumbs, ValidateLogin,
};
use sechat_core::engine::ReplyStyle;
use sechat_core::{Error, EventId, MessageId, RoomId, Server, UserId};

/// What each endpoint makes of an answer: its name, and the error where it does not take it.
pub fn read_by_all(answer: &Response<Bytes>) -> Vec<(&'static str, Option<Error>)> {
    fn one<E: Endpoint>(call: &E, answer: &Response<Bytes>) -> (&'static str, Option<Error>) {
        (type_name::<E>().rsplit("::").next().unwrap_or_default(), call.parse(answer).err())
    }
    let (room, message, style) = (RoomId(1), MessageId(2), ReplyStyle::default());
    let (email, password) = ("a@b.example".to_owned(), "p".to_owned());
    let text = "text".to_owned();
    let user = UserId(3);
    vec![
        one(&LoginPage, answer),
        one(&ValidateLogin { email: email.clone(), password: password.clone().into(), fkey: "k".into() }, answer),
        one(&SubmitLogin { email, password: password.into(), fkey: "k".into() }, answer),
        one(&ChatHome, answer),
        one(&FavoriteRooms, answer),
        one(&RoomPage { room }, answer),
        one(&SocketAddress::new(room, &Server::StackExchange), answer),
        one(&RoomEvents::latest(room, 1), answer),
        one(&PollEvents { rooms: vec![(room, EventId(1))] }, answer),
        one(&NewMessage { room, text: text.clone(), parent: None, style }, answer),
        one(&EditMessage { message, text: text.clone(), parent: None, style }, answer),
        one(&DeleteMessage { message }, answer),
        one(&Acknowledge { messages: vec![message] }, answer),
        one(&LeaveRoom { room }, answer),
        one(&MessageSource { message }, answer),
        one(&MessageHtml { message }, answer),
        one(&FullMessage { room, message }, answer),
        one(&MessageHistory { message }, answer),
        one(&RoomThumbs { room }, answer),
        one(&PingableUsers { room }, answer),
        one(&OpenRoom { room }, answer),
        one(&ListRooms::default(), answer),
        one(&RoomInfo { room, users: InfoUsers::Current }, answer),
        one(&RoomAccess { room }, answer),
        one(&RoomStars { room, page: 1 }, answer),
        one(&RoomNotes { room, tab: NotesTab::Feeds }, answer),
        one(&UserInfo { users: vec![user], room }, answer),
        one(&UserThumbs { user }, answer),
        one(&UserProfile { user }, answer),
        one(&UserSearch { query: "x".into(), limit: 9 }, answer),
        one(&ChatUserOf { account: 1 }, answer),
        one(&UnreadCounts, answer),
        one(&Transcript::Latest(room), answer),
        one(&StarredMessages { room, count: 0 }, answer),
        one(&SearchMessages::new("x"), answer),
        one(&StarMessage { message }, answer),
        one(&ClearStars { message }, answer),
        one(&PinMessage { message }, answer),
        one(&UnpinMessage { message }, answer),
        one(&FlagMessage { message }, answer),
        one(&FlagForModerator { message, text: text.clone() }, answer),
        one(&MoveMessages { room, messages: vec![message], to: room }, answer),
        one(&Bookmark { room, first: message, last: MessageId(9), title: text.clone() }, answer),
        one(&DeleteBookmark { room, slug: text.clone() }, answer),
        one(&DeleteMessages { room, messages: vec![message] }, answer),
        one(&PurgeHistory { message }, answer),
        one(&LeaveAllRooms, answer),
        one(
            &SaveRoom {
                room: None,
                name: text.clone(),
                description: text.clone(),
                tags: vec![],
                host: text.clone(),
                access: DefaultAccess::ReadWrite,
            },
            answer,
        ),
        one(&FavoriteRoom { room }, answer),
        one(&InviteUser { user, room }, answer),
        one(&PairOff { user, name: text.clone() }, answer),
        one(&RequestAccess { room }, answer),
        one(&SetUserAccess { room, user, access: UserAccess::Owner }, answer),
        one(&KickMute { room, user, reason: None }, answer),
        one(&TimeoutRoom { room, duration: Duration::from_secs(9), reason: text.clone() }, answer),
        one(&EditBio { user, bio: text.clone() }, answer),
        one(&IgnoreList, answer),
        one(&IgnoreUser { user }, answer),
        one(&UnignoreUser { user }, answer),
        one(&UploadImage::bytes("a.png", "x", "image/png"), answer),
        one(&LogoutPage, answer),
        one(&Logout { fkey: "k".into() }, answer),
        one(&FreezeRoom { room, frozen: true }, answer),
        one(&DeleteRoom { room, deleted: true }, answer),
        one(&MoveMessagesToNew { room, messages: vec![message], title: text.clone() }, answer),
    ]
}
