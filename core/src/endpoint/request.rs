//! How requests are built. Cookies and `User-Agent` are added by the engine.

use std::borrow::Cow;

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, REFERER};
use http::uri::{Parts, PathAndQuery};
use http::{Method, Request, Uri};

use super::Session;
use crate::RoomId;
use crate::secret::Draft;
use crate::server::Origin;

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

    pub(super) fn post(self, url: Address<'_>, referer: Address<'_>, accept: &'static str) -> Request<Bytes> {
        let mut request = request(Method::POST, url, accept, self.0.into_bytes());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(REFERER, referer.header());
        request
    }
}

/// An address on one of the server's hosts.
#[derive(Clone)]
pub(super) struct Address<'a> {
    origin: &'a Origin,
    /// The path, and perhaps a query.
    path: Bytes,
}

impl Address<'_> {
    fn uri(self) -> Uri {
        let path = PathAndQuery::from_maybe_shared(self.path).expect("a plain path and an encoded query");
        let mut parts = Parts::default();
        parts.scheme = Some(self.origin.scheme.clone());
        parts.authority = Some(self.origin.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).expect("it has all parts")
    }

    fn header(self) -> HeaderValue {
        let origin = self.origin.url.as_str().trim_end_matches('/');
        HeaderValue::from_maybe_shared(Bytes::from([origin.as_bytes(), &self.path].concat()))
            .expect("an address is ASCII")
    }
}

/// A page of the chat server.
pub(super) fn get(url: Address<'_>, accept: &'static str) -> Request<Bytes> {
    request(Method::GET, url, accept, Bytes::new())
}

/// A query, with what is empty left out.
pub(super) fn with_query<'a>(mut url: Address<'a>, pairs: &[(&str, String)]) -> Address<'a> {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if !query.is_empty() {
        url.path = [&url.path[..], b"?", query.as_bytes()].concat().into();
    }
    url
}

impl<'a> Session<'a> {
    /// An address on the chat server. `path` needs no escaping.
    pub(super) fn chat(&self, path: impl Into<Cow<'static, str>>) -> Address<'a> {
        let path = match path.into() {
            Cow::Borrowed(path) => Bytes::from_static(path.as_bytes()),
            // Without spare room, which `Bytes` would keep count of in a place of its own.
            Cow::Owned(path) => Bytes::from(path.into_boxed_str().into_boxed_bytes()),
        };
        Address { origin: self.server.chat_origin(), path }
    }

    /// An address on the site to log in on.
    pub(super) fn login(&self, path: &'static str) -> Address<'a> {
        Address { origin: self.server.login_origin(), path: path.into() }
    }

    /// The page that the browser would be on: the safe choice for `Referer` (protocol notes, 0.4).
    pub(super) fn room(&self, room: RoomId) -> Address<'a> {
        self.chat(format!("/rooms/{room}"))
    }

    /// A form with the fkey in it, if there is one.
    pub(super) fn form(&self) -> Form {
        let form = Form::new();
        if self.fkey.is_empty() { form } else { form.field("fkey", self.fkey) }
    }
}

fn request(method: Method, url: Address<'_>, accept: &'static str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = url.uri();
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(accept));
    request
}
