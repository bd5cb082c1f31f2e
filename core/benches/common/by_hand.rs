//! What a bot without a library does for a call.

use std::hint::black_box;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, REFERER, USER_AGENT};
use http::{Request, Response};

const COOKIES: &str = "acct=a; prov=p";
const FKEY: &str = "0123456789abcdef0123456789abcdef";
const AGENT: &str = "bot/1.0 (+https://example.com/bot)";

/// Builds a request, and reads its answer.
pub(crate) fn by_hand<T>(
    method: &str,
    path: &str,
    form: Option<&[(&str, &str)]>,
    answer: &'static str,
    read: impl FnOnce(&Bytes) -> T,
) -> T {
    let body = form.map_or(String::new(), |fields| {
        form_urlencoded::Serializer::new(String::new()).append_pair("fkey", FKEY).extend_pairs(fields).finish()
    });
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://chat.stackexchange.com{path}"))
        .header(ACCEPT, "application/json")
        .header(COOKIE, COOKIES)
        .header(USER_AGENT, AGENT);
    if form.is_some() {
        request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(REFERER, "https://chat.stackexchange.com/rooms/1");
    }
    black_box(request.body(Bytes::from(body)).expect("a request"));
    let answer = Response::new(Bytes::from_static(answer.as_bytes()));
    read(black_box(answer).body())
}
