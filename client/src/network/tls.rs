//! What HTTPS and secure WebSockets trust.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use sechat_core::{Invalid, TransportError};

/// Whom to trust.
#[derive(Clone)]
pub(super) enum Trust {
    /// The authorities of the system, and these.
    System(Vec<CertificateDer<'static>>),
    Custom(Arc<ClientConfig>),
}

/// Settings, or why there are none: told on the first secure connection, so that plain ones to a simulated server work
/// on a system without certificates too.
#[derive(Clone)]
pub(super) struct Tls(Result<Arc<ClientConfig>, TransportError>);

impl Trust {
    pub(super) fn add(&mut self, pem: &[u8]) -> Result<(), Invalid> {
        let Self::System(extra) = self else {
            return Err(Invalid::Certificate("TLS settings of your own say already what is trusted".to_owned()));
        };
        let before = extra.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| Invalid::Certificate(error.to_string()))?;
            // It could be damaged, and that would stop all secure connections later.
            let fit = RootCertStore::empty().add(certificate.clone());
            fit.map_err(|error| Invalid::Certificate(error.to_string()))?;
            extra.push(certificate);
        }
        if extra.len() == before {
            return Err(Invalid::Certificate("there is none in PEM".to_owned()));
        }
        Ok(())
    }
}

impl Tls {
    pub(super) fn new(trust: Trust) -> Self {
        match trust {
            Trust::System(extra) if extra.is_empty() => Self::platform(),
            Trust::System(extra) => Self::trusting(extra),
            Trust::Custom(mut config) => {
                if !config.alpn_protocols.is_empty() {
                    Arc::make_mut(&mut config).alpn_protocols.clear();
                }
                Self(Ok(config))
            }
        }
    }

    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, TransportError> {
        self.0.clone()
    }

    /// Read once in the life of the process.
    fn platform() -> Self {
        static PLATFORM: OnceLock<Tls> = OnceLock::new();
        PLATFORM.get_or_init(|| Self::trusting(Vec::new())).clone()
    }

    fn trusting(extra: Vec<CertificateDer<'static>>) -> Self {
        let config = with_system(extra).map(Arc::new);
        Self(config.map_err(|error| TransportError::unsent(format_args!("no certificates to trust: {error}"))))
    }
}

fn with_system(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    // Named, or a second provider anywhere in the program would make this panic.
    let provider = Arc::new(ring::default_provider());
    #[cfg(not(target_os = "android"))]
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))?;
    #[cfg(target_os = "android")]
    let verifier = match &extra[..] {
        [] => Verifier::new(Arc::clone(&provider))?,
        _ => return Err(rustls::Error::General("Android takes no more authorities than its own".to_owned())),
    };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

impl Default for Trust {
    fn default() -> Self {
        Self::System(Vec::new())
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(extra) => f.debug_struct("System").field("extra", &extra.len()).finish(),
            Self::Custom(_) => f.debug_struct("Custom").finish_non_exhaustive(),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.as_ref().map(|_| "ClientConfig")).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom() -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    }

    #[test]
    fn only_http_1_is_spoken() {
        let mut config = custom();
        config.alpn_protocols = vec![b"h2".to_vec()];
        assert!(Tls::new(Trust::Custom(Arc::new(config))).config().unwrap().alpn_protocols.is_empty());
    }

    #[test]
    fn what_is_no_certificate_is_refused_at_once() {
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for pem in ["", "no PEM", damaged, cut, key] {
            assert!(matches!(Trust::default().add(pem.as_bytes()), Err(Invalid::Certificate(_))), "{pem}");
        }
        assert!(matches!(Trust::Custom(Arc::new(custom())).add(b""), Err(Invalid::Certificate(_))));
    }
}
