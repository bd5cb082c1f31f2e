//! The chat servers, the hosts that belong to them, and their cookies (protocol notes, 1.1 and 1.4).

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use http::Uri;
use http::uri::{Authority, Parts, Scheme};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Error, Invalid};

/// A chat server. Rooms, messages, users and events have ids of their own on each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Server {
    /// chat.stackexchange.com; one logs in on meta.stackexchange.com.
    #[default]
    StackExchange,
    /// chat.stackoverflow.com; one logs in on stackoverflow.com.
    StackOverflow,
    /// chat.meta.stackexchange.com; one logs in on meta.stackexchange.com.
    MetaStackExchange,
    /// Any other, such as a simulated one.
    Custom(CustomServer),
}

/// A server at given addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomServer {
    chat: Box<Origin>,
    login: Box<Origin>,
}

/// Where pages are: scheme, host and port, ready for requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// It ends in `/`.
    pub(crate) url: Url,
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
}

impl Server {
    /// A server whose chat and login pages live at these origins (`https://HOST[:PORT]`; paths are not kept).
    ///
    /// `http` is accepted for loopback addresses only: anywhere else it would show the cookies to the network. The
    /// addresses of a known server, or its chat address twice, give that one.
    pub fn custom(chat: &str, login: &str) -> Result<Self, Error> {
        let custom = CustomServer { chat: Box::new(origin(chat)?), login: Box::new(origin(login)?) };
        let is_it = |known: &Self| {
            *known.chat_origin() == *custom.chat
                && (custom.login == custom.chat || *custom.login == *known.login_origin())
        };
        let known = [Self::StackExchange, Self::StackOverflow, Self::MetaStackExchange].into_iter().find(is_it);
        Ok(known.unwrap_or(Self::Custom(custom)))
    }

    /// The origin of the chat pages, ending in `/`.
    pub fn chat(&self) -> Url {
        self.chat_origin().url.clone()
    }

    /// The origin of the site to log in on, ending in `/`.
    pub fn login(&self) -> Url {
        self.login_origin().url.clone()
    }

    /// As [`chat`](Self::chat), to look at.
    pub(crate) fn chat_origin(&self) -> &Origin {
        static STACK_EXCHANGE: LazyLock<Origin> = LazyLock::new(|| known("https://chat.stackexchange.com/"));
        static STACK_OVERFLOW: LazyLock<Origin> = LazyLock::new(|| known("https://chat.stackoverflow.com/"));
        static META: LazyLock<Origin> = LazyLock::new(|| known("https://chat.meta.stackexchange.com/"));
        match self {
            Self::StackExchange => &STACK_EXCHANGE,
            Self::StackOverflow => &STACK_OVERFLOW,
            Self::MetaStackExchange => &META,
            Self::Custom(custom) => &custom.chat,
        }
    }

    /// As [`login`](Self::login), to look at.
    pub(crate) fn login_origin(&self) -> &Origin {
        static META: LazyLock<Origin> = LazyLock::new(|| known("https://meta.stackexchange.com/"));
        static STACK_OVERFLOW: LazyLock<Origin> = LazyLock::new(|| known("https://stackoverflow.com/"));
        match self {
            Self::StackExchange | Self::MetaStackExchange => &META,
            Self::StackOverflow => &STACK_OVERFLOW,
            Self::Custom(custom) => &custom.login,
        }
    }

    /// The name of the cookie that the chat server gives.
    pub fn chat_cookie(&self) -> &'static str {
        match self {
            Self::StackExchange => "sechatusr",
            _ => "chatusr",
        }
    }

    /// Whether a socket may be at this address: at the chat server's own host, at Stack Exchange's socket servers for
    /// its chat, or at one of the hosts that are `allowed` as well. Without TLS only on this machine, for a server there.
    pub(crate) fn has_socket_at(&self, url: &Url, allowed: &[String]) -> bool {
        let chat = &self.chat_origin().url;
        let Some(host) = url.host_str() else { return false };
        let of_network = !matches!(self, Self::Custom(_)) && host.ends_with(".sockets.stackexchange.com");
        let known = chat.host_str() == Some(host) || of_network;
        let safe = url.scheme() == "wss" || chat.scheme() == "http" && is_loopback(url);
        safe && (known || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)))
    }

    /// The value of the `Origin` header: no slash at the end.
    pub(crate) fn origin_header(&self) -> String {
        self.chat_origin().url.origin().ascii_serialization()
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(custom) if custom.chat == custom.login => f.write_str(custom.chat.url.as_str()),
            Self::Custom(custom) => write!(f, "{} {}", custom.chat.url, custom.login.url),
            known => f.write_str(known.chat_origin().url.as_str()),
        }
    }
}

/// Reads what `Display` writes, and for the three known servers their bare host name as well.
impl FromStr for Server {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let bare = text.trim_start_matches("https://").trim_end_matches('/');
        match bare {
            "chat.stackexchange.com" => Ok(Self::StackExchange),
            "chat.stackoverflow.com" => Ok(Self::StackOverflow),
            "chat.meta.stackexchange.com" => Ok(Self::MetaStackExchange),
            _ => {
                let (chat, login) = text.split_once(' ').unwrap_or((text, text));
                Self::custom(chat, login)
            }
        }
    }
}

