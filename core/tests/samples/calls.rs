//! One call of every endpoint, and what it makes of an answer.

use std::any::type_name;
use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::unverified::{DeleteRoom, FreezeRoom, MoveMessagesToNew};
use sechat_core::endpoint::{
    Acknowledge, Bookmark, ChatHome, ChatUserOf, ClearStars, DefaultAccess, DeleteBookmark, DeleteMessage,
    DeleteMessages, EditBio, EditMessage, Endpoint, FavoriteRoom, FavoriteRooms, FlagForModerator, FlagMessage,
    FullMessage, Home, IgnoreList, IgnoreUser, InfoUsers, InviteUser, KickMute, LeaveAllRooms, LeaveRoom, ListRooms,
    LoginPage, LoginPageAnswer, Logout, LogoutPage, MessageHistory, MessageHtml, MessageSource, MoveMessages,
    NewMessage, NotesTab, OpenRoom, PairOff, PinMessage, PingableUsers, PollEvents, PurgeHistory, RequestAccess,
    RoomAccess, RoomEvents, RoomInfo, RoomNotes, RoomPage, RoomStars, RoomThumbs, SaveRoom, SearchMessages,
    SetUserAccess, SocketAddress, StarMessage, StarredMessages, SubmitLogin, TimeoutRoom, Transcript, UnignoreUser,
    UnpinMessage, UnreadCounts, UploadImage, UserAccess, UserInfo, UserProfile, UserSearch, UserThumbs, ValidateLogin,
};
use sechat_core::engine::ReplyStyle;
use sechat_core::{EventId, MessageId, RoomId, Secret, Server, UserId};
use serde::Serialize;
use serde_json::{Value, json};

use super::shown;

/// By the name of an endpoint, what it makes of an answer.
pub(crate) type Calls = BTreeMap<&'static str, Box<dyn Fn(&Response<Bytes>) -> Value>>;

/// The calls are about room 1, message 5001 and user 102.
pub(crate) fn all() -> Calls {
    let (room, message, style) = (RoomId(1), MessageId(5001), ReplyStyle::default());
    let (email, password) = ("a@b.example".to_owned(), "p".to_owned());
    let text = "text".to_owned();
    let user = UserId(102);
    let mut calls = Table::default();
    calls.told(LoginPage, |answer| match answer {
        LoginPageAnswer::Form { fkey, .. } => json!({ "fkey": fkey.expose() }),
        other => json!(format!("{other:?}")),
    });
    calls.plain(ValidateLogin { email: email.clone(), password: password.clone().into(), fkey: "k".into() });
    calls.plain(SubmitLogin { email, password: password.into(), fkey: "k".into() });
    calls.told(LogoutPage, |fkey| json!({ "fkey": fkey.expose() }));
    calls.plain(Logout { fkey: "k".into() });
    calls.told(ChatHome, home);
    calls.told(FavoriteRooms, home);
    calls.told(RoomPage { room }, home);
    calls.told(SocketAddress::new(room, &Server::StackExchange), |url| json!(url.as_str()));
    calls.told(RoomEvents::latest(room, 1), |snapshot| shown::snapshot(&snapshot));
    calls.told(PollEvents { rooms: vec![(room, EventId(1))] }, |frame| shown::frame(&Ok(frame)));
    calls.plain(NewMessage { room, text: text.clone(), parent: None, style });
    calls.plain(EditMessage { message, text: text.clone(), parent: None, style });
    calls.plain(DeleteMessage { message });
    calls.plain(DeleteMessages { room, messages: vec![message] });
    calls.plain(StarMessage { message });
    calls.plain(ClearStars { message });
    calls.plain(PinMessage { message });
    calls.plain(UnpinMessage { message });
    calls.plain(FlagMessage { message });
    calls.plain(FlagForModerator { message, text: text.clone() });
    calls.plain(MoveMessages { room, messages: vec![message], to: room });
    calls.plain(MoveMessagesToNew { room, messages: vec![message], title: text.clone() });
    calls.plain(Bookmark { room, first: message, last: MessageId(9), title: text.clone() });
    calls.plain(DeleteBookmark { room, slug: text.clone() });
    calls.plain(PurgeHistory { message });
    calls.plain(Acknowledge { messages: vec![message] });
    calls.plain(LeaveRoom { room });
    calls.plain(LeaveAllRooms);
    calls.plain(MessageSource { message });
    calls.plain(MessageHtml { message });
    calls.plain(FullMessage { room, message });
    calls.plain(MessageHistory { message });
    calls.plain(RoomThumbs { room });
    calls.plain(PingableUsers { room });
    calls.plain(OpenRoom { room });
    calls.plain(ListRooms::default());
    calls.plain(RoomInfo { room, users: InfoUsers::Current });
    calls.plain(RoomAccess { room });
    calls.plain(RoomStars { room, page: 1 });
    calls.plain(RoomNotes { room, tab: NotesTab::Feeds });
    calls.plain(FavoriteRoom { room });
    calls.plain(InviteUser { user, room });
    calls.plain(PairOff { user, name: text.clone() });
    calls.plain(RequestAccess { room });
    calls.plain(SetUserAccess { room, user, access: UserAccess::Owner });
    calls.plain(KickMute { room, user, reason: None });
    calls.plain(TimeoutRoom { room, duration: Duration::from_secs(9), reason: text.clone() });
    calls.plain(FreezeRoom { room, frozen: true });
    calls.plain(DeleteRoom { room, deleted: true });
    calls.plain(SaveRoom {
        room: None,
        name: text.clone(),
        description: text.clone(),
        tags: vec![],
        host: text.clone(),
        access: DefaultAccess::ReadWrite,
    });
    calls.plain(UserInfo { users: vec![user], room });
    calls.plain(UserThumbs { user });
    calls.plain(UserProfile { user });
    calls.plain(UserSearch { query: "x".into(), limit: 9 });
    calls.plain(ChatUserOf { account: 1 });
    calls.plain(UnreadCounts);
    calls.plain(EditBio { user, bio: text.clone() });
    calls.plain(IgnoreList);
    calls.plain(IgnoreUser { user });
    calls.plain(UnignoreUser { user });
    calls.told(UploadImage::bytes("a.png", "x", "image/png"), |url| json!(url.as_str()));
    calls.plain(Transcript::Latest(room));
    calls.plain(StarredMessages { room, count: 0 });
    calls.plain(SearchMessages::new("x"));
    calls.0
}

#[expect(clippy::needless_pass_by_value, reason = "it is what becomes of an output")]
fn home(home: Home) -> Value {
    let me = home.me.as_ref().map(|me| json!({ "id": me.id, "name": me.name }));
    json!({ "me": me, "visitor": home.visitor, "fkey": home.fkey.as_ref().map(Secret::expose) })
}

#[derive(Default)]
struct Table(Calls);

impl Table {
    fn plain<E: Endpoint<Output: Serialize>>(&mut self, call: E) {
        self.told(call, |output| serde_json::to_value(output).expect("JSON"));
    }

    fn told<E: Endpoint>(&mut self, call: E, tell: fn(E::Output) -> Value) {
        let name = type_name::<E>().rsplit("::").next().unwrap_or_default();
        let read = move |response: &Response<Bytes>| match call.parse(response) {
            Ok(output) => json!({ "Ok": tell(output) }),
            Err(error) => json!({ "Err": format!("{error:?}") }),
        };
        assert!(self.0.insert(name, Box::new(read)).is_none(), "{name} twice");
    }
}
