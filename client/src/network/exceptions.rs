//! Places that are reached without a proxy.

use std::net::IpAddr;

use ipnet::IpNet;

use super::target::Target;

/// What a variable `no_proxy` says; [`Proxy::except`](super::Proxy::except) has its syntax.
#[derive(Debug, Clone, Default)]
pub(super) struct Exceptions(Vec<Exception>);

#[derive(Debug, Clone)]
struct Exception {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Debug, Clone)]
enum Hosts {
    All,
    /// The name in lower case, without dots at its ends; and all names below it.
    Name(String),
    Block(IpNet),
}

impl Exceptions {
    pub(super) fn parse(text: &str) -> Self {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(Exception::parse).collect())
    }

    pub(super) fn matches(&self, target: &Target) -> bool {
        self.0.iter().any(|exception| exception.matches(target))
    }
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        if let Some(hosts) = Hosts::parse(text) {
            return Some(Self { hosts, port: None });
        }
        let (host, port) = text.rsplit_once(':')?;
        Some(Self { hosts: Hosts::parse(host)?, port: Some(port.parse().ok()?) })
    }

    fn matches(&self, target: &Target) -> bool {
        self.port.is_none_or(|port| port == target.port) && self.hosts.contain(&target.host)
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Some(Self::Block(address.to_canonical().into()));
        }
        if let Ok(block) = text.parse() {
            return Some(Self::Block(block));
        }
        let name = text.strip_prefix('*').unwrap_or(text).trim_matches('.').to_ascii_lowercase();
        (!name.is_empty() && !name.contains([':', '/', '*'])).then_some(Self::Name(name))
    }

    fn contain(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Block(block) => host.parse().is_ok_and(|ip: IpAddr| block.contains(&ip.to_canonical())),
            Self::Name(name) => {
                let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                host.strip_suffix(name).is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn excepted(places: &str, url: &str) -> bool {
        Exceptions::parse(places).matches(&Target::of(&url.parse().unwrap()).unwrap())
    }

    #[test]
    fn names_stand_for_all_below_them() {
        for places in ["example.com", ".example.com", "*.example.com", "x, EXAMPLE.com.", "x example.com y"] {
            for url in ["https://example.com/", "http://a.b.Example.com:81/", "wss://chat.example.com./"] {
                assert!(excepted(places, url), "{places} {url}");
            }
            for url in ["https://notexample.com/", "https://example.com.org/", "https://com/"] {
                assert!(!excepted(places, url), "{places} {url}");
            }
        }
        assert!(excepted("*", "https://example.com/"));
    }

    #[test]
    fn ports_narrow_an_exception_down() {
        assert!(excepted("example.com:8080", "http://chat.example.com:8080/"));
        assert!(!excepted("example.com:8080", "http://chat.example.com/"));
        assert!(excepted("example.com:443", "wss://example.com/"));
        assert!(excepted("[2001:db8::1]:81", "http://[2001:db8::1]:81/"));
        assert!(!excepted("[2001:db8::1]:81", "http://[2001:db8::1]/"));
    }

    #[test]
    fn addresses_are_compared_as_numbers() {
        assert!(excepted("10.0.0.0/8", "http://10.200.3.4/"));
        assert!(!excepted("10.0.0.0/8", "http://11.0.0.1/"));
        assert!(!excepted("10.0.0.0/8", "http://10.0.0.1.example/"));
        assert!(excepted("10.1.2.3", "http://10.1.2.3/") && !excepted("10.1.2.3", "http://10.1.2.4/"));
        assert!(excepted("2001:db8::/32", "http://[2001:db8:0::9]/"));
        assert!(excepted("2001:db8::1", "http://[2001:db8:0::1]/"));
        assert!(excepted("10.0.0.0/8", "http://[::ffff:10.0.0.1]/"));
    }

    #[test]
    fn what_means_nothing_excepts_nothing() {
        for places in ["", ",, ,", ".", "example.com:port", "10.0.0.0/99", "ex*mple.com", "http://example.com"] {
            assert!(!excepted(places, "http://example.com/") && !excepted(places, "http://10.0.0.1/"), "{places}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down(places in "(\\PC|[\\[\\]:./,*0-9]){0,40}", host in "[a-z0-9.-]{1,20}") {
            let target = Target { secure: true, host: host.clone(), port: 443 };
            Exceptions::parse(&places).matches(&target);
            let name = host.trim_matches('.');
            let itself = Exceptions::parse(name).matches(&Target { host: name.to_owned(), ..target });
            prop_assert!(name.is_empty() || itself);
        }
    }
}
