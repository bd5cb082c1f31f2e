//! Which connection goes which way.

use std::net::IpAddr;

use sechat_core::TransportError;

use super::exceptions::Exceptions;
use super::proxy::Proxy;
use super::target::Target;

/// The proxies there are, if any. An error stands for one that was meant to be, and is told when it would be used.
#[derive(Debug, Clone, Default)]
pub(super) struct Proxies {
    pub(super) plain: Option<Result<Proxy, TransportError>>,
    pub(super) secure: Option<Result<Proxy, TransportError>>,
    pub(super) except: Exceptions,
}

impl Proxies {
    pub(super) fn all_through(proxy: Proxy) -> Self {
        let except = proxy.exceptions().clone();
        Self { plain: Some(Ok(proxy.clone())), secure: Some(Ok(proxy)), except }
    }

    /// The proxy on the way to a place; `None` if the way is direct.
    pub(super) fn route(&self, target: &Target) -> Result<Option<&Proxy>, TransportError> {
        let proxy = if target.secure { &self.secure } else { &self.plain };
        match proxy {
            Some(proxy) if !is_this_machine(&target.host) && !self.except.matches(target) => {
                proxy.as_ref().map(Some).map_err(TransportError::clone)
            }
            _ => Ok(None),
        }
    }
}

/// A proxy would take it for itself.
fn is_this_machine(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route<'a>(proxies: &'a Proxies, url: &str) -> Option<&'a Proxy> {
        proxies.route(&Target::of(&url.parse().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn this_machine_needs_no_proxy() {
        let proxies = Proxies::all_through(Proxy::new("proxy.example:3128").unwrap());
        for url in ["http://localhost/", "ws://A.LocalHost.:80/", "https://127.8.9.1/", "wss://[::1]/"] {
            assert!(route(&proxies, url).is_none(), "{url}");
        }
        for url in ["http://localhost.example/", "http://notlocalhost/", "https://128.0.0.1/", "wss://[::2]/"] {
            assert!(route(&proxies, url).is_some(), "{url}");
        }
        assert!(route(&Proxies::default(), "https://chat.example/").is_none());
    }

    #[test]
    fn exceptions_are_direct() {
        let proxies = Proxies::all_through(Proxy::new("proxy.example:3128").unwrap().except("chat.example"));
        assert!(route(&proxies, "wss://sockets.chat.example/").is_none());
        assert!(route(&proxies, "https://example/").is_some());
    }
}
