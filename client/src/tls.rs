//! The TLS settings that adapters share.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use sechat_core::TransportError;

/// What HTTPS and secure WebSockets trust.
#[derive(Clone)]
pub struct Tls(Result<Arc<ClientConfig>, TransportError>);

impl Tls {
    /// Trusts what the operating system trusts; read once in the life of the process.
    ///
    /// A system without any certificates is an error on the first secure connection, so that plain ones to a simulated
    /// server work there as well.
    pub fn platform() -> Self {
        static PLATFORM: OnceLock<Tls> = OnceLock::new();
        PLATFORM.get_or_init(|| Self(trusting_the_system().map_err(|error| unsent(&error)))).clone()
    }

    /// Settings of your own, for instance with a private certificate authority.
    ///
    /// Build them with [`ClientConfig::builder_with_provider`]: the shorter `builder` panics when crates of the program
    /// disagree about the cryptography to use. Protocols for ALPN are removed, for only HTTP/1.1 is spoken.
    pub fn custom(config: Arc<ClientConfig>) -> Self {
        let mut config = config;
        if !config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols.clear();
        }
        Self(Ok(config))
    }

    /// The settings, or why there are none.
    pub fn config(&self) -> Result<Arc<ClientConfig>, TransportError> {
        self.0.clone()
    }
}

fn trusting_the_system() -> Result<Arc<ClientConfig>, rustls::Error> {
    // Named, or a second provider anywhere in the program would make this panic.
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_platform_verifier()?.with_no_client_auth()))
}

fn unsent(error: &rustls::Error) -> TransportError {
    TransportError::unsent(format_args!("no certificates to trust: {error}"))
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.as_ref().map(|_| "ClientConfig")).finish()
    }
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;

    #[test]
    fn only_http_1_is_spoken() {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        assert!(Tls::custom(Arc::new(config)).config().unwrap().alpn_protocols.is_empty());
    }
}
