//! Logging out.

use bytes::Bytes;
use http::{Request, Response};

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{Form, HTML, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::html::selectors as at;
use crate::{Error, Secret};

/// `GET LOGIN/users/logout`: the token for [`Logout`] (protocol notes, 1.6).
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct LogoutPage;

/// `POST LOGIN/users/logout`: ends the session, so that its cookies are worth nothing any more (protocol notes, 1.6).
///
/// An engine that has a password logs in again at its next call: shut it down after this. Success is a redirect that
/// does not lead back to the form.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct Logout {
    /// From the page. It is not the one of the chat server.
    pub fkey: Secret,
}

impl Endpoint for LogoutPage {
    /// The token.
    type Output = Secret;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.login("/users/logout"), HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Secret, Error> {
        let answer = Answer::of("the logout page", response);
        let fkey = answer.page()?.whole().value(at::FKEY);
        fkey.map(Secret::from).ok_or_else(|| answer.changed("input[name=fkey]"))
    }
}

impl Endpoint for Logout {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        let url = session.login("/users/logout");
        Form::new().field("fkey", self.fkey.expose()).post(url.clone(), url, HTML)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        let answer = Answer::of("the answer to a logout", response);
        match answer.redirect() {
            Some(path) if !path.starts_with("/error") && !path.starts_with("/users/logout") => Ok(()),
            Some(_) => Err(answer.failure()),
            None => {
                answer.success()?;
                Err(answer.changed("a redirect"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::answer::tests::answer;
    use crate::{Refusal, Server};

    const SESSION: Session<'_> = Session { server: &Server::StackExchange, fkey: "chat" };

    #[test]
    fn takes_two_steps_on_the_login_host() {
        let request = LogoutPage.request(SESSION);
        assert_eq!((request.method().as_str(), request.uri().host()), ("GET", Some("meta.stackexchange.com")));
        let page = answer(200, &[], r#"<form><input type="hidden" name="fkey" value="f0e1"></form>"#);
        let fkey = LogoutPage.parse(&page).unwrap();
        assert_eq!(fkey.expose(), "f0e1");
        assert!(matches!(LogoutPage.parse(&answer(200, &[], "<p>")), Err(Error::Changed { .. })));

        let call = Logout { fkey };
        let request = call.request(SESSION);
        assert_eq!(request.uri(), "https://meta.stackexchange.com/users/logout");
        assert_eq!(&request.body()[..], b"fkey=f0e1");
        assert_eq!(format!("{call:?}"), "Logout { fkey: *** }");
    }

    #[test]
    fn the_form_again_is_no_success() {
        let parse = |status, headers: &[_], body| Logout { fkey: "k".into() }.parse(&answer(status, headers, body));
        assert_eq!(parse(302, &[("location", "https://meta.stackexchange.com/")], ""), Ok(()));
        let bad = parse(302, &[("location", "/error?aspxerrorpath=x")], "");
        assert_eq!(bad, Err(Error::Refused { status: 302, reason: Refusal::BadId }));
        assert!(matches!(parse(200, &[], "<form>Log out"), Err(Error::Changed { .. })));
        assert!(matches!(parse(503, &[], ""), Err(Error::Server { .. })));
    }
}
