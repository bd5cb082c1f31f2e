//! Who is trusted, and a certificate authority made for one run.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::http::{get, refused_peer, secured};
use super::{Network, direct};
use crate::runtime::Runtime;

pub(super) async fn all<R: Runtime>(new: &impl Fn(Network) -> R, trust: &Authority) {
    let stranger = Authority::new();
    distrusted(&new(direct().tls(stranger.client())), trust).await;
    distrusted(&new(direct()), trust).await;
    let added = |authority: &Authority| direct().add_root_certificate_pem(authority.pem()).expect("a certificate");
    distrusted(&new(added(&stranger)), trust).await;
    secured(&new(added(trust)), trust).await;
    let both = added(&stranger).add_root_certificate_pem(format!("# ours\n{}\n", trust.pem())).expect("a certificate");
    secured(&new(both), trust).await;
}

async fn distrusted<R: Runtime>(runtime: &R, trust: &Authority) {
    let peer = refused_peer(trust);
    let error = runtime.fetch(get(&peer.url("https", "/"))).await.expect_err("a certificate of a stranger");
    assert!(!error.sent, "{error}");
    // On a system without certificates there was no connection yet.
    peer.poke();
    assert!(peer.finish().await, "the request was read");
}

pub(super) struct Authority {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        let (pem, certificate) = (certificate.pem(), certificate.der().clone());
        Self { certificate, pem, issuer: Issuer::new(params, key) }
    }

    /// Its certificate.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// Trusts this authority alone.
    pub(super) fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate that was just made");
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("the provider's versions");
        Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
    }

    /// Serves as `localhost` and `chat.example`, and as nothing else.
    pub(super) fn server(&self) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned(), "chat.example".to_owned()]).expect("a name");
        let leaf = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key that was just made");
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("the provider's versions");
        let config = builder.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key);
        Arc::new(config.expect("a certificate with its key"))
    }
}
