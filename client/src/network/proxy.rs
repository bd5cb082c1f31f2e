//! An HTTP proxy.

use std::fmt;

use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use sechat_core::{Invalid, Secret};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::exceptions::Exceptions;
use super::target::Target;

/// An HTTP proxy that connections are tunnelled through, by the method `CONNECT`.
///
/// Every connection is, plain ones too, so that the proxy sees no more than where they lead. Some proxies let only port
/// 443 through; that is where chat is.
#[derive(Clone)]
pub struct Proxy {
    place: Target,
    authorization: Option<Secret>,
    except: Exceptions,
}

impl Proxy {
    /// The proxy at an address such as `http://proxy.example:3128`.
    ///
    /// Without a scheme it is `http`; without a port it is the scheme's, 80 or 443. `https` secures the way to the
    /// proxy, which has to have a certificate that is trusted. `http://user:password@proxy.example` logs in there; `@`,
    /// `:` and `/` in the password are written `%40`, `%3A` and `%2F`.
    ///
    /// Fails if that is not an address, or if its scheme is another, such as `socks5`.
    pub fn new(address: &str) -> Result<Self, Invalid> {
        // The text may hold a password, so it is not told.
        let bad = |what: &str| Invalid::Address(format!("{what}, and a proxy is given as http://host:port"));
        let address = address.trim();
        let whole = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let url = Url::parse(&whole).map_err(|error| bad(&error.to_string()))?;
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(bad("the scheme is neither http nor https")),
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(bad("there is no host")),
        };
        let port = url.port_or_known_default().ok_or_else(|| bad("there is no port"))?;
        let place = Target { secure, host, port };
        let proxy = Self { place, authorization: None, except: Exceptions::default() };
        Ok(match (url.username(), url.password()) {
            ("", None) => proxy,
            (user, password) => {
                let decoded = |text| percent_decode_str(text).collect::<Vec<u8>>();
                proxy.log_in(&decoded(user), &decoded(password.unwrap_or_default()))
            }
        })
    }

    /// Logs in to the proxy, in place of what its address says. Nobody but the proxy is told.
    ///
    /// The user name has no `:`. On the way to a proxy with `http`, others may read it.
    #[must_use = "it gives another proxy, and leaves this one as it is"]
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        self.log_in(user.as_bytes(), password.as_bytes())
    }

    /// Goes past the proxy to these places, given as in the variable `no_proxy`.
    ///
    /// They are separated by commas or spaces: `example.com` or `.example.com` for a name and all below it, an IP
    /// address, a block of them such as `10.0.0.0/8`, or `*` for everything; with `:port` behind a name or an address
    /// for that port only. What is none of these is left out. A name is not looked up to see which block it is in.
    #[must_use = "it gives another proxy, and leaves this one as it is"]
    pub fn except(mut self, places: &str) -> Self {
        self.except = Exceptions::parse(places);
        self
    }

    pub(super) fn place(&self) -> &Target {
        &self.place
    }

    pub(super) fn exceptions(&self) -> &Exceptions {
        &self.except
    }

    /// The value of `Proxy-Authorization`.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(Secret::expose)
    }

    fn log_in(mut self, user: &[u8], password: &[u8]) -> Self {
        let pair = Zeroizing::new([user, b":", password].concat());
        self.authorization = Some(format!("Basic {}", BASE64.encode(&pair)).into());
        self
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("place", &self.place)
            .field("authorization", &self.authorization)
            .field("except", &self.except)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(address: &str) -> Option<(bool, String, u16, Option<String>)> {
        let proxy = Proxy::new(address).ok()?;
        let authorization = proxy.authorization().map(str::to_owned);
        let Target { secure, host, port } = proxy.place;
        Some((secure, host, port, authorization))
    }

    #[test]
    fn addresses_are_read_with_and_without_what_may_be_left_out() {
        assert_eq!(read("http://proxy.example:3128/"), Some((false, "proxy.example".into(), 3128, None)));
        assert_eq!(read(" proxy.example:3128"), Some((false, "proxy.example".into(), 3128, None)));
        assert_eq!(read("http://proxy"), Some((false, "proxy".into(), 80, None)));
        assert_eq!(read("https://[::1]"), Some((true, "::1".into(), 443, None)));
        for bad in ["", "http://", "socks5://proxy:1080", "proxy:99999", "http://a b/"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn passwords_are_sent_as_they_are() {
        let basic = |pair: &str| Some(format!("Basic {}", BASE64.encode(pair.as_bytes())));
        let authorization = |address: &str| Proxy::new(address).unwrap().authorization().map(str::to_owned);
        assert_eq!(authorization("http://bot:p%40ss%3A%2F@proxy"), basic("bot:p@ss:/"));
        assert_eq!(authorization("bot:\u{e4}@proxy:1"), basic("bot:\u{e4}"));
        assert_eq!(authorization("http://bot@proxy"), basic("bot:"));
        assert_eq!(authorization("http://proxy"), None);
        let replaced = Proxy::new("http://x:y@proxy").unwrap().basic_auth("bot", "p@ss");
        assert_eq!(replaced.authorization().map(str::to_owned), basic("bot:p@ss"));
    }

    #[test]
    fn passwords_do_not_show() {
        let proxy = Proxy::new("http://bot:hunter22@proxy:1").unwrap();
        let shown = format!("{proxy:?}");
        assert!(!shown.contains("hunter22") && !shown.contains(&BASE64.encode(b"bot:hunter22")), "{shown}");
        for bad in ["http://bot:hunter22@:1", "ftp://bot:hunter22@proxy", "bot:hunter22@proxy:hunter22"] {
            let error = Proxy::new(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter22"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error(text in "(https?://)?\\PC{0,40}") {
            let _ = Proxy::new(&text);
        }
    }
}
