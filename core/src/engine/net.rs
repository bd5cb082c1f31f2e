//! Requests under way and outputs not yet handed out.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Request, Response};

use super::Config;
use super::io::{ExchangeId, Output, TicketId};
use super::watch::Watch;
use crate::cookies::{Jar, Site};
use crate::{Error, Invalid, Now, Server, TransportError};

/// Who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A call.
    Call(TicketId),
    /// The session, which is logging in or checking itself.
    Session,
}

/// An answer or what came instead.
pub(super) type Answer = Result<Response<Bytes>, TransportError>;

/// The engine's end of the network.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) server: Server,
    pub(super) jar: Jar,
    /// Raised when a cookie changes.
    pub(super) cookie_changes: u64,
    /// What is seen from outside. It is here since all parts have to do with the network.
    pub(super) watch: Watch,
    user_agent: HeaderValue,
    timeout: Duration,
    last_id: u64,
    under_way: BTreeMap<ExchangeId, UnderWay>,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
struct UnderWay {
    owner: Owner,
    /// Where it was sent, if cookies go there.
    site: Option<Site>,
    deadline: Instant,
}

impl Net {
    pub(super) fn new(config: &Config, jar: Jar) -> Result<Self, Error> {
        let user_agent = HeaderValue::from_str(&config.user_agent)
            .ok()
            .filter(|value| value.to_str().is_ok_and(|text| !text.trim().is_empty()))
            .ok_or_else(|| Invalid::UserAgent(config.user_agent.clone()))?;
        Ok(Self {
            server: config.server.clone(),
            jar,
            cookie_changes: 0,
            watch: Watch::default(),
            user_agent,
            timeout: config.request_timeout,
            last_id: 0,
            under_way: BTreeMap::new(),
            outputs: VecDeque::new(),
        })
    }

    /// Sends a request with the cookies that its host may see.
    pub(super) fn send(&mut self, now: Now, owner: Owner, mut request: Request<Bytes>) -> ExchangeId {
        let id = ExchangeId(self.fresh_id());
        let site = self.jar.attach(&self.server, &mut request);
        request.headers_mut().insert(USER_AGENT, self.user_agent.clone());
        self.under_way.insert(id, UnderWay { owner, site, deadline: now.mono + self.timeout });
        self.outputs.push_back(Output::Http(id, request));
        id
    }

    /// An exchange ended: whose it was, with the answer's cookies taken. `None` for one that nobody waits for.
    pub(super) fn finish(&mut self, id: ExchangeId, answer: &Answer) -> Option<Owner> {
        let UnderWay { owner, site, .. } = self.under_way.remove(&id)?;
        if let (Ok(response), Some(site)) = (answer, site)
            && self.jar.store(&self.server, site, response)
        {
            self.cookie_changes += 1;
        }
        Some(owner)
    }

    /// Gives up an exchange.
    pub(super) fn abort(&mut self, id: ExchangeId) {
        if self.under_way.remove(&id).is_some() {
            self.outputs.push_back(Output::HttpAbort(id));
        }
    }

    /// Takes back a request that nobody has begun to send.
    pub(super) fn take_back(&mut self, id: ExchangeId) -> bool {
        let at = self.outputs.iter().position(|output| matches!(output, Output::Http(other, _) if *other == id));
        let found = at.and_then(|at| self.outputs.remove(at)).is_some();
        if found {
            self.under_way.remove(&id);
        }
        found
    }

    /// Gives up every exchange.
    pub(super) fn abort_all(&mut self) {
        self.outputs.extend(std::mem::take(&mut self.under_way).into_keys().map(Output::HttpAbort));
    }

    /// Gives up one exchange whose answer is overdue, and says whose it was.
    pub(super) fn expire(&mut self, now: Now) -> Option<(Owner, TransportError)> {
        let (&id, _) = self.under_way.iter().find(|(_, under_way)| under_way.deadline <= now.mono)?;
        let owner = self.under_way.remove(&id)?.owner;
        self.outputs.push_back(Output::HttpAbort(id));
        let reason = format!("no answer within {} s", self.timeout.as_secs());
        Some((owner, TransportError::maybe_sent(reason)))
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.under_way.values().map(|under_way| under_way.deadline).min()
    }

    /// A number that was not used before in this engine.
    pub(super) fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn user_agent(&self) -> &HeaderValue {
        &self.user_agent
    }

    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(super) fn outputs(&self) -> impl Iterator<Item = &Output> {
        self.outputs.iter()
    }

    pub(super) fn pop(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}
