//! The check of a login before it is made.

use std::fmt;

use super::login_page::wants_human;
use crate::endpoint::answer::Answer;
use crate::endpoint::request::{Form, TEXT};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, LoginError, Secret};
use bytes::Bytes;
use http::{Request, Response};

/// `POST LOGIN/users/login-or-signup/validation/track`: what the web page asks before it logs in.
///
/// Optional: logging in works without it (protocol notes, 1.2). A text other than `Login-OK` is taken as
/// [`LoginError::WrongPassword`].
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct ValidateLogin {
    /// The e-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: Secret,
    /// From the login page.
    pub fkey: Secret,
}

impl Endpoint for ValidateLogin {
    type Output = ();
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let form = Form::new()
            .field("isSignup", "false")
            .field("isLogin", "true")
            .field("isPassword", "false")
            .field("isAddLogin", "false")
            .field("hasCaptcha", "false")
            .field("fkey", self.fkey.expose())
            .field("ssrc", "head")
            .field("email", &self.email)
            .field("password", self.password.expose())
            .field("oauthversion", "")
            .field("oauthserver", "")
            .field("submitButton", "Log in");
        let url = session.login("/users/login-or-signup/validation/track");
        form.post(url, session.login("/users/login"), TEXT)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the login check", response);
        if wants_human(answer) {
            return Err(LoginError::Captcha.into());
        }
        match answer.success()?.trim_ascii() {
            b"Login-OK" => Ok(()),
            // Cut off, perhaps to nothing.
            start if b"Login-OK".starts_with(start) => Err(answer.changed("Login-OK")),
            _ if answer.is_html() => Err(answer.not_json("Login-OK")),
            _ => Err(LoginError::WrongPassword.into()),
        }
    }
}

impl fmt::Debug for ValidateLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidateLogin").field("password", &self.password).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    fn call() -> ValidateLogin {
        ValidateLogin { email: "a@b.example".into(), password: "p w".into(), fkey: "k".into() }
    }

    #[test]
    fn sends_the_form_of_the_web_page() {
        let request = call().request(Session { server: &Server::StackOverflow, fkey: "chat" });
        assert_eq!(request.uri(), "https://stackoverflow.com/users/login-or-signup/validation/track");
        assert_eq!(
            &request.body()[..],
            b"isSignup=false&isLogin=true&isPassword=false&isAddLogin=false&hasCaptcha=false&fkey=k&ssrc=head\
              &email=a%40b.example&password=p+w&oauthversion=&oauthserver=&submitButton=Log+in"
        );
        assert_eq!(format!("{:?}", call()), "ValidateLogin { password: ***, .. }");
    }

    #[test]
    fn only_login_ok_is_ok() {
        let parse = |status, headers: &[_], body| call().parse(&answer(status, headers, body));
        assert_eq!(parse(200, &[], "Login-OK"), Ok(()));
        assert_eq!(parse(200, &[], "The email or password is incorrect."), Err(LoginError::WrongPassword.into()));
        assert_eq!(parse(302, &[("location", "/nocaptcha")], ""), Err(LoginError::Captcha.into()));
        assert!(matches!(parse(200, &[], ""), Err(Error::Changed { .. })));
        assert!(matches!(parse(500, &[], "x"), Err(Error::Server { .. })));
    }
}
