//! What lies below HTTP, and its settings: the same for every adapter.

mod connector;
mod environment;
mod exceptions;
mod proxies;
mod proxy;
mod race;
mod target;
mod tls;
mod tunnel;

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use sechat_core::Invalid;

pub use self::connector::{Connector, Dial, Stream};
use self::proxies::Proxies;
pub use self::proxy::Proxy;
pub use self::race::{STAGGER, race};
pub use self::target::Target;
use self::tls::Trust;

/// How long an unused connection is kept. Well below the time after which servers close idle ones: meeting one that is
/// just being closed would leave it open whether the request arrived.
pub const IDLE: Duration = Duration::from_secs(20);

/// How many unused connections to one place are kept.
pub const KEPT: usize = 4;

/// How an adapter reaches the network: `Tokio::with(network)`, `Blocking::with(network)`, and so on.
///
/// ```
/// use std::time::Duration;
///
/// use sechat_client::{Network, Proxy};
///
/// let proxy = Proxy::new("http://proxy.example:3128")?.basic_auth("bot", "password").except("intern.example, 10.0.0.0/8");
/// let network = Network::new().proxy(proxy).connect_timeout(Duration::from_secs(5)).body_limit(2 << 20);
/// # Ok::<(), sechat_client::Invalid>(())
/// ```
///
/// What is said to the server is set in the [`Config`](crate::Config) of a connection: its
/// [`user_agent`](crate::Config::user_agent), and how long an answer may take, its
/// [`request_timeout`](crate::Config::request_timeout).
#[derive(Debug, Clone)]
#[must_use = "it changes nothing before an adapter is made with it"]
pub struct Network {
    trust: Trust,
    proxies: Proxies,
    connect_timeout: Duration,
    body_limit: usize,
    frame_limit: usize,
}

impl Network {
    /// The usual settings: what the system trusts, and the proxies that the environment names now, as
    /// [`proxy_from_env`](Self::proxy_from_env) says.
    pub fn new() -> Self {
        Self {
            trust: Trust::default(),
            proxies: Proxies::from_env(),
            connect_timeout: Duration::from_secs(15),
            body_limit: 8 << 20,
            frame_limit: 1 << 20,
        }
    }

    /// Sends everything through this proxy, whatever the environment says, but for what [`Proxy::except`] names.
    ///
    /// Connections to this machine itself (`localhost`, names below it, and loopback addresses) never take a proxy.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxies = Proxies::all_through(proxy);
        self
    }

    /// Connects directly, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Proxies::default();
        self
    }

    /// Reads the proxies from the environment, as [`new`](Self::new) does.
    ///
    /// `https_proxy` or `HTTPS_PROXY` is for `https` and `wss`, `http_proxy` for `http` and `ws`, and `all_proxy` or
    /// `ALL_PROXY` for those that have none of their own. The first that is set counts, and an empty one stands for
    /// none. `no_proxy` or `NO_PROXY` is read as [`Proxy::except`] says. There is no `HTTP_PROXY`: where a web server
    /// runs the program by CGI, whoever sends a request with a header `Proxy` sets that variable.
    ///
    /// A variable that is not an address of a proxy makes those connections fail that it is for: going past a proxy
    /// unasked could be worse. The settings of Windows and macOS are not read.
    pub fn proxy_from_env(mut self) -> Self {
        self.proxies = Proxies::from_env();
        self
    }

    /// Trusts these certificate authorities as well as those of the system: one certificate in PEM, or several.
    ///
    /// Fails if there is none, if one cannot be read, or after [`tls`](Self::tls). On Android, secure connections fail:
    /// there the system alone decides.
    pub fn add_root_certificate_pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self, Invalid> {
        self.trust.add(pem.as_ref())?;
        Ok(self)
    }

    /// Uses these TLS settings, in place of what the system trusts and of all authorities added.
    ///
    /// Build them with [`ClientConfig::builder_with_provider`]: the shorter `builder` panics when crates of the program
    /// disagree about the cryptography to use. Protocols for ALPN are removed, for only HTTP/1.1 is spoken.
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.trust = Trust::Custom(config);
        self
    }

    /// How long it may take until a connection is ready, with name lookup, proxy and TLS; 15 s unless set.
    ///
    /// Keep it below [`Config::request_timeout`](crate::Config::request_timeout): a request that found no connection
    /// was certainly not sent and can be repeated. One that is given up as a whole may have arrived.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// The longest body of an answer, in bytes; 8 MiB unless set. A longer one is an error, and not read to its end.
    ///
    /// Pages of chat have up to some hundred kilobytes.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The longest frame and the longest message of a WebSocket, in bytes; 1 MiB unless set. A longer one is an error
    /// that ends the socket; what it held is then read by polling.
    pub fn frame_limit(mut self, bytes: usize) -> Self {
        self.frame_limit = bytes;
        self
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}
