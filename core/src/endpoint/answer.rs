//! What answers have in common: statuses, refusals, JSON, pages.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{DATE, LOCATION, RETRY_AFTER};
use serde::Deserialize;
use url::Url;

use super::refusal::{MAX_WAIT, refusal, wait};
use crate::calendar::http_date;
use crate::excerpt::excerpt;
use crate::html::selectors::LOGIN_FORM;
use crate::html::{Missing, Page, Region};
use crate::{Error, Refusal};

/// The largest answer other than a page that is read, in bytes: 500 long messages fit many times over.
const MAX_BODY: usize = 16 << 20;
/// After a 429 that names no wait.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// An answer, and what to call it in an error.
#[derive(Clone, Copy)]
pub(super) struct Answer<'r> {
    name: &'static str,
    response: &'r Response<Bytes>,
}

impl<'r> Answer<'r> {
    pub(super) fn of(name: &'static str, response: &'r Response<Bytes>) -> Self {
        Self { name, response }
    }

    pub(super) fn status(self) -> u16 {
        self.response.status().as_u16()
    }

    /// The body of a success; anything else is the error that it stands for.
    pub(super) fn success(self) -> Result<&'r [u8], Error> {
        if !self.response.status().is_success() {
            return Err(self.failure());
        }
        if self.response.body().len() > MAX_BODY {
            return Err(self.changed("an answer of less than 16 MiB"));
        }
        Ok(self.response.body())
    }

    /// The JSON string `"ok"`; another string is a refusal.
    pub(super) fn ok(self) -> Result<(), Error> {
        let body = self.success()?;
        let text = String::from_utf8_lossy(body);
        match unquoted(&text).trim() {
            "ok" => Ok(()),
            "" => Err(self.changed("the word \"ok\"")),
            _ if is_cut_string(&text) => Err(self.changed("the word \"ok\"")),
            _ => Err(if self.is_html() { self.unexpected_page("the word \"ok\"") } else { self.refused() }),
        }
    }

    /// An empty body, or the word `ok`; another text is a refusal.
    pub(super) fn ok_or_empty(self) -> Result<(), Error> {
        if self.success()?.trim_ascii().is_empty() { Ok(()) } else { self.ok() }
    }

    /// The text of a success, as it came. A whole page is none.
    pub(super) fn text(self, looked_for: &'static str) -> Result<Cow<'r, str>, Error> {
        let body = self.success()?;
        if self.is_whole_page() { Err(self.unexpected_page(looked_for)) } else { Ok(String::from_utf8_lossy(body)) }
    }

    /// A JSON object.
    pub(super) fn json<T: Deserialize<'r>>(self, looked_for: &'static str) -> Result<T, Error> {
        let body = self.success()?;
        match serde_json::from_slice(body) {
            Ok(value) => Ok(value),
            Err(_) => Err(self.not_json(looked_for)),
        }
    }

    /// Why a success holds something else than the JSON that was due: a refusal in words, a page, or a change.
    pub(super) fn not_json(self, looked_for: &'static str) -> Error {
        if self.is_html() {
            self.unexpected_page(looked_for)
        } else if serde_json::from_slice::<Cow<'_, str>>(self.response.body()).is_ok() {
            self.refused()
        } else {
            self.changed(looked_for)
        }
    }

    /// The page of a success.
    pub(super) fn page(self) -> Result<Page<'r>, Error> {
        self.success()?;
        let page = self.html()?;
        if is_cloudflare(self.response, &page) { Err(self.server()) } else { Ok(page) }
    }

    /// What a reader finds on the page of a success, which must be there to its end.
    pub(super) fn read<T>(self, read: impl FnOnce(Region<'_>) -> Result<T, Missing>) -> Result<T, Error> {
        let page = self.page()?;
        if !page.is_complete() {
            return Err(self.changed("the end of the page, </html>"));
        }
        self.read_page(&page, read)
    }

    /// As [`Answer::read`], for a part of a page that is made of a list's items.
    pub(super) fn read_list<T>(self, read: impl FnOnce(Region<'_>) -> Result<T, Missing>) -> Result<T, Error> {
        let page = self.page()?;
        if !page.is_complete_list() {
            return Err(self.changed("the end of the list, </li>"));
        }
        self.read_page(&page, read)
    }

    fn read_page<T>(self, page: &Page<'_>, read: impl FnOnce(Region<'_>) -> Result<T, Missing>) -> Result<T, Error> {
        if page.whole().first(LOGIN_FORM).is_some() {
            return Err(self.changed("a page of the chat server, and no login form"));
        }
        read(page.whole()).map_err(|Missing { looked_for, excerpt }| {
            let excerpt = if excerpt.is_empty() { self.excerpt() } else { excerpt };
            Error::Changed { page: self.name, looked_for, excerpt }
        })
    }

    /// The clock of whoever answered, in seconds since 1970.
    pub(super) fn date(self) -> Option<u64> {
        http_date(self.response.headers().get(DATE)?.to_str().ok()?)
    }

    /// The page, whatever the status.
    pub(super) fn html(self) -> Result<Page<'r>, Error> {
        Page::new(self.response.body()).ok_or_else(|| self.changed("a page of less than 8 MiB"))
    }

    /// Where a redirect leads: its path alone, for the query may hold secrets.
    pub(super) fn redirect(self) -> Option<String> {
        if !self.response.status().is_redirection() {
            return None;
        }
        let location = self.response.headers().get(LOCATION)?.to_str().ok()?;
        let base = Url::parse("https://relative.invalid/").expect("a literal address");
        Some(base.join(location).ok()?.path().to_owned())
    }

    pub(super) fn is_html(self) -> bool {
        let body = self.response.body();
        body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().starts_with(b"<")
    }

    fn is_whole_page(self) -> bool {
        let body = self.response.body();
        let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        [&b"<!doctype"[..], b"<html"]
            .iter()
            .any(|mark| start.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)))
    }

    /// The answer is not as it used to be.
    pub(super) fn changed(self, looked_for: &'static str) -> Error {
        Error::Changed { page: self.name, looked_for, excerpt: self.excerpt() }
    }

    /// The error that an answer other than a success stands for.
    pub(super) fn failure(self) -> Error {
        let status = self.status();
        let reason = match status {
            429 => return Error::RateLimited { retry_after: self.retry_after() },
            500.. => return self.server(),
            300..400 => match self.redirect() {
                Some(path) if path.starts_with("/error") => Refusal::BadId,
                Some(path) => Refusal::Redirected(excerpt(&path)),
                None => return self.changed("the target of a redirect"),
            },
            _ if self.is_html() => {
                if let (409, Some(retry_after)) = (status, wait(&self.excerpt())) {
                    return Error::RateLimited { retry_after };
                }
                if self.html().is_ok_and(|page| is_cloudflare(self.response, &page)) {
                    return self.server();
                }
                if status == 404 { Refusal::BadId } else { Refusal::Other(self.excerpt()) }
            }
            _ => return self.refused(),
        };
        Error::Refused { status, reason }
    }

    /// A refusal in the words of the body.
    pub(super) fn refused(self) -> Error {
        let text = String::from_utf8_lossy(self.response.body());
        self.refused_with(&unquoted(&text))
    }

    /// A refusal in these words of the answer.
    pub(super) fn refused_with(self, text: &str) -> Error {
        match wait(text) {
            Some(retry_after) => Error::RateLimited { retry_after },
            None => Error::Refused { status: self.status(), reason: refusal(text) },
        }
    }

    fn unexpected_page(self, looked_for: &'static str) -> Error {
        match self.html() {
            Ok(page) if is_cloudflare(self.response, &page) => self.server(),
            _ => self.changed(looked_for),
        }
    }

    fn server(self) -> Error {
        Error::Server { status: self.status(), excerpt: self.excerpt() }
    }

    fn retry_after(self) -> Duration {
        let header = self.response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let seconds = header.and_then(|text| text.trim().parse().ok());
        seconds.map_or(DEFAULT_WAIT, Duration::from_secs).min(MAX_WAIT)
    }

    /// What a reader would see of the body.
    fn excerpt(self) -> String {
        if let Some(path) = self.redirect() {
            return excerpt(&format!("a redirect to {path}"));
        }
        let shown = if self.is_html() { Page::new(self.response.body()) } else { None };
        let bare = || {
            let body = self.response.body();
            excerpt(&String::from_utf8_lossy(&body[..body.len().min(64 << 10)]))
        };
        shown.map_or_else(bare, |page| page.excerpt())
    }
}

