//! Proxies as the environment names them; [`Network::proxy_from_env`](super::Network::proxy_from_env) says how.

use std::env;

use sechat_core::TransportError;

use super::exceptions::Exceptions;
use super::proxies::Proxies;
use super::proxy::Proxy;

impl Proxies {
    pub(super) fn from_env() -> Self {
        Self::from_variables(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| names.iter().find_map(|name| Some((*name, variable(name)?)));
        let proxy = |names: &[&'static str]| {
            let (name, address) = first(names)?;
            let proxy = || {
                Proxy::new(&address).map_err(|error| {
                    TransportError::unsent(format_args!(
                        "the variable {name} names a proxy that cannot be used: {error}"
                    ))
                })
            };
            (!address.trim().is_empty()).then(proxy)
        };
        Self {
            plain: proxy(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            secure: proxy(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            except: first(&["no_proxy", "NO_PROXY"])
                .map_or_else(Exceptions::default, |(_, list)| Exceptions::parse(&list)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::target::Target;
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_variables(|name| {
            variables.iter().find_map(|(set, value)| (*set == name).then(|| (*value).to_owned()))
        })
    }

    /// The host of the proxy on the way to an address.
    fn via(variables: &[(&str, &str)], url: &str) -> Result<Option<String>, TransportError> {
        let proxies = proxies(variables);
        let proxy = proxies.route(&Target::of(&url.parse().unwrap()).unwrap())?;
        Ok(proxy.map(|proxy| proxy.place().host.clone()))
    }

    #[test]
    fn each_scheme_has_its_variables() {
        let is = |variables: &[(&str, &str)], url: &str, host: &str| {
            assert_eq!(via(variables, url), Ok((!host.is_empty()).then(|| host.to_owned())), "{variables:?} {url}");
        };
        for (plain, secure) in
            [("http://chat.example/", "https://chat.example/"), ("ws://c.example/", "wss://c.example/")]
        {
            is(&[], secure, "");
            is(
                &[("https_proxy", "http://a:1"), ("HTTPS_PROXY", "http://b:1"), ("all_proxy", "http://c:1")],
                secure,
                "a",
            );
            is(&[("HTTPS_PROXY", "b:1"), ("ALL_PROXY", "c:1")], secure, "b");
            is(&[("HTTPS_PROXY", "b:1"), ("ALL_PROXY", "c:1")], plain, "c");
            is(&[("http_proxy", "a:1")], plain, "a");
            is(&[("http_proxy", "a:1")], secure, "");
            is(&[("HTTP_PROXY", "a:1")], plain, "");
            is(&[("https_proxy", ""), ("ALL_PROXY", "c:1")], secure, "");
            is(&[("ALL_PROXY", "c:1"), ("NO_PROXY", "other, .example")], secure, "");
            is(&[("ALL_PROXY", "c:1"), ("no_proxy", ""), ("NO_PROXY", "*")], secure, "c");
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_when_it_would_be() {
        let variables =
            [("all_proxy", "socks5://bot:hunter22@c:1"), ("http_proxy", "a:1"), ("no_proxy", "direct.example")];
        assert_eq!(via(&variables, "http://chat.example/"), Ok(Some("a".to_owned())));
        assert_eq!(via(&variables, "https://direct.example/"), Ok(None));
        assert_eq!(via(&variables, "https://localhost/"), Ok(None));
        let error = via(&variables, "https://chat.example/").unwrap_err();
        assert!(!error.sent && error.reason.contains("all_proxy") && !error.reason.contains("hunter22"), "{error}");
    }
}
