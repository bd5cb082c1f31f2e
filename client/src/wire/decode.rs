//! An answer out of bytes, as they come (RFC 9112).

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version};

/// The longest head, in bytes.
const HEAD_LIMIT: usize = 64 << 10;
const HEADERS: usize = 128;

/// The longest line that starts a chunk or follows the last one.
const LINE_LIMIT: usize = 4096;

/// One answer. It does no IO: push what was read, and ask.
#[derive(Debug)]
pub(super) struct Decoder {
    input: BytesMut,
    body: BytesMut,
    head: Option<Response<()>>,
    state: State,
    to_head: bool,
    body_limit: usize,
    keep_alive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Sized { left: usize },
    UntilClose,
    ChunkSize,
    Chunk { left: usize },
    ChunkEnd,
    Trailer,
    Done,
}

/// Why an answer cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    Head,
    HeadTooLong,
    Length,
    Encoding,
    Chunk,
    BodyTooLong,
    Upgrade,
    NoAnswer,
    Truncated,
}

impl Decoder {
    /// The answer to a `HEAD` has no body, whatever it says. `body_limit` is in bytes.
    pub(super) fn new(to_head: bool, body_limit: usize) -> Self {
        Self {
            input: BytesMut::new(),
            body: BytesMut::new(),
            head: None,
            state: State::Head,
            to_head,
            body_limit,
            keep_alive: false,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The answer, once it is whole. `end` says that nothing more will come.
    pub(super) fn decode(&mut self, end: bool) -> Result<Option<Response<Bytes>>, Malformed> {
        while self.advance(end)? {}
        if self.state != State::Done {
            return match (end, &self.head) {
                (false, _) => Ok(None),
                (true, None) if self.input.is_empty() => Err(Malformed::NoAnswer),
                (true, _) => Err(Malformed::Truncated),
            };
        }
        let body = std::mem::take(&mut self.body).freeze();
        Ok(self.head.take().map(|head| head.map(|()| body)))
    }

    /// Whether the connection can carry another request, once the answer was given.
    pub(super) fn reusable(&self) -> bool {
        // Bytes that nobody asked for would be taken for the next answer.
        self.state == State::Done && self.keep_alive && self.input.is_empty()
    }

    /// Takes one step; `false` if there is nothing to take it with.
    fn advance(&mut self, end: bool) -> Result<bool, Malformed> {
        let next = match self.state {
            State::Done => return Ok(false),
            State::Head => match self.head()? {
                Some(state) => state,
                None => return Ok(false),
            },
            State::Sized { left: 0 } => State::Done,
            State::Sized { left } => match self.copy(left)? {
                0 => return Ok(false),
                copied => State::Sized { left: left - copied },
            },
            State::UntilClose => match self.copy(usize::MAX)? {
                0 if end => State::Done,
                0 => return Ok(false),
                _ => State::UntilClose,
            },
            State::ChunkSize => match httparse::parse_chunk_size(&self.input) {
                Ok(httparse::Status::Complete((used, size))) => {
                    self.input.advance(used);
                    match usize::try_from(size).map_err(|_| Malformed::BodyTooLong)? {
                        0 => State::Trailer,
                        left => State::Chunk { left },
                    }
                }
                Ok(httparse::Status::Partial) if self.input.len() < LINE_LIMIT => return Ok(false),
                _ => return Err(Malformed::Chunk),
            },
            State::Chunk { left: 0 } => State::ChunkEnd,
            State::Chunk { left } => match self.copy(left)? {
                0 => return Ok(false),
                copied => State::Chunk { left: left - copied },
            },
            State::ChunkEnd => match &self.input[..] {
                [b'\r', b'\n', ..] => {
                    self.input.advance(2);
                    State::ChunkSize
                }
                [] | [b'\r'] => return Ok(false),
                _ => return Err(Malformed::Chunk),
            },
            State::Trailer => match self.input.iter().position(|byte| *byte == b'\n') {
                // Nobody asks for trailers.
                Some(at) => {
                    let line = self.input.split_to(at + 1);
                    if line.iter().all(|byte| b"\r\n".contains(byte)) { State::Done } else { State::Trailer }
                }
                None if self.input.len() < LINE_LIMIT => return Ok(false),
                None => return Err(Malformed::Chunk),
            },
        };
        self.state = next;
        Ok(true)
    }

    fn head(&mut self) -> Result<Option<State>, Malformed> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let used = match parsed.parse(&self.input) {
            Ok(httparse::Status::Complete(used)) => used,
            Ok(httparse::Status::Partial) if self.input.len() < HEAD_LIMIT => return Ok(None),
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => return Err(Malformed::HeadTooLong),
            Err(_) => return Err(Malformed::Head),
        };
        let mut head = Response::new(());
        *head.status_mut() = parsed.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(Malformed::Head)?;
        *head.version_mut() = if parsed.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
        for header in parsed.headers.iter() {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| Malformed::Head)?;
            let value = HeaderValue::from_bytes(header.value).map_err(|_| Malformed::Head)?;
            head.headers_mut().append(name, value);
        }
        self.input.advance(used);
        let status = head.status();
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Malformed::Upgrade);
        }
        if status.is_informational() {
            // The answer proper follows.
            return Ok(Some(State::Head));
        }
        let bodiless = self.to_head || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
        let state = if bodiless { State::Done } else { framing(head.headers(), self.body_limit)? };
        self.keep_alive = state != State::UntilClose && stays_open(&head);
        self.head = Some(head);
        Ok(Some(state))
    }

    /// Moves as much of the body as is there, `most` at most.
    fn copy(&mut self, most: usize) -> Result<usize, Malformed> {
        let count = most.min(self.input.len());
        if count > self.body_limit - self.body.len() {
            return Err(Malformed::BodyTooLong);
        }
        self.body.extend_from_slice(&self.input.split_to(count));
        Ok(count)
    }
}

