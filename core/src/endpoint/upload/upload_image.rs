//! Images put where messages can show them.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use url::Url;

use super::multipart::{Multipart, Part};
use super::script::string_variable;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{Form, HTML};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, Invalid};

/// `POST CHAT/upload/image`: puts an image on the network's image host, and gives its address (protocol notes, 4.12).
///
/// A message that is nothing but this address shows the image. Wants 20 reputation. How large an image may be is not
/// known; the sites' own limit is 2 MiB. A refusal is [`Refusal::Other`](crate::Refusal::Other) with the server's text.
#[derive(Debug, Clone)]
pub struct UploadImage {
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Bytes { name: String, data: Data, content_type: String },
    Url(Url),
}

/// An image, which no log wants to show.
#[derive(Clone)]
struct Data(Bytes);

impl UploadImage {
    /// An image at hand. `name` is the name of a file with its extension, such as `plot.png`; `content_type` is what it
    /// is, such as `image/png`.
    pub fn bytes(name: impl Into<String>, data: impl Into<Bytes>, content_type: impl Into<String>) -> Self {
        let (name, data, content_type) = (name.into(), Data(data.into()), content_type.into());
        Self { source: Source::Bytes { name, data, content_type } }
    }

    /// An image that the server fetches itself.
    pub fn url(url: Url) -> Self {
        Self { source: Source::Url(url) }
    }
}

impl Endpoint for UploadImage {
    type Output = Url;
    // An image that is there twice does no harm, and one must not wait for the other.
    const NATURE: Nature = Nature::Read;

    fn check(&self) -> Result<(), Error> {
        match &self.source {
            Source::Bytes { data, .. } if data.0.is_empty() => Err(Invalid::Missing { what: "an image" }.into()),
            Source::Bytes { content_type, .. } if HeaderValue::from_str(content_type).is_err() => {
                Err(Invalid::Address(format!("{content_type:?} is no content type")).into())
            }
            Source::Url(url) if !matches!(url.scheme(), "http" | "https") => {
                Err(Invalid::Address(format!("{:?}: the server fetches http and https only", url.scheme())).into())
            }
            _ => Ok(()),
        }
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let part = match &self.source {
            Source::Bytes { name, data, content_type } => {
                Part { name: "filename", file: Some((name, content_type)), data: &data.0 }
            }
            Source::Url(url) => Part { name: "upload-url", file: None, data: url.as_str().as_bytes() },
        };
        let form = Multipart::new(&[part]);
        let mut request = Form::new().post(session.chat("/upload/image"), session.chat("/"), HTML);
        let kind = HeaderValue::from_str(&form.content_type).expect("a boundary is ASCII");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        *request.body_mut() = form.body;
        request
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Url, Error> {
        let answer = Answer::of("the answer to an upload", response);
        let page = String::from_utf8_lossy(answer.success()?);
        let value = |name| string_variable(&page, name).filter(|value| !value.trim().is_empty());
        if let Some(result) = value("result") {
            let base = Url::parse("https://relative.invalid/").expect("a literal address");
            let url = base.join(&result).ok();
            let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host() != base.host());
            return url.ok_or_else(|| answer.changed("var result = 'https://…'"));
        }
        match value("error") {
            Some(text) => Err(answer.refused_with(&text)),
            None if answer.is_html() => Err(answer.not_json("var result = '…'")),
            None => Err(answer.changed("var result = '…'")),
        }
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    const SESSION: Session<'_> = Session { server: &Server::StackExchange, fkey: "k" };

    fn image() -> UploadImage {
        UploadImage::bytes("dot.png", &b"\x89PNG"[..], "image/png")
    }

    #[test]
    fn sends_bytes_or_an_address() {
        let request = image().request(SESSION);
        assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/upload/image"));
        let kind = "multipart/form-data; boundary=----sechat-form-0000000000000000";
        assert_eq!(request.headers()["content-type"], kind);
        assert_eq!(
            &request.body()[..],
            b"------sechat-form-0000000000000000\r\n\
              Content-Disposition: form-data; name=\"filename\"; filename=\"dot.png\"\r\n\
              Content-Type: image/png\r\n\r\n\x89PNG\r\n------sechat-form-0000000000000000--\r\n"
        );
        let request = UploadImage::url(Url::parse("https://example.com/a.png").unwrap()).request(SESSION);
        assert_eq!(
            &request.body()[..],
            b"------sechat-form-0000000000000000\r\nContent-Disposition: form-data; name=\"upload-url\"\r\n\r\n\
              https://example.com/a.png\r\n------sechat-form-0000000000000000--\r\n"
        );
        assert!(format!("{:?}", image()).contains("4 bytes"));
    }

    #[test]
    fn what_cannot_be_an_image_is_not_sent() {
        assert_eq!(image().check(), Ok(()));
        assert!(UploadImage::bytes("x", Bytes::new(), "image/png").check().is_err());
        assert!(UploadImage::bytes("x", &b"x"[..], "image/png\r\nX: y").check().is_err());
        assert!(UploadImage::url(Url::parse("file:///etc/passwd").unwrap()).check().is_err());
    }

    #[test]
    fn reads_the_scripts() {
        let parse = |status, body| image().parse(&answer(status, &[], body));
        let fine = "<html><script type=\"text/javascript\">var result = 'https://i.sstatic.net/abc.png';\n\
                    window.parent.closeDialog(result);</script></html>";
        assert_eq!(parse(200, fine).unwrap().as_str(), "https://i.sstatic.net/abc.png");
        let bare = "<script>var error = ''; var result = '//i.sstatic.net/abc.png';</script>";
        assert_eq!(parse(200, bare).unwrap().as_str(), "https://i.sstatic.net/abc.png");
        let refused = |text: &str| Err(Error::Refused { status: 200, reason: Refusal::Other(text.into()) });
        let error = r"<script>var error = 'That\'s \u003cno\u003e image';displayUploadError(error);</script>";
        assert_eq!(parse(200, error), refused("That's <no> image"));
        let poor = parse(200, "<script>var error = 'You need 20 reputation points to upload images';</script>");
        assert!(matches!(poor, Err(Error::Refused { reason: Refusal::NotEnoughReputation(_), .. })));
        for changed in [
            "<script>var result = 'abc.png';</script>",
            "<script>var result = 'javascript:x';</script>",
            "<title>Log In</title>",
            "",
            "ok",
        ] {
            assert!(matches!(parse(200, changed), Err(Error::Changed { .. })), "{changed}");
        }
        let challenge = "<title>Just a moment...</title>";
        assert!(matches!(parse(200, challenge), Err(Error::Server { status: 200, .. })));
        assert!(matches!(parse(500, "<p>Oops"), Err(Error::Server { .. })));
    }
}
