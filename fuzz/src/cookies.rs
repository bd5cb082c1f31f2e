//! What answers set.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{COOKIE, DATE, SET_COOKIE};
use http::{HeaderValue, Response};
use sechat_core::endpoint::ListRooms;
use sechat_core::engine::{Access, Input, Output};
use sechat_core::{Config, Credentials, Engine, Now, Server};

/// The first line is the `Date` of an answer, each of the others a `Set-Cookie`.
pub fn run(input: &[u8]) {
    let server = Server::StackExchange;
    let Ok(pasted) = Credentials::from_cookies(server.clone(), "t=a&s=b", "guid") else { return };
    let mut engine = Engine::new(Config::new(server, Access::Credentials(pasted))).expect("its own server");
    let mut now = Now::new(Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let _rooms = engine.submit(now, ListRooms::default());
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut answer = Response::new(Bytes::from_static(b"\"ok\""));
    let date = lines.next().and_then(|date| HeaderValue::from_bytes(date).ok());
    answer.headers_mut().extend(date.map(|date| (DATE, date)));
    let cookies = lines.filter_map(|line| HeaderValue::from_bytes(line).ok()).take(500);
    for cookie in cookies {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    for _ in 0..4 {
        while let Some(output) = engine.poll_output() {
            let Output::Http(id, request) = output else { continue };
            if let Some(header) = request.headers().get(COOKIE) {
                let header = header.to_str().expect("cookies are plain");
                let names: Vec<_> = header.split("; ").map(|pair| pair.split_once('=').expect("a pair").0).collect();
                let known = ["acct", "prov", "sechatusr"];
                assert!(names.iter().all(|name| known.contains(name)) && names.len() <= 3, "{names:?}");
            }
            engine.handle_input(now, Input::Http(id, Ok(answer.clone())));
        }
        let Some(deadline) = engine.poll_timeout() else { break };
        now = now + deadline.at.saturating_duration_since(now.mono);
        engine.handle_input(now, Input::Timeout);
    }
    if let Some(credentials) = engine.credentials() {
        assert_eq!(Credentials::from_json(&credentials.to_json()).ok(), Some(credentials));
    }
}
