//! Where an address leads.

use std::fmt;

use http::Uri;
use sechat_core::TransportError;

/// The host and port of an address, and whether TLS is spoken there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Target {
    /// Whether the connection is secured.
    pub secure: bool,
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port, the scheme's own if the address names none.
    pub port: u16,
}

impl Target {
    /// Reads an absolute address with the scheme `http`, `https`, `ws` or `wss`.
    pub fn of(uri: &Uri) -> Result<Self, TransportError> {
        let secure = match uri.scheme_str() {
            Some("https" | "wss") => true,
            Some("http" | "ws") => false,
            _ => return Err(TransportError::unsent("the address has no scheme that is known")),
        };
        let host = uri.host().unwrap_or_default();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return Err(TransportError::unsent("the address has no host"));
        }
        Ok(Self { secure, host: host.to_owned(), port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }) })
    }
}

/// Host and port, as in an address: IPv6 in brackets.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_where_they_say() {
        let target = |text: &str| Target::of(&text.parse().unwrap()).map(|t| (t.secure, t.host, t.port));
        assert_eq!(target("https://chat.example/x"), Ok((true, "chat.example".into(), 443)));
        assert_eq!(target("ws://chat.example:81/x"), Ok((false, "chat.example".into(), 81)));
        assert_eq!(target("wss://[::1]/"), Ok((true, "::1".into(), 443)));
        assert_eq!(Target::of(&"wss://[::1]/".parse().unwrap()).unwrap().to_string(), "[::1]:443");
        assert!(!target("ftp://chat.example/").unwrap_err().sent);
        assert!(!target("/only/a/path").unwrap_err().sent);
    }
}