/// RFC 9112, 6.3.
fn framing(headers: &HeaderMap, body_limit: usize) -> Result<State, Malformed> {
    let mut encodings = headers.get_all(TRANSFER_ENCODING).into_iter();
    if let Some(encoding) = encodings.next() {
        let chunked = encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
        return if chunked && encodings.next().is_none() { Ok(State::ChunkSize) } else { Err(Malformed::Encoding) };
    }
    let mut length = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        let said = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let said: usize = said.and_then(|text| text.parse().ok()).ok_or(Malformed::Length)?;
        if length.is_some_and(|known| known != said) {
            return Err(Malformed::Length);
        }
        length = Some(said);
    }
    match length {
        Some(left) if left > body_limit => Err(Malformed::BodyTooLong),
        Some(left) => Ok(State::Sized { left }),
        None => Ok(State::UntilClose),
    }
}

fn stays_open(head: &Response<()>) -> bool {
    let headers = head.headers();
    let closing = headers.get_all(CONNECTION).iter().any(|value| {
        value.as_bytes().split(|byte| *byte == b',').any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
    });
    // An answer with two lengths may have been made to deceive somebody.
    let ambiguous = headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH);
    head.version() == Version::HTTP_11 && !closing && !ambiguous
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "the answer is not HTTP/1.1",
            Self::HeadTooLong => "the head of the answer is too long",
            Self::Length => "the answer does not say clearly how long it is",
            Self::Encoding => "the answer has an unknown transfer encoding",
            Self::Chunk => "the chunks of the answer are broken",
            Self::BodyTooLong => "the answer is too long",
            Self::Upgrade => "the server wants another protocol",
            Self::NoAnswer => "the server closed the connection without an answer",
            Self::Truncated => "the server closed the connection in the middle of the answer",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY_LIMIT: usize = 8 << 20;

    type Decoded = Result<(u16, Vec<(String, Vec<u8>)>, Vec<u8>, bool), Malformed>;

    /// Decodes bytes that come in pieces of `size`, then end.
    fn decode_in(bytes: &[u8], size: usize) -> Decoded {
        let mut decoder = Decoder::new(false, BODY_LIMIT);
        let mut whole = None;
        for piece in bytes.chunks(size) {
            decoder.push(piece);
            if whole.is_none() {
                whole = decoder.decode(false)?;
            }
        }
        let whole = match whole {
            Some(whole) => whole,
            None => decoder.decode(true)?.expect("an end or an error"),
        };
        let headers = whole.headers().iter().map(|(k, v)| (k.to_string(), v.as_bytes().to_vec())).collect();
        Ok((whole.status().as_u16(), headers, whole.body().to_vec(), decoder.reusable()))
    }

    fn body_of(text: &str) -> Result<(String, bool), Malformed> {
        decode_in(text.as_bytes(), 7).map(|(_, _, body, reusable)| (String::from_utf8(body).unwrap(), reusable))
    }

    #[test]
    fn bodies_end_where_they_say() {
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(body_of(sized), Ok(("hello".into(), true)));
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: u\r\n\r\n";
        assert_eq!(body_of(chunked), Ok(("hello".into(), true)));
        let until_close = "HTTP/1.1 200 OK\r\n\r\nhello";
        assert_eq!(body_of(until_close), Ok(("hello".into(), false)));
        let none = "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(body_of(none), Ok((String::new(), true)));
        let after_interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(body_of(after_interim), Ok(("hi".into(), true)));
    }

    #[test]
    fn odd_statuses_and_repeated_headers_are_kept() {
        let text = b"HTTP/1.1 522\r\nset-cookie: acct=t=a&s=b; path=/\r\nset-cookie: prov=c\r\nx: \xe9\r\ncontent-length: 0\r\n\r\n";
        let (status, headers, _, _) = decode_in(text, 1).unwrap();
        assert_eq!(status, 522);
        let header = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
        assert_eq!(
            headers,
            [
                header("set-cookie", b"acct=t=a&s=b; path=/"),
                header("set-cookie", b"prov=c"),
                header("x", b"\xe9"),
                header("content-length", b"0"),
            ]
        );
    }

    #[test]
    fn a_connection_is_reused_only_when_nothing_is_in_doubt() {
        let close = "HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close\r\nContent-Length: 1\r\n\r\nx";
        assert_eq!(body_of(close), Ok(("x".into(), false)));
        let old = "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx";
        assert_eq!(body_of(old), Ok(("x".into(), false)));
        let surplus = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n";
        assert_eq!(body_of(surplus), Ok(("x".into(), false)));
        let two_lengths =
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
        assert_eq!(body_of(two_lengths), Ok(("x".into(), false)));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let faults = [
            ("", Malformed::NoAnswer),
            ("HTTP/1.1 200 OK\r\nConte", Malformed::Truncated),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", Malformed::Truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Malformed::Truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloworld", Malformed::Chunk),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Malformed::Chunk),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Malformed::Encoding),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", Malformed::Length),
            ("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", Malformed::Length),
            ("HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n", Malformed::BodyTooLong),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", Malformed::Upgrade),
            ("SSH-2.0-OpenSSH_9.2\r\n", Malformed::Head),
        ];
        for (text, fault) in faults {
            assert_eq!(body_of(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn nothing_grows_without_bound() {
        let mut decoder = Decoder::new(false, BODY_LIMIT);
        decoder.push(b"HTTP/1.1 200 OK\r\n");
        decoder.push(&b"a: b\r\n".repeat(20_000));
        assert_eq!(decoder.decode(false).unwrap_err(), Malformed::HeadTooLong);

        let mut decoder = Decoder::new(false, BODY_LIMIT);
        decoder.push(b"HTTP/1.1 200 OK\r\nx: ");
        decoder.push(&vec![b'y'; HEAD_LIMIT]);
        assert_eq!(decoder.decode(false).unwrap_err(), Malformed::HeadTooLong);

        let mut decoder = Decoder::new(false, BODY_LIMIT);
        decoder.push(b"HTTP/1.1 200 OK\r\n\r\n");
        decoder.push(&vec![b'y'; BODY_LIMIT]);
        assert!(decoder.decode(false).unwrap().is_none());
        decoder.push(b"y");
        assert_eq!(decoder.decode(false).unwrap_err(), Malformed::BodyTooLong);
    }

    #[test]
    fn the_answer_to_a_head_has_no_body() {
        let mut decoder = Decoder::new(true, BODY_LIMIT);
        decoder.push(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(decoder.decode(false).unwrap().unwrap().body().len(), 0);
        assert!(decoder.reusable());
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter_and_nothing_panics(
            head in prop::sample::select(vec![
                "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                "HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n",
                "",
            ]),
            rest in prop::collection::vec(prop::sample::select(b"0123456789abcdefHTP/.1 \r\n:;x\xff".to_vec()), 0..64),
            size in 1_usize..16,
        ) {
            let mut bytes = head.as_bytes().to_vec();
            bytes.extend(rest);
            let whole = decode_in(&bytes, bytes.len().max(1));
            let pieces = decode_in(&bytes, size);
            prop_assert_eq!(pieces, whole);
        }
    }
}
