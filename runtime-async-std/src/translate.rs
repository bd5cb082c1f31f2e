//! Requests and answers as surf has them, and back, with nothing lost on the way.
//!
//! surf's types know fewer statuses, no header that is not ASCII, and no order of headers. So the head goes along as it
//! is, where middleware does not look, and what middleware has not changed is taken from there.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use sechat_client::TransportError;
use surf::http::headers::{CONTENT_TYPE, HeaderValue as Shown, Headers};
use surf::{StatusCode, Url};

/// A head as it is. A clone of surf's request does not have it.
struct Exact<T>(T);

/// What middleware is shown of a request.
pub(crate) fn request(request: http::Request<Bytes>) -> Result<surf::Request, TransportError> {
    let (head, body) = request.into_parts();
    let method = head.method.as_str().parse().map_err(TransportError::unsent)?;
    let mut shown = surf::http::Request::new(method, url(&head.uri)?);
    if !body.is_empty() {
        shown.set_body(body.to_vec());
    }
    show(&head.headers, shown.as_mut());
    shown.ext_mut().insert(Exact(head));
    Ok(shown.into())
}

/// What goes out, when middleware is done with it.
pub(crate) async fn request_back(mut shown: surf::http::Request) -> Result<http::Request<Bytes>, TransportError> {
    let Some(Exact(mut head)) = shown.ext_mut().remove::<Exact<http::request::Parts>>() else {
        // The request itself may have been sent before its copy.
        return Err(TransportError::maybe_sent("a middleware sends a copy of a request, or one of its own"));
    };
    head.method = shown.method().as_ref().parse().map_err(TransportError::unsent)?;
    if *shown.url() != url(&head.uri)? {
        head.uri = shown.url().as_str().parse().map_err(TransportError::unsent)?;
    }
    head.headers = changed(head.headers, shown.as_ref()).map_err(TransportError::unsent)?;
    let body = shown.take_body().into_bytes().await.map_err(TransportError::unsent)?;
    Ok(http::Request::from_parts(head, body.into()))
}

/// What middleware is shown of an answer.
pub(crate) fn answer(answer: http::Response<Bytes>) -> surf::http::Response {
    let (head, body) = answer.into_parts();
    let mut shown = surf::http::Response::new(status(head.status));
    shown.set_body(body.to_vec());
    show(&head.headers, shown.as_mut());
    shown.ext_mut().insert(Exact(head));
    shown
}

/// The answer, when middleware is done with it. It may be of a middleware's own making.
pub(crate) async fn answer_back(mut shown: surf::http::Response) -> Result<http::Response<Bytes>, TransportError> {
    let mut head = match shown.ext_mut().remove::<Exact<http::response::Parts>>() {
        Some(Exact(head)) => head,
        None => http::Response::new(()).into_parts().0,
    };
    if shown.status() != status(head.status) {
        head.status = u16::from(shown.status()).try_into().map_err(TransportError::maybe_sent)?;
    }
    head.headers = changed(head.headers, shown.as_ref()).map_err(TransportError::maybe_sent)?;
    let body = shown.take_body().into_bytes().await.map_err(TransportError::maybe_sent)?;
    Ok(http::Response::from_parts(head, body.into()))
}

fn url(uri: &Uri) -> Result<Url, TransportError> {
    Url::parse(&uri.to_string()).map_err(TransportError::unsent)
}

/// The status itself, or that of its hundred, as RFC 9110 has unknown ones understood.
fn status(status: http::StatusCode) -> StatusCode {
    let code = status.as_u16();
    [code, code / 100 * 100]
        .into_iter()
        .find_map(|code| code.try_into().ok())
        .unwrap_or(StatusCode::InternalServerError)
}

fn show(headers: &HeaderMap, shown: &mut Headers) {
    // surf gives every body a type.
    shown.remove(CONTENT_TYPE);
    for name in headers.keys() {
        for value in ascii(headers, name) {
            shown.append(name.as_str(), value);
        }
    }
}

fn ascii<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

/// The headers with those replaced that are no longer as they were shown.
fn changed(mut headers: HeaderMap, shown: &Headers) -> Result<HeaderMap, http::Error> {
    let mut names: BTreeSet<_> = headers.keys().map(|name| name.as_str().to_owned()).collect();
    names.extend(shown.names().map(|name| name.as_str().to_owned()));
    for name in names {
        let now = || shown.get(name.as_str()).into_iter().flatten().map(Shown::as_str);
        let name = HeaderName::try_from(&name)?;
        if !now().eq(ascii(&headers, &name)) {
            headers.remove(&name);
            for value in now() {
                headers.append(&name, HeaderValue::try_from(value)?);
            }
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use async_std::task::block_on;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn headers() -> impl Strategy<Value = HeaderMap> {
        let name = prop::sample::select(vec!["set-cookie", "content-type", "content-length", "x-one", "cookie"]);
        let value = vec(any::<u8>(), 0..8).prop_filter_map("a header's", |bytes| HeaderValue::from_bytes(&bytes).ok());
        vec((name, value), 0..6).prop_map(|all| {
            let mut headers = HeaderMap::new();
            for (name, value) in all {
                headers.append(name, value);
            }
            headers
        })
    }

    /// In their order, which equality leaves out.
    fn listed(headers: &HeaderMap) -> Vec<(&HeaderName, &HeaderValue)> {
        headers.iter().collect()
    }

    proptest! {
        #[test]
        fn answers_come_back_as_they_were(code in 100_u16..1000, headers in headers(), body: Vec<u8>) {
            let mut before = http::Response::new(Bytes::from(body));
            *before.status_mut() = code.try_into().expect("a status");
            *before.headers_mut() = headers;
            let after = block_on(answer_back(answer(before.clone()))).expect("an answer");
            prop_assert_eq!(after.status(), before.status());
            prop_assert_eq!(listed(after.headers()), listed(before.headers()));
            prop_assert_eq!(after.body(), before.body());
        }

        #[test]
        fn requests_come_back_as_they_were(
            method in prop::sample::select(vec!["GET", "POST", "HEAD"]),
            uri in "https?://[a-z]{1,8}(:[0-9]{1,4})?/[!-~]{0,20}",
            headers in headers(),
            body: Vec<u8>,
        ) {
            let before = http::Request::builder().method(method).uri(uri).body(Bytes::from(body));
            prop_assume!(before.is_ok());
            let mut before = before.expect("a request");
            *before.headers_mut() = headers;
            let shown = request(before.clone()).expect("what surf can hold");
            let after = block_on(request_back(shown.into())).expect("a request");
            prop_assert_eq!((after.method(), after.uri()), (before.method(), before.uri()));
            prop_assert_eq!(listed(after.headers()), listed(before.headers()));
            prop_assert_eq!(after.body(), before.body());
        }
    }
}
