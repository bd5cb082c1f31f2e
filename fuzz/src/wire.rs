//! Answers of HTTP/1.1.

#[path = "../../client/src/wire/decode.rs"]
mod decode;

use decode::{Decoder, Malformed};

const LIMIT: usize = 4096;

/// The first byte says in pieces of which size the rest arrives.
pub fn run(input: &[u8]) {
    let Some((size, bytes)) = input.split_first() else { return };
    for to_head in [false, true] {
        let whole = read(bytes, bytes.len().max(1), to_head);
        let pieces = read(bytes, usize::from(*size).max(1), to_head);
        assert_eq!(whole, pieces, "the size of the pieces matters");
    }
}

type Answer = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

/// What is said of the connection may differ: whether bytes follow is not known before they have arrived.
fn read(bytes: &[u8], size: usize, to_head: bool) -> Result<Answer, Malformed> {
    let mut decoder = Decoder::new(to_head, LIMIT);
    let mut chunks = bytes.chunks(size);
    let answer = loop {
        let chunk = chunks.next();
        decoder.push(chunk.unwrap_or_default());
        if let Some(answer) = decoder.decode(chunk.is_none())? {
            break answer;
        }
        assert!(chunk.is_some(), "an end is an answer or an error");
    };
    let _ = decoder.reusable();
    assert!(answer.body().len() <= LIMIT && (!to_head || answer.body().is_empty()));
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    Ok((answer.status().as_u16(), headers, answer.body().to_vec()))
}
