//! How requests are built. Cookies and `User-Agent` are added by the engine.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, REFERER};
use http::{Method, Request};
use url::Url;

use super::Session;
use crate::RoomId;
use crate::secret::Draft;

/// For pages.
pub(super) const HTML: &str = "text/html";
/// For answers in JSON.
pub(super) const JSON: &str = "application/json";
/// For answers that are a JSON string or a text.
pub(super) const TEXT: &str = "application/json, text/plain;q=0.9, */*;q=0.1";

/// A form body. The fkey is in it, or the password.
pub(super) struct Form(Draft);

impl Form {
    pub(super) fn new() -> Self {
        Self(Draft::default())
    }

    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.0.push_pair(name, value);
        self
    }

    pub(super) fn number(self, name: &str, value: u64) -> Self {
        self.field(name, &value.to_string())
    }

    pub(super) fn post(self, url: &Url, referer: &Url, accept: &'static str) -> Request<Bytes> {
        let mut request = request(Method::POST, url, accept, self.0.into_bytes());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(REFERER, HeaderValue::from_str(referer.as_str()).expect("a URL is ASCII"));
        request
    }
}

/// A page of the chat server.
pub(super) fn get(url: &Url, accept: &'static str) -> Request<Bytes> {
    request(Method::GET, url, accept, Bytes::new())
}

/// A query, with what is empty left out.
pub(super) fn with_query(mut url: Url, pairs: &[(&str, String)]) -> Url {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if !query.is_empty() {
        url.set_query(Some(&query));
    }
    url
}

impl Session<'_> {
    /// An address on the chat server. `path` has no query and needs no escaping.
    pub(super) fn chat(&self, path: &str) -> Url {
        at(self.server.chat(), path)
    }

    /// An address on the site to log in on.
    pub(super) fn login(&self, path: &str) -> Url {
        at(self.server.login(), path)
    }

    /// The page that the browser would be on: the safe choice for `Referer` (protocol notes, 0.4).
    pub(super) fn room(&self, room: RoomId) -> Url {
        self.chat(&format!("/rooms/{room}"))
    }

    /// A form with the fkey in it, if there is one.
    pub(super) fn form(&self) -> Form {
        let form = Form::new();
        if self.fkey.is_empty() { form } else { form.field("fkey", self.fkey) }
    }
}

fn at(mut origin: Url, path: &str) -> Url {
    origin.set_path(path);
    origin
}

fn request(method: Method, url: &Url, accept: &'static str, body: Bytes) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(url.as_str()).header(ACCEPT, accept);
    request.body(body).expect("a URL of an origin, a plain path and an encoded query is a URI")
}
