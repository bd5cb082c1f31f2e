//! What the upload answers.

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::{Endpoint, UploadImage};

/// The input is the page that the upload answers with.
pub fn run(input: &[u8]) {
    let call = UploadImage::bytes("a.png", "x", "image/png");
    let answer = Response::new(Bytes::copy_from_slice(input));
    if let Ok(url) = call.parse(&answer) {
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    }
}
