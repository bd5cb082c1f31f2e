//! Whom the account ignores.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use crate::endpoint::answer::Answer;
use crate::endpoint::request::{JSON, TEXT, get};
use crate::endpoint::{Endpoint, Nature, Session};
use crate::{Error, UserId};

/// `GET CHAT/users/ignorelist`: whom the account ignores (protocol notes, 4.13).
///
/// It matters to the pages that people look at: the server sends the messages of ignored users all the same.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct IgnoreList;

/// `POST CHAT/users/ignorelist/add`: ignores somebody (protocol notes, 4.13).
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct IgnoreUser {
    /// Whom.
    pub user: UserId,
}

/// `POST CHAT/users/ignorelist/remove`: ignores somebody no more (protocol notes, 4.13).
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the form has these fields")]
pub struct UnignoreUser {
    /// Whom.
    pub user: UserId,
}

impl Endpoint for IgnoreList {
    type Output = Vec<UserId>;
    const NATURE: Nature = Nature::Read;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        get(session.chat("/users/ignorelist"), JSON)
    }

    /// What its items are is not recorded: numbers, texts of digits and objects with an `id` are read.
    fn parse(&self, response: &Response<Bytes>) -> Result<Vec<UserId>, Error> {
        let answer = Answer::of("the list of ignored users", response);
        let items: Vec<Value> = answer.json("[1,2]")?;
        items
            .iter()
            .map(|item| id(item.get("id").unwrap_or(item)))
            .collect::<Option<_>>()
            .ok_or(answer.changed("[1,2]"))
    }
}

impl Endpoint for IgnoreUser {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        change(session, "add", self.user)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        changed(response)
    }
}

impl Endpoint for UnignoreUser {
    type Output = ();
    const NATURE: Nature = Nature::Ordered;

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        change(session, "remove", self.user)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<(), Error> {
        changed(response)
    }
}

fn change(session: Session<'_>, deed: &str, user: UserId) -> Request<Bytes> {
    let url = session.chat(format!("/users/ignorelist/{deed}"));
    session.form().field("id", &user.to_string()).post(url, session.chat(format!("/users/{user}")), TEXT)
}

/// No client looks at the answer. The form of the profile page leads back to that page.
fn changed(response: &Response<Bytes>) -> Result<(), Error> {
    let answer = Answer::of("the answer to a change of the ignore list", response);
    match answer.redirect() {
        Some(path) if path.starts_with("/users/") && !path.starts_with("/users/login") => Ok(()),
        _ => answer.text("no page").map(|_| ()),
    }
}

fn id(value: &Value) -> Option<UserId> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).map(UserId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use crate::endpoint::answer::tests::answer;

    const SESSION: Session<'_> = Session { server: &Server::StackExchange, fkey: "k" };

    #[test]
    fn lists_in_every_shape() {
        assert_eq!(IgnoreList.request(SESSION).uri(), "https://chat.stackexchange.com/users/ignorelist");
        let parse = |body| IgnoreList.parse(&answer(200, &[], body));
        assert_eq!(parse("[]"), Ok(vec![]));
        assert_eq!(parse(r#"[5,"-2",{"id":7,"name":"x"}]"#), Ok(vec![UserId(5), UserId(-2), UserId(7)]));
        for body in ["", "{}", "[null]", "[\"x\"]", "[5"] {
            assert!(matches!(parse(body), Err(Error::Changed { .. })), "{body}");
        }
    }

    #[test]
    fn adds_and_removes() {
        let user = UserId(5);
        let add = IgnoreUser { user }.request(SESSION);
        assert_eq!(add.uri(), "https://chat.stackexchange.com/users/ignorelist/add");
        assert_eq!(&add.body()[..], b"fkey=k&id=5");
        let remove = UnignoreUser { user }.request(SESSION);
        assert_eq!(remove.uri(), "https://chat.stackexchange.com/users/ignorelist/remove");
        for fine in [answer(200, &[], "\"ok\""), answer(200, &[], ""), answer(302, &[("location", "/users/5/x")], "")] {
            assert_eq!((IgnoreUser { user }.parse(&fine), UnignoreUser { user }.parse(&fine)), (Ok(()), Ok(())));
        }
        for bad in [answer(302, &[("location", "/users/login")], ""), answer(200, &[], "<!DOCTYPE html>Log In")] {
            assert!(IgnoreUser { user }.parse(&bad).is_err());
        }
    }
}
