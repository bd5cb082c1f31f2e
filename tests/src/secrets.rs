//! Secrets of a scene, and where they must not be.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};

use bytes::Bytes;
use http::Response;
use http::header::SET_COOKIE;

use crate::network::Sent;

/// Everything that passed over the network and must not show anywhere else.
#[derive(Default)]
pub(crate) struct Secrets(BTreeSet<String>);

impl Secrets {
    pub(crate) fn learn(&mut self, secret: &str) {
        // Shorter ones would be found everywhere.
        if secret.len() >= 8 {
            self.0.insert(secret.to_owned());
        }
    }

    pub(crate) fn learn_from_request(&mut self, sent: &Sent) {
        for name in ["fkey", "password"] {
            self.learn(sent.field(name).unwrap_or_default());
        }
    }

    pub(crate) fn learn_from_answer(&mut self, answer: &Response<Bytes>) {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            self.learn(pair.split_once('=').map_or("", |(_, value)| value));
        }
    }

    /// Fails if a text that people see holds one of them.
    pub(crate) fn check(&self, shown: &(impl Debug + ?Sized)) {
        self.check_text(&format!("{shown:?}"));
    }

    pub(crate) fn check_error(&self, shown: &(impl Debug + Display)) {
        self.check_text(&format!("{shown:?} {shown}"));
    }

    fn check_text(&self, text: &str) {
        let found = self.0.iter().any(|secret| text.contains(secret.as_str()));
        assert!(!found, "a secret shows in: {text}");
    }
}

impl Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.len()).finish()
    }
}
