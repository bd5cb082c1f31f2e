//! What surf sends through: HTTP and TLS of this library, instead of any client that comes with surf.

use http_client::{Config, HttpClient};
use sechat_client::TransportError;
use sechat_client::wire::Wire;
use surf::StatusCode;
use surf::http::{Request, Response};
use surf::utils::async_trait;

use crate::runtime::Tcp;
use crate::translate;

/// A surf that sends through this wire.
pub(crate) fn client(wire: Wire<Tcp>) -> surf::Client {
    // As the wire has it, whatever surf's own settings start with.
    let config = Config::new()
        .set_http_keep_alive(true)
        .set_tcp_no_delay(true)
        .set_timeout(None)
        .set_max_connections_per_host(usize::MAX);
    let surf = surf::Config::from(config.clone()).set_http_client(Backend { wire, config });
    // Not `with_http_client`: where another crate turns surf's logger on, that would have every address logged.
    surf::Client::try_from(surf).expect("surf makes a backend only if it is given none")
}

#[derive(Debug)]
struct Backend {
    wire: Wire<Tcp>,
    config: Config,
}

#[async_trait]
impl HttpClient for Backend {
    async fn send(&self, request: Request) -> Result<Response, surf::Error> {
        let request = translate::request_back(request).await.map_err(failed)?;
        Ok(translate::answer(self.wire.fetch(request).await.map_err(failed)?))
    }

    fn set_config(&mut self, _: Config) -> Result<(), surf::Error> {
        Err(surf::Error::from_str(StatusCode::NotImplemented, "settings are made with the runtime, not here"))
    }

    fn config(&self) -> &Config {
        &self.config
    }
}

fn failed(error: TransportError) -> surf::Error {
    surf::Error::new(StatusCode::BadGateway, error)
}
