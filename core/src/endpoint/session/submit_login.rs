//! The login itself.

use std::fmt;

use super::login_page::wants_human;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{Form, HTML};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::selectors as at;
use crate::{Error, LoginError, Secret};
use bytes::Bytes;
use http::{Request, Response};

/// `POST LOGIN/users/login`: logs in, and brings the cookies `acct` and `prov` (protocol notes, 1.2).
///
/// Success is a redirect whose path is exactly `/`. The form once more is [`LoginError::WrongPassword`], any other
/// redirect [`LoginError::Captcha`].
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct SubmitLogin {
    /// The e-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: Secret,
    /// From the login page.
    pub fkey: Secret,
}

impl Endpoint for SubmitLogin {
    type Output = ();
    // Once more changes nothing, and too often brings the CAPTCHA: the engine counts its logins itself.
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = Form::new()
            .field("fkey", self.fkey.expose())
            .field("ssrc", "head")
            .field("email", &self.email)
            .field("password", self.password.expose())
            .field("oauth_version", "")
            .field("oauth_server", "");
        let url = session.login("/users/login");
        form.post(url.clone(), url, HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to the login", response);
        match answer.redirect().as_deref() {
            Some("/") => return Ok(()),
            Some(path) if path.starts_with("/error") => return Err(answer.changed("a redirect to /")),
            Some(_) => return Err(LoginError::Captcha.into()),
            None => {}
        }
        if wants_human(answer) {
            return Err(LoginError::Captcha.into());
        }
        let page = answer.page()?;
        let form = [at::LOGIN_FORM, at::PASSWORD].into_iter().any(|mark| page.whole().first(mark).is_some());
        Err(if form { LoginError::WrongPassword.into() } else { answer.changed("a redirect to / or the form again") })
    }
}

impl fmt::Debug for SubmitLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitLogin").field("password", &self.password).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    fn call() -> SubmitLogin {
        SubmitLogin { email: "bot@example.com".into(), password: "correct horse".into(), fkey: "k".into() }
    }

    #[test]
    fn sends_the_form() {
        let request = call().request(Session { server: &Server::MetaStackExchange, fkey: "chat" });
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "https://meta.stackexchange.com/users/login");
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(
            &request.body()[..],
            b"fkey=k&ssrc=head&email=bot%40example.com&password=correct+horse&oauth_version=&oauth_server="
        );
        assert!(!format!("{:?}", call()).contains("horse"));
    }

    #[test]
    fn each_outcome_is_told_apart() {
        let parse = |status, headers: &[_], body| call().parse(&answer(status, headers, body));
        let to = |path| parse(302, &[("location", path)], "");
        assert_eq!(to("/"), Ok(()));
        assert_eq!(to("https://meta.stackexchange.com/"), Ok(()));
        let captcha = Err(LoginError::Captcha.into());
        assert_eq!(to("/nocaptcha?s=7"), captcha);
        assert_eq!(to("https://meta.stackexchange.com/users/verify"), captcha);
        assert_eq!(parse(200, &[], "<title>Human verification - Stack Exchange</title>"), captcha);
        let form = r#"<form id="login-form"><input type="password" name="password"></form>"#;
        assert_eq!(parse(200, &[], form), Err(LoginError::WrongPassword.into()));
        assert!(matches!(to("/error?aspxerrorpath=/users/login"), Err(Error::Changed { .. })));
        assert!(matches!(parse(200, &[], "<h1>Hello"), Err(Error::Changed { .. })));
        assert!(matches!(parse(502, &[], "bad gateway"), Err(Error::Server { status: 502, .. })));
    }
}
