//! What every [`Runtime`] must do, as one suite. Each adapter's tests call [`all`].
//!
//! The other side is written with threads and blocking sockets, so that it favours no runtime, and byte by byte where
//! that matters.

mod http;
mod peer;
mod sockets;
mod time;
mod trust;

use std::sync::Arc;

use rustls::ClientConfig;

use crate::runtime::Runtime;

/// Runs the suite; it panics at the first promise that is not kept. `new` makes a runtime with these TLS settings.
pub async fn all<R: Runtime>(new: impl Fn(Arc<ClientConfig>) -> R) {
    let trust = trust::Authority::new();
    let runtime = new(trust.client());
    time::all(&runtime).await;
    http::all(&runtime).await;
    http::secured(&runtime, &trust).await;
    http::distrusted(&new(trust::Authority::new().client()), &trust).await;
    sockets::all(&runtime).await;
    sockets::secured(&runtime, &trust).await;
}
