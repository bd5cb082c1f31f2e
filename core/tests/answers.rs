//! Whatever a server answers, every endpoint gives a result: no panic, and no secret in an error.

use bytes::Bytes;
use http::Response;
use proptest::prelude::*;
use sechat_core::endpoint::{
    Acknowledge, ChatHome, ChatUserOf, DeleteMessage, EditMessage, Endpoint, FavoriteRooms, FullMessage, InfoUsers,
    LeaveRoom, ListRooms, LoginPage, MessageHistory, MessageHtml, MessageSource, NewMessage, NotesTab, OpenRoom,
    PingableUsers, PollEvents, RoomAccess, RoomEvents, RoomInfo, RoomNotes, RoomPage, RoomStars, RoomThumbs,
    SearchMessages, SocketAddress, StarredMessages, SubmitLogin, Transcript, UnreadCounts, UserInfo, UserProfile,
    UserSearch, UserThumbs, ValidateLogin,
};
use sechat_core::engine::ReplyStyle;
use sechat_core::{Error, EventId, MessageId, RoomId, Server, UserId};

const FKEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const COOKIE: &str = "acct=t=Zm9vYmFy&s=cXV1eA; prov=8a4b6c1d-0123-4567-89ab-0123456789ab";

/// The error of each endpoint that does not take the answer.
fn errors(answer: &Response<Bytes>) -> Vec<Error> {
    fn one(call: &impl Endpoint, answer: &Response<Bytes>) -> Option<Error> {
        call.parse(answer).err()
    }
    let (room, message, style) = (RoomId(1), MessageId(2), ReplyStyle::default());
    let (email, password) = ("a@b.example".to_owned(), "p".to_owned());
    let text = "text".to_owned();
    let user = UserId(3);
    [
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
        one(&EditMessage { message, text, parent: None, style }, answer),
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
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn answer(status: u16, location: Option<String>, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).expect("three digits");
    if let Some(value) = location.and_then(|location| location.parse().ok()) {
        response.headers_mut().insert("location", value);
    }
    response
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![
        prop::sample::select(&[200, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 522][..]),
        100_u16..1000
    ]
}

proptest! {
    #[test]
    fn no_answer_makes_a_panic(
        status in statuses(), location in prop::option::of(".{0,40}"), body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        errors(&answer(status, location, body));
    }

    #[test]
    fn no_error_shows_a_secret(
        status in statuses(),
        around in prop::sample::select(&[
            ("", ""), ("<p>", "</p>"), ("<title>", "</title>"), ("\"", "\""), ("{\"id\":\"", "\"}"), ("<a href='", "'>x"),
            ("{\"r1\":\"", ""), ("<input name=\"fkey\" value=\"", "\">"), ("You cannot: ", ", sorry"),
        ][..]),
        padding in 0_usize..220,
    ) {
        let (before, after) = around;
        let secrets = format!("{FKEY} {COOKIE}");
        let body = format!("{before}{}{secrets}{after}", "x ".repeat(padding));
        let location = format!("/somewhere/{FKEY}?{COOKIE}");
        for error in errors(&answer(status, Some(location), body.into_bytes())) {
            let shown = format!("{error} {error:?}");
            for secret in [&FKEY[..12], "Zm9vYmFy", "cXV1eA", "8a4b6c1d"] {
                prop_assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
