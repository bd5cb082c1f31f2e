//! A session that can be stored.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cookies::Cookies;
use crate::{Error, Invalid, Secret, Server, UserId};

/// The cookies of a session, and whose they are.
///
/// Logging in too often brings a CAPTCHA, so store this after a login and come back with it: with
/// [`to_json`](Self::to_json) and [`from_json`](Self::from_json), or with any serde format. Whoever has it is the user:
/// keep it where only the bot can read it.
///
/// ```
/// use sechat_core::{Credentials, Server};
///
/// // From a browser that is logged in: its `acct` and `prov` cookies, as they stand.
/// let pasted = Credentials::from_cookies(Server::StackOverflow, "t=…&s=…".replace('…', "x"), "guid")?;
/// let stored = pasted.to_json();
/// assert_eq!(Credentials::from_json(&stored)?, pasted);
/// assert!(!format!("{pasted:?}").contains("guid"));
/// # Ok::<(), sechat_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    server: Server,
    user_id: Option<UserId>,
    user_name: Option<String>,
    cookies: Cookies,
}

impl Credentials {
    /// A session from the `acct` and `prov` cookies of a browser.
    ///
    /// The way in while the site asks for a CAPTCHA. Whose they are is known once they have been used.
    pub fn from_cookies(server: Server, acct: impl Into<Secret>, prov: impl Into<Secret>) -> Result<Self, Error> {
        let cookies =
            Cookies { acct: Some(cookie("acct", acct.into())?), prov: Some(cookie("prov", prov.into())?), chat: None };
        Ok(Self { server, user_id: None, user_name: None, cookies })
    }

    /// The chat server they are for.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The chat user; `None` for pasted cookies that have not been used yet.
    pub fn user_id(&self) -> Option<UserId> {
        self.user_id
    }

    /// The user's name; `None` for pasted cookies that have not been used yet.
    pub fn user_name(&self) -> Option<&str> {
        self.user_name.as_deref()
    }

    /// Everything, cookies included, as one line of JSON. Nobody overwrites that text when it is dropped.
    #[expect(clippy::missing_panics_doc, reason = "strings always serialise")]
    pub fn to_json(&self) -> String {
        let Cookies { acct, prov, chat } = &self.cookies;
        let texts = [acct, prov, chat].into_iter().flatten().map(Secret::expose).chain(self.user_name());
        // Room for it all at once, as a text that grows leaves copies behind. A character becomes six at most.
        let mut json = Vec::with_capacity(512 + texts.map(|text| 6 * text.len()).sum::<usize>());
        serde_json::to_writer(&mut json, self).expect("strings serialise");
        String::from_utf8(json).expect("JSON is UTF-8")
    }

    /// Reads what [`to_json`](Self::to_json) wrote. The error never quotes the text.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| {
            let place = format!("not a stored session (line {}, column {})", error.line(), error.column());
            Invalid::Credentials(place).into()
        })
    }

    pub(crate) fn new(server: Server, user_id: UserId, user_name: String, cookies: Cookies) -> Self {
        Self { server, user_id: Some(user_id), user_name: Some(user_name), cookies }
    }

    pub(crate) fn cookies(&self) -> &Cookies {
        &self.cookies
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("server", &self.server)
            .field("user_id", &self.user_id)
            .field("user_name", &self.user_name)
            .field("cookies", &self.cookies)
            .finish()
    }
}

/// What is stored. A later version may add fields; one that changes their meaning takes a new number.
#[derive(Serialize, Deserialize)]
struct Stored<N, C> {
    version: u32,
    server: Server,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<N>,
    acct: C,
    prov: C,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_cookie: Option<C>,
}

const VERSION: u32 = 1;

impl Serialize for Credentials {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Cookies { acct, prov, chat } = &self.cookies;
        let stored = Stored {
            version: VERSION,
            server: self.server.clone(),
            user_id: self.user_id,
            user_name: self.user_name(),
            acct: acct.as_ref().map(Secret::expose).unwrap_or_default(),
            prov: prov.as_ref().map(Secret::expose).unwrap_or_default(),
            chat_cookie: chat.as_ref().map(Secret::expose),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Credentials {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let stored = Stored::<String, Secret>::deserialize(deserializer)?;
        if stored.version != VERSION {
            return Err(D::Error::custom("stored by another version"));
        }
        let checked = |name, value| cookie(name, value).map_err(D::Error::custom);
        Ok(Self {
            server: stored.server,
            user_id: stored.user_id,
            user_name: stored.user_name,
            cookies: Cookies {
                acct: Some(checked("acct", stored.acct)?),
                prov: Some(checked("prov", stored.prov)?),
                chat: stored.chat_cookie.map(|value| checked("chat", value)).transpose()?,
            },
        })
    }
}

/// Refuses what would not come back from a `Cookie` header as it went in.
fn cookie(name: &str, value: Secret) -> Result<Secret, Error> {
    let text = value.expose();
    if text.is_empty() {
        return Err(Invalid::Credentials(format!("the {name} cookie is empty")).into());
    }
    if !text.bytes().all(|b| b.is_ascii_graphic() && b != b';') {
        return Err(Invalid::Credentials(format!("the {name} cookie holds characters that no cookie has")).into());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_is_versioned_json() {
        let cookies = Cookies { acct: Some("t=1&s=2".into()), prov: Some("guid".into()), chat: Some("c".into()) };
        let credentials = Credentials::new(Server::StackOverflow, UserId(7), "Bot".into(), cookies);
        let json = credentials.to_json();
        assert_eq!(
            json,
            r#"{"version":1,"server":"https://chat.stackoverflow.com/","user_id":7,"user_name":"Bot","acct":"t=1&s=2","prov":"guid","chat_cookie":"c"}"#
        );
        assert_eq!(Credentials::from_json(&json).unwrap(), credentials);
    }

    #[test]
    fn bad_input_is_refused_without_being_quoted() {
        for bad in [
            "",
            "{}",
            r#"{"version":2,"server":"chat.stackoverflow.com","acct":"SECRET","prov":"p"}"#,
            r#"{"version":1,"server":"chat.stackoverflow.com","acct":"SECRET\r\nX: y","prov":"p"}"#,
            r#"{"version":1,"server":"chat.stackoverflow.com","acct":"","prov":"SECRET"}"#,
            r#"{"version":"SECRET"}"#,
        ] {
            let error = Credentials::from_json(bad).unwrap_err();
            assert!(matches!(error, Error::Invalid(Invalid::Credentials(_))), "{error}");
            assert!(!error.to_string().contains("SECRET"), "{error}");
        }
        assert!(Credentials::from_cookies(Server::StackOverflow, "a;b", "p").is_err());
    }

    #[test]
    fn debug_shows_no_cookie() {
        let credentials = Credentials::from_cookies(Server::StackOverflow, "ACCTSECRET", "PROVSECRET").unwrap();
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