impl TryFrom<String> for Server {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Server> for String {
    fn from(server: Server) -> Self {
        server.to_string()
    }
}

impl Origin {
    /// Whether an address is there.
    pub(crate) fn has(&self, uri: &Uri) -> bool {
        let Some(authority) = uri.authority().filter(|_| uri.scheme() == Some(&self.scheme)) else { return false };
        // Addresses are made from such URLs, so that theirs is the one way to write a host.
        *authority == self.authority
            || Some(authority.host()) == self.url.host_str()
                && authority.port_u16().is_some_and(|port| Some(port) == self.url.port_or_known_default())
    }
}

/// Whether an address leads to this machine, by its name or by its address.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn known(url: &str) -> Origin {
    origin(url).expect("a literal address")
}

fn origin(text: &str) -> Result<Origin, Error> {
    let bad = |why: String| Error::Invalid(Invalid::Address(why));
    let mut url = Url::parse(text).map_err(|e| bad(format!("{text:?}: {e}")))?;
    let loopback = is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(bad(format!("{text:?}: http is for loopback only, use https"))),
        _ => return Err(bad(format!("{text:?}: not an https address"))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("an address must hold no user name or password".to_owned()));
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    let Parts { scheme, authority, .. } =
        Uri::try_from(url.as_str()).map_err(|e| bad(format!("{text:?}: {e}")))?.into_parts();
    let (Some(scheme), Some(authority)) = (scheme, authority) else { return Err(bad(format!("{text:?}: no host"))) };
    Ok(Origin { url, scheme, authority })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_its_hosts_and_cookie() {
        let hosts = |server: Server| {
            (
                server.chat().host_str().unwrap().to_owned(),
                server.login().host_str().unwrap().to_owned(),
                server.chat_cookie(),
            )
        };
        assert_eq!(
            hosts(Server::StackExchange),
            ("chat.stackexchange.com".into(), "meta.stackexchange.com".into(), "sechatusr")
        );
        assert_eq!(
            hosts(Server::StackOverflow),
            ("chat.stackoverflow.com".into(), "stackoverflow.com".into(), "chatusr")
        );
        assert_eq!(
            hosts(Server::MetaStackExchange),
            ("chat.meta.stackexchange.com".into(), "meta.stackexchange.com".into(), "chatusr")
        );
    }

    #[test]
    fn a_server_reads_back_what_it_writes() {
        let two = Server::custom("https://chat.example:8443", "https://login.example").unwrap();
        for server in [Server::StackExchange, Server::StackOverflow, Server::MetaStackExchange, two] {
            assert_eq!(server.to_string().parse::<Server>().unwrap(), server);
        }
        for known in
            ["chat.stackoverflow.com", "https://chat.stackoverflOw.com:443", "https://chat.stackoverflow.com/x"]
        {
            assert_eq!(known.parse::<Server>().unwrap(), Server::StackOverflow, "{known}");
        }
    }

    #[test]
    fn sockets_are_where_the_server_is_known_to_have_them() {
        let local = Server::custom("http://127.0.0.1:1", "http://127.0.0.1:1").unwrap();
        let other = Server::custom("https://chat.example", "https://chat.example").unwrap();
        let may = |server: &Server, url: &str, allowed: &[&str]| {
            let allowed: Vec<_> = allowed.iter().map(|host| (*host).to_owned()).collect();
            server.has_socket_at(&url.parse().unwrap(), &allowed)
        };
        let known = "wss://chat.sockets.stackexchange.com/events/1/x";
        assert!(may(&Server::StackOverflow, known, &[]) && !may(&other, known, &[]));
        assert!(may(&Server::StackOverflow, "wss://chat.stackoverflow.com/x", &[]));
        assert!(may(&other, "wss://chat.example:8443/x", &[]));
        assert!(may(&local, "ws://127.0.0.1:2/x", &[]));
        for bad in [
            "wss://evil.example/x",
            "wss://chat.sockets.stackexchange.com.evil.example/x",
            "wss://evilsockets.stackexchange.com/x",
            "ws://chat.sockets.stackexchange.com/x",
            "wss://127.0.0.1/x",
        ] {
            assert!(!may(&Server::StackOverflow, bad, &[]), "{bad}");
        }
        assert!(may(&other, "wss://Sockets.example/x", &["sockets.EXAMPLE"]));
        assert!(!may(&local, "ws://sockets.example/x", &["sockets.example"]), "no word of it without TLS");
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        assert!(Server::custom("http://127.0.0.1:8080", "http://localhost:8080").is_ok());
        assert!(Server::custom("http://chat.example", "https://chat.example").is_err());
        assert!(Server::custom("ftp://127.0.0.1", "http://127.0.0.1").is_err());
        assert!(Server::custom("https://me:pw@chat.example", "https://chat.example").is_err());
    }
}