/// The text of a JSON string, or the text itself.
pub(super) fn unquoted(text: &str) -> Cow<'_, str> {
    serde_json::from_str(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether a JSON string begins and does not end.
fn is_cut_string(text: &str) -> bool {
    text.starts_with('"') && serde_json::from_str::<Cow<'_, str>>(text).is_err()
}

/// Whether Cloudflare answered in place of the server.
fn is_cloudflare(response: &Response<Bytes>, page: &Page<'_>) -> bool {
    let title = page.title().unwrap_or_default();
    response.headers().contains_key("cf-mitigated")
        || ["Just a moment", "Attention Required!", "Cloudflare"].iter().any(|words| title.contains(words))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An answer with headers.
    pub(in crate::endpoint) fn answer(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
    ) -> Response<Bytes> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    fn ok(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Result<(), Error> {
        Answer::of("the answer", &answer(status, headers, body)).ok()
    }

    fn refused(status: u16, reason: Refusal) -> Result<(), Error> {
        Err(Error::Refused { status, reason })
    }

    #[test]
    fn ok_is_a_json_string() {
        assert_eq!(ok(200, &[], "\"ok\""), Ok(()));
        assert_eq!(ok(200, &[], "ok"), Ok(()));
        assert_eq!(ok(200, &[], "\"It is too late to edit this message\""), refused(200, Refusal::TooLate));
        for cut_off in ["", "\"", "\"o"] {
            assert!(matches!(ok(200, &[], cut_off), Err(Error::Changed { .. })), "{cut_off}");
        }
        assert!(matches!(ok(200, &[], "<html>Log in"), Err(Error::Changed { excerpt, .. }) if excerpt == "Log in"));
    }

    #[test]
    fn waits_are_rate_limits_and_other_conflicts_are_not() {
        let limited = |seconds| Err(Error::RateLimited { retry_after: Duration::from_secs(seconds) });
        for body in [
            "You can perform this action again in 2 seconds.",
            "You can perform this action again in 2 seconds",
            "\"You can perform this action again in 2 seconds.\"",
            "<p>You can perform this action again in <b>2</b> seconds.</p>",
        ] {
            assert_eq!(ok(409, &[], body), limited(2));
        }
        assert_eq!(ok(409, &[], "No such user"), refused(409, Refusal::Other("No such user".into())));
        assert_eq!(ok(429, &[], "slow down"), limited(30));
        assert_eq!(ok(429, &[("retry-after", "7")], ""), limited(7));
        assert_eq!(ok(429, &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], ""), limited(30));
        assert_eq!(ok(429, &[("retry-after", "99999999999999")], ""), limited(86_400));
    }

    #[test]
    fn redirects_are_never_a_success() {
        let to = |path| ok(302, &[("location", path)], "");
        assert_eq!(to("/error?aspxerrorpath=/messages/1"), refused(302, Refusal::BadId));
        assert_eq!(to("https://chat.example/"), refused(302, Refusal::Redirected("/".into())));
        assert_eq!(to("/users/login?returnurl=secret"), refused(302, Refusal::Redirected("/users/login".into())));
        assert!(matches!(ok(302, &[], ""), Err(Error::Changed { .. })));
    }

    #[test]
    fn faults_of_the_server_and_of_cloudflare() {
        let page = "<title>Just a moment...</title><body>Checking your browser";
        for (status, body) in [(500, "Internal Server Error"), (503, page), (522, ""), (403, page), (200, page)] {
            assert!(matches!(ok(status, &[], body), Err(Error::Server { status: s, .. }) if s == status), "{status}");
        }
        let challenge = ok(403, &[("cf-mitigated", "challenge")], "<html>");
        assert!(matches!(challenge, Err(Error::Server { status: 403, .. })));
    }

    #[test]
    fn a_missing_page_is_a_bad_id() {
        assert_eq!(ok(404, &[], "<html><title>Page not found</title>"), refused(404, Refusal::BadId));
        assert_eq!(ok(404, &[], ""), refused(404, Refusal::BadId));
        let text = "The room does not exist, or you do not have permission";
        assert_eq!(ok(404, &[], text), refused(404, Refusal::NoSuchRoomOrNoPermission));
    }

    #[test]
    fn truncated_json_is_a_change_with_an_excerpt() {
        let response = answer(200, &[], "{\"id\":1,\"ti");
        let error = Answer::of("the answer", &response).json::<serde_json::Value>("an id").unwrap_err();
        let text = "the answer has changed: looked for an id; it reads: {\"id\":1,\"ti";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn oversized_bodies_are_not_read() {
        let response = Response::new(Bytes::from(vec![b'1'; MAX_BODY + 1]));
        assert!(matches!(Answer::of("x", &response).json::<u64>("a number"), Err(Error::Changed { .. })));
        assert!(matches!(Answer::of("x", &response).page(), Err(Error::Changed { .. })));
    }
}
