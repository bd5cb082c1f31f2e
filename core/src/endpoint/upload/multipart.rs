//! Bodies of `multipart/form-data` (RFC 7578).

use bytes::Bytes;

/// What a boundary starts with.
const BOUNDARY: &str = "----sechat-form-";

/// One field of a form.
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    /// The name of the file, if it is one, and its content type.
    pub(super) file: Option<(&'a str, &'a str)>,
    pub(super) data: &'a [u8],
}

/// A form, written.
pub(super) struct Multipart {
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

impl Multipart {
    pub(super) fn new(parts: &[Part<'_>]) -> Self {
        let boundary = boundary(parts);
        let mut body = Vec::with_capacity(parts.iter().map(|part| part.data.len() + 256).sum());
        for part in parts {
            body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            let name = escape(part.name);
            body.extend_from_slice(format!("Content-Disposition: form-data; name=\"{name}\"").as_bytes());
            if let Some((file_name, content_type)) = part.file {
                let file_name = escape(file_name);
                let kind: String = content_type.chars().filter(|c| !c.is_control()).collect();
                body.extend_from_slice(format!("; filename=\"{file_name}\"\r\nContent-Type: {kind}").as_bytes());
            }
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(part.data);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self { content_type: format!("multipart/form-data; boundary={boundary}"), body: body.into() }
    }
}

/// The first boundary of a sequence that no part contains. A part of n bytes can contain fewer than n of them.
fn boundary(parts: &[Part<'_>]) -> String {
    let mut taken: Vec<u64> = parts.iter().flat_map(|part| numbers_after_mark(part.data)).collect();
    taken.sort_unstable();
    taken.dedup();
    let free = taken.iter().zip(0..).find(|(taken, number)| *taken != number).map(|(_, number)| number);
    format!("{BOUNDARY}{:016}", free.unwrap_or(taken.len() as u64))
}

/// The numbers of the boundaries that occur in the data.
fn numbers_after_mark(data: &[u8]) -> impl Iterator<Item = u64> {
    let mark = BOUNDARY.as_bytes();
    data.windows(mark.len() + 16).filter_map(move |window| {
        let digits = window.strip_prefix(mark)?;
        if digits.iter().all(u8::is_ascii_digit) { std::str::from_utf8(digits).ok()?.parse().ok() } else { None }
    })
}

/// A name between quotes, as browsers write it (RFC 7578, 2 and 4.2).
fn escape(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file<'a>(name: &'a str, data: &'a [u8]) -> Multipart {
        Multipart::new(&[Part { name: "filename", file: Some((name, "image/png")), data }])
    }

    #[test]
    fn fields_and_files_are_written() {
        let form = Multipart::new(&[
            Part { name: "a", file: None, data: b"one" },
            Part { name: "filename", file: Some(("x.png", "image/png")), data: b"\x89PNG\r\n" },
        ]);
        assert_eq!(form.content_type, "multipart/form-data; boundary=----sechat-form-0000000000000000");
        assert_eq!(
            &form.body[..],
            b"------sechat-form-0000000000000000\r\n\
              Content-Disposition: form-data; name=\"a\"\r\n\r\none\r\n\
              ------sechat-form-0000000000000000\r\n\
              Content-Disposition: form-data; name=\"filename\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n\
              \x89PNG\r\n\r\n\
              ------sechat-form-0000000000000000--\r\n"
        );
    }

    #[test]
    fn names_cannot_break_out() {
        let form = Multipart::new(&[Part {
            name: "filename",
            file: Some(("a\"; x=\"\r\nX: y\u{e9}", "image/png\r\nX: y")),
            data: b"",
        }]);
        let text = std::str::from_utf8(&form.body).unwrap();
        let head = text.lines().nth(1).unwrap();
        let name = r#"Content-Disposition: form-data; name="filename"; filename="a%22; x=%22%0D%0AX: yé""#;
        assert_eq!(head, name);
        assert_eq!(text.lines().nth(2), Some("Content-Type: image/pngX: y"));
    }

    #[test]
    fn the_boundary_gives_way_to_the_data() {
        let taken =
            "----sechat-form-0000000000000000 ----sechat-form-0000000000000001 ----sechat-form-0000000000000003";
        let form = file("x", taken.as_bytes());
        assert!(form.content_type.ends_with("form-0000000000000002"), "{}", form.content_type);
        let form = file("x", b"----sechat-form-0000000000000001");
        assert!(form.content_type.ends_with("form-0000000000000000"), "{}", form.content_type);
    }

    proptest! {
        #[test]
        fn no_data_holds_the_boundary(data in proptest::collection::vec(
            prop_oneof![Just(BOUNDARY.to_owned()), "[0-9]{1,3}", Just("0000000000000000".into()), "\\PC{0,3}"], 0..40,
        )) {
            let data = data.concat();
            let form = file("x", data.as_bytes());
            let boundary = form.content_type.split_once("boundary=").unwrap().1;
            prop_assert!(!data.contains(boundary));
        }
    }
}
