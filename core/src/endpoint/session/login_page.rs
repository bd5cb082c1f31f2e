//! The login page.

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::selectors as at;
use crate::{Error, LoginError, Secret};
use bytes::Bytes;
use http::{Request, Response};

/// `GET LOGIN/users/login`: the form to log in with (protocol notes, 1.2).
///
/// Fails with [`LoginError::Captcha`] when the site wants a human first.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct LoginPage;

/// What the login page says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LoginPageAnswer {
    /// The form.
    #[non_exhaustive]
    Form {
        /// The token to send back. It is not the one of the chat server.
        fkey: Secret,
    },
    /// The cookies are good already.
    LoggedIn,
}

impl Endpoint for LoginPage {
    type Output = LoginPageAnswer;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.login("/users/login"), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<LoginPageAnswer, Error> {
        let answer = Answer::of("the login page", response);
        if answer.redirect().as_deref() == Some("/") {
            return Ok(LoginPageAnswer::LoggedIn);
        }
        if wants_human(answer) {
            return Err(LoginError::Captcha.into());
        }
        let page = answer.page()?;
        let page = page.whole();
        // Other forms of the page may have a token of their own.
        let form = page.after(at::LOGIN_FORM).map(|form| form.until(at::FORM));
        let fkey = form.and_then(|form| form.value(at::FKEY)).or_else(|| page.value(at::FKEY));
        let fkey = fkey.ok_or_else(|| answer.changed("#login-form input[name=fkey]"))?;
        Ok(LoginPageAnswer::Form { fkey: fkey.into() })
    }
}

/// The signs of a CAPTCHA (protocol notes, 1.2): a redirect to `/nocaptcha`, or its page in place of the answer.
pub(super) fn wants_human(answer: Answer<'_>) -> bool {
    let title = || answer.html().ok()?.title();
    answer.redirect().is_some_and(|path| path.starts_with("/nocaptcha"))
        || answer.is_html() && title().is_some_and(|title| title.contains("Human verification"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    #[test]
    fn asks_the_login_host() {
        let request = LoginPage.request(Session { server: &Server::StackExchange, fkey: "" });
        assert_eq!(request.method(), "GET");
        assert_eq!(request.uri(), "https://meta.stackexchange.com/users/login");
    }

    #[test]
    fn takes_the_fkey_of_the_right_form() {
        let body = r#"<form><input name="fkey" value="other"></form>
            <form id="login-form" method="POST"><input type="hidden" name="fkey" value="f0e1d2c3"></form>"#;
        let Ok(LoginPageAnswer::Form { fkey }) = LoginPage.parse(&answer(200, &[], body)) else { panic!() };
        assert_eq!(fkey.expose(), "f0e1d2c3");
        assert!(matches!(
            LoginPage.parse(&answer(302, &[("location", "https://meta.stackexchange.com/")], "")),
            Ok(LoginPageAnswer::LoggedIn)
        ));
    }

    #[test]
    fn failures_say_what_they_are() {
        let parse = |status, headers: &[_], body| LoginPage.parse(&answer(status, headers, body)).unwrap_err();
        let captcha = Error::Login(LoginError::Captcha);
        assert_eq!(parse(302, &[("location", "/nocaptcha?s=1")], ""), captcha);
        assert_eq!(parse(200, &[], "<title>Human verification - Stack Overflow</title>"), captcha);
        let changed = parse(200, &[], "<p>Welcome</p>").to_string();
        assert_eq!(changed, "the login page has changed: looked for #login-form input[name=fkey]; it reads: Welcome");
        assert!(matches!(parse(503, &[], "down"), Error::Server { status: 503, .. }));
    }
}
