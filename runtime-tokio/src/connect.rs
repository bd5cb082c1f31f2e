//! How hyper's client gets its connections.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_tungstenite::tokio::TokioAdapter;
use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use sechat_client::TransportError;
use sechat_client::network::{Connector, Target};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use crate::runtime::Tcp;

/// The shared connector, in the shape that hyper's client asks for.
#[derive(Debug, Clone)]
pub(crate) struct Connect(pub(crate) Connector<Tcp>);

/// A connection as tokio sees it.
pub(crate) trait Link: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Link for S {}

impl Connection for Box<dyn Link> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Service<Uri> for Connect {
    type Response = TokioIo<Box<dyn Link>>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.0.clone();
        Box::pin(async move {
            let stream = connector.connect(&Target::of(&uri)?).await?;
            Ok(TokioIo::new(Box::new(TokioAdapter::new(stream)) as Box<dyn Link>))
        })
    }
}
