//! What every [`Runtime`] must do, as one suite. Each adapter's tests call [`all`].
//!
//! The other side is written with threads and blocking sockets, so that it favours no runtime, and byte by byte where
//! that matters.

mod http;
mod limits;
mod peer;
mod proxies;
mod sockets;
mod time;
mod trust;

use crate::network::Network;
use crate::runtime::Runtime;

/// Runs the suite; it panics at the first promise that is not kept. `new` makes a runtime with these settings.
pub async fn all<R: Runtime>(new: impl Fn(Network) -> R) {
    let trust = trust::Authority::new();
    let runtime = new(direct().tls(trust.client()));
    time::all(&runtime).await;
    http::all(&runtime).await;
    http::secured(&runtime, &trust).await;
    sockets::all(&runtime).await;
    sockets::secured(&runtime, &trust).await;
    trust::all(&new, &trust).await;
    limits::all(&new, &trust).await;
    proxies::all(&new, &trust).await;
}

/// The usual settings, whatever this machine's environment says.
fn direct() -> Network {
    Network::new().no_proxy()
}
