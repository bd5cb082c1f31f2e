//! The bytes of a request.

use bytes::Bytes;
use http::{Method, Request, header};
use sechat_core::TransportError;
use zeroize::Zeroizing;

/// Headers go out byte for byte and in their order; `Host` and `Content-Length` are added.
pub(super) fn request(request: &Request<Bytes>) -> Result<Zeroizing<Vec<u8>>, TransportError> {
    let uri = request.uri();
    let Some(authority) = uri.authority() else { return Err(TransportError::unsent("the address has no host")) };
    let host = authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, host)| host);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
    // Room for it all at once: bytes that grow leave copies of the cookies behind.
    let room = 128 + path.len() + host.len() + headers + request.body().len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    bytes.extend_from_slice(format!("{} {path} HTTP/1.1\r\nhost: {host}\r\n", request.method()).as_bytes());
    for (name, value) in request.headers() {
        // How long the body is and how it is sent is known here only.
        if [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING].contains(name) {
            continue;
        }
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    let body = request.body();
    if !body.is_empty() || ![Method::GET, Method::HEAD].contains(request.method()) {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(request: http::request::Builder, body: &'static str) -> String {
        str::from_utf8(&super::request(&request.body(Bytes::from(body)).unwrap()).unwrap()).unwrap().to_owned()
    }

    #[test]
    fn a_get_has_no_body() {
        let get = Request::get("http://[::1]:8080/a?b=c").header("cookie", "acct=t=x&s=y; prov=%7b");
        assert_eq!(
            encoded(get, ""),
            "GET /a?b=c HTTP/1.1\r\nhost: [::1]:8080\r\ncookie: acct=t=x&s=y; prov=%7b\r\n\r\n"
        );
    }

    #[test]
    fn a_post_says_how_long_it_is() {
        let post = Request::post("https://chat.example").header("content-length", "99").header("host", "other.example");
        assert_eq!(encoded(post, "fkey=x"), "POST / HTTP/1.1\r\nhost: chat.example\r\ncontent-length: 6\r\n\r\nfkey=x");
        let empty = Request::post("https://chat.example/");
        assert_eq!(encoded(empty, ""), "POST / HTTP/1.1\r\nhost: chat.example\r\ncontent-length: 0\r\n\r\n");
    }
}
