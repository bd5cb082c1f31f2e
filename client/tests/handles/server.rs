//! A server of a few answers, just enough for handles to have something to do.

use sechat_client::bytes::Bytes;
use sechat_client::http::{Method, Response};
use sechat_client::{Error, Reply, TransportError};

use crate::stage::{Exchange, Line, Stage};

#[derive(Default)]
pub(crate) struct Answers {
    /// The texts that were posted, in their order.
    pub(crate) posted: Vec<String>,
    /// The paths of the other requests.
    pub(crate) others: Vec<String>,
    /// The WebSockets that are open, oldest first.
    pub(crate) lines: Vec<Line>,
    /// Nobody is logged in any more.
    pub(crate) expired: bool,
    /// The network is down.
    pub(crate) down: bool,
}

impl Answers {
    /// Answers whatever comes until the call has ended.
    pub(crate) fn run<T>(&mut self, stage: &Stage, mut reply: Reply<T>) -> Result<T, Error> {
        for _ in 0..1000 {
            if let Some(result) = stage.look(&mut reply) {
                return result;
            }
            if !self.answer_all(stage) {
                stage.advance(std::time::Duration::from_millis(500));
            }
        }
        panic!("the call never ends");
    }

    /// Answers what is there now; whether there was anything.
    pub(crate) fn answer_all(&mut self, stage: &Stage) -> bool {
        let mut busy = false;
        while let Some(exchange) = stage.request() {
            self.answer(exchange);
            busy = true;
        }
        while let Some(opening) = stage.opening() {
            self.lines.push(opening.accept());
            busy = true;
        }
        stage.settle();
        busy
    }

    pub(crate) fn answer(&mut self, exchange: Exchange) {
        if self.down {
            return exchange.answer(Err(TransportError::unsent("the network is down")));
        }
        let path = exchange.request.uri().path().to_owned();
        let body = match path.as_str() {
            _ if self.expired => r#"<span class="topbar-menu-links"><a href="/users/login">log in</a></span>"#.into(),
            "/" => r#"<span class="topbar-menu-links"><a href="/users/5/bot" title="Bot">Bot</a></span>
                <input name="fkey" value="0123456789abcdef0123456789abcdef">"#
                .into(),
            "/ws-auth" => r#"{"url":"wss://chat.sockets.stackexchange.com/events/1/0123456789abcdef"}"#.into(),
            path if path.ends_with("/messages/new") => {
                let form = String::from_utf8(exchange.request.body().to_vec()).unwrap();
                let text = form.split('&').find_map(|field| field.strip_prefix("text=")).unwrap();
                self.posted.push(text.replace('+', " "));
                format!(r#"{{"id":{},"time":1700000000}}"#, 100 + self.posted.len())
            }
            path if path.ends_with("/events") => r#"{"events":[],"time":1000,"sync":1700000000,"ms":1}"#.into(),
            _ => "\"ok\"".into(),
        };
        if !path.ends_with("/messages/new") && exchange.request.method() == Method::POST {
            self.others.push(path);
        }
        exchange.answer(Ok(Response::new(Bytes::from(body))));
    }
}
