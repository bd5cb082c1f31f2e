//! What the network does, and what it saw.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use sechat_core::TransportError;

/// What becomes of one request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fate {
    /// It arrives, and so does its answer.
    Fine,
    /// The connection is refused: it was not sent.
    Refused,
    /// The connection breaks before the server sees it.
    CutBefore,
    /// The connection breaks once the server has carried it out.
    CutAfter,
    /// The connection breaks at once, and the server sees it this much later all the same.
    LateArrival(Duration),
    /// The server carries it out, and the answer comes this much later.
    LateAnswer(Duration),
    /// The server never sees it, and nobody says so.
    SilentBefore,
    /// The server carries it out, and no answer comes.
    SilentAfter,
    /// Somebody in between answers; the server never sees it.
    Instead(Response<Bytes>),
    /// The server carries it out, and something else comes back.
    Masked(Response<Bytes>),
    /// Half of the answer's body comes back.
    Truncated,
}

/// What becomes of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameFate {
    /// It never arrives.
    Lost,
    /// Its first half arrives.
    Truncated,
    /// It arrives twice.
    Doubled,
}

/// A request or a handshake as it left the engine.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sent {
    /// Since the start of the scene.
    pub at: Duration,
    /// Its method, `WS` for a handshake, and its path; without the query, and without the secret part of a socket's.
    pub line: String,
    /// Its host.
    pub host: String,
    /// Its body; of a handshake the query.
    pub body: String,
    /// Its `Cookie` header.
    pub cookies: Option<String>,
    /// Its `Origin` header.
    pub origin: Option<String>,
}

impl Sent {
    pub(crate) fn request(at: Duration, request: &Request<Bytes>) -> Self {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        Self::of(at, request.method().as_str(), request, body)
    }

    pub(crate) fn handshake(at: Duration, request: &Request<()>) -> Self {
        let mut sent = Self::of(at, "WS", request, request.uri().query().unwrap_or_default().to_owned());
        sent.line.truncate(sent.line.rfind('/').unwrap_or_default());
        sent
    }

    fn of<T>(at: Duration, method: &str, request: &Request<T>, body: String) -> Self {
        let header = |name| request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into());
        Self {
            at,
            line: format!("{method} {}", request.uri().path()),
            host: request.uri().host().unwrap_or_default().to_owned(),
            body,
            cookies: header(http::header::COOKIE),
            origin: header(http::header::ORIGIN),
        }
    }

    /// The value of a field of the form.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The times between requests.
pub fn gaps(sent: &[&Sent]) -> Vec<Duration> {
    sent.windows(2).map(|pair| pair[1].at.saturating_sub(pair[0].at)).collect()
}

/// The fate of the next requests of one kind.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The end of their [`Sent::line`].
    pub(crate) line: String,
    /// A field that their form has.
    pub(crate) field: Option<String>,
    /// How many; `None` for all of them.
    pub(crate) left: Option<u32>,
    pub(crate) fate: Fate,
}

impl Rule {
    pub(crate) fn is_for(&self, sent: &Sent) -> bool {
        let has_field = self.field.as_ref().is_none_or(|name| sent.field(name).is_some());
        self.left != Some(0) && sent.line.ends_with(&self.line) && has_field
    }
}

impl Fate {
    pub(crate) fn reaches_server(&self) -> bool {
        matches!(
            self,
            Self::Fine | Self::CutAfter | Self::LateAnswer(_) | Self::SilentAfter | Self::Masked(_) | Self::Truncated
        )
    }

    /// What comes back, if anything does.
    pub(crate) fn answer(self, real: Option<Response<Bytes>>) -> Option<Result<Response<Bytes>, TransportError>> {
        match self {
            Self::Fine | Self::LateAnswer(_) => real.map(Ok),
            Self::Refused => Some(Err(TransportError::unsent("connection refused"))),
            Self::CutBefore | Self::CutAfter | Self::LateArrival(_) => {
                Some(Err(TransportError::maybe_sent("connection reset")))
            }
            Self::SilentBefore | Self::SilentAfter => None,
            Self::Instead(answer) | Self::Masked(answer) => Some(Ok(answer)),
            Self::Truncated => real.map(|mut answer| {
                let half = answer.body().len() / 2;
                answer.body_mut().truncate(half);
                Ok(answer)
            }),
        }
    }
}

/// An answer of plain text.
#[must_use = "an answer does nothing by itself"]
pub fn answer(status: u16, body: &str) -> Response<Bytes> {
    let response = Response::builder().status(status);
    response.body(Bytes::from(body.to_owned())).expect("a status in range")
}

/// A page of which only the title matters.
#[must_use = "an answer does nothing by itself"]
pub fn page(status: u16, title: &str) -> Response<Bytes> {
    answer(
        status,
        &format!("<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"),
    )
}

/// A redirect.
#[must_use = "an answer does nothing by itself"]
pub fn redirect(to: &str) -> Response<Bytes> {
    let mut response = answer(302, "");
    let location = http::HeaderValue::from_str(to).expect("an address");
    response.headers_mut().insert(http::header::LOCATION, location);
    response
}
