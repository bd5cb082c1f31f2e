//! Answers of every kind, read by every endpoint.

use bytes::Bytes;
use http::Response;

use super::answers::read_by_all;

/// The first byte chooses the status, the rest is the body.
pub fn run(input: &[u8]) {
    const STATUSES: [u16; 8] = [200, 302, 400, 403, 404, 409, 429, 503];
    let Some((choice, body)) = input.split_first() else { return };
    let mut answer = Response::new(Bytes::copy_from_slice(body));
    // Text begins with a page as good as always.
    let status = if *choice == b'<' { 200 } else { STATUSES[usize::from(*choice) % STATUSES.len()] };
    *answer.status_mut() = status.try_into().expect("a status");
    for (_, error) in read_by_all(&answer) {
        if let Some(error) = error {
            let shown = format!("{error} {error:?}");
            assert!(shown.len() < 8192, "errors keep an excerpt: {shown}");
        }
    }
}
