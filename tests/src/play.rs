//! The next thing that happens, and who gets what is on its way.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use sechat_core::TransportError;
use sechat_core::engine::{ExchangeId, Input, Output, SocketId};
use sechat_fixtures::{Close, SocketKey};

use crate::Duo;
use crate::network::{Fate, FrameFate, Sent};

/// One way.
const LATENCY: Duration = Duration::from_millis(10);

/// What is on its way.
#[derive(Debug)]
pub(crate) enum Act {
    Request(ExchangeId, Request<Bytes>, Fate),
    /// Carried out without anybody waiting for it.
    Straggler(Request<Bytes>),
    Answer(ExchangeId, Result<Response<Bytes>, TransportError>),
    Handshake(SocketId, Request<()>),
    Opened(SocketId),
    Frame(SocketId, String),
    Closed(SocketId, TransportError),
}

impl Duo {
    /// Does the next thing, if there is one by then.
    pub(crate) fn step(&mut self, limit: Instant) -> bool {
        self.exchange();
        let engine = self.engine.poll_timeout().map(|deadline| deadline.at);
        let act = self.agenda.keys().next().map(|(at, _)| *at);
        let server = self.server.poll_timeout();
        let Some(at) = [engine, act, server].into_iter().flatten().min().filter(|at| *at <= limit) else {
            return false;
        };
        if at > self.now.mono {
            self.now = self.now + (at - self.now.mono);
        }
        let due = |time: Option<Instant>| time.is_some_and(|time| time <= at);
        if due(act) {
            if let Some((_, act)) = self.agenda.pop_first() {
                self.act(act);
            }
        } else if due(server) {
            self.server.handle_timeout(self.now);
        } else {
            self.engine.handle_input(self.now, Input::Timeout);
            let stale = self.engine.poll_timeout().filter(|deadline| deadline.at <= self.now.mono);
            assert!(stale.is_none(), "a deadline that was handled stays: {stale:?}");
        }
        self.exchange();
        true
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Request(id, request, fate) => {
                if let Fate::LateArrival(after) = fate {
                    self.schedule_in(after, Act::Straggler(request.clone()));
                }
                let real = fate.reaches_server().then(|| self.server.handle(self.now, request));
                if let Some(answer) = &real {
                    self.secrets.learn_from_answer(answer);
                }
                let after = if let Fate::LateAnswer(after) = fate { after } else { LATENCY };
                if let Some(answer) = fate.answer(real) {
                    self.schedule_in(after, Act::Answer(id, answer));
                }
            }
            Act::Straggler(request) => drop(self.server.handle(self.now, request)),
            Act::Answer(id, answer) if !self.aborted.contains(&id) => {
                self.engine.handle_input(self.now, Input::Http(id, answer));
            }
            Act::Answer(..) => {}
            Act::Handshake(..) if self.silent_handshakes => {}
            Act::Handshake(id, request) => {
                let lost = self.away || self.no_sockets;
                match if lost { None } else { self.server.connect(self.now, &request).ok() } {
                    Some(key) => {
                        self.sockets.insert(id, key);
                        self.schedule(Act::Opened(id));
                    }
                    None => self.schedule(Act::Closed(id, TransportError::unsent("the handshake failed"))),
                }
            }
            Act::Opened(id) => self.engine.handle_input(self.now, Input::SocketOpened(id)),
            Act::Frame(id, text) => self.engine.handle_input(self.now, Input::SocketFrame(id, text.into())),
            Act::Closed(id, fault) => self.engine.handle_input(self.now, Input::SocketClosed(id, fault)),
        }
    }

    /// Takes over what both sides have for each other.
    pub(crate) fn exchange(&mut self) {
        while self.reads != Some(0)
            && let Some(output) = self.engine.poll_output()
        {
            self.secrets.check(&output);
            if let (Some(left), Output::Event(_) | Output::Replayed(_)) = (&mut self.reads, &output) {
                *left -= 1;
            }
            match output {
                Output::Http(id, request) => self.transmit(id, request),
                Output::HttpAbort(id) => drop(self.aborted.insert(id)),
                Output::SocketOpen(id, request) => {
                    let sent = Sent::handshake(self.time(), &request);
                    assert_eq!(sent.cookies, None, "sockets need no cookies");
                    self.sent.push(sent);
                    self.schedule_in(LATENCY + self.handshakes_after, Act::Handshake(id, request));
                }
                Output::SocketClose(id) => {
                    if let Some(key) = self.sockets.remove(&id) {
                        self.server.disconnect(self.now, key);
                    }
                }
                Output::Done(_) => {}
                Output::Event(event) => self.events.push(event),
                Output::Replayed(event) => self.replayed.push(event),
                Output::FeedEnded(result) => self.feed_ended = Some(result),
                Output::Finished => self.finished = true,
            }
        }
        self.bring_frames();
    }

    fn transmit(&mut self, id: ExchangeId, request: Request<Bytes>) {
        let sent = Sent::request(self.time(), &request);
        let hosts = [self.config.server.chat(), self.config.server.login()];
        assert!(hosts.iter().any(|host| host.host_str() == Some(&sent.host)), "a request to a foreign host: {sent:?}");
        self.secrets.learn_from_request(&sent);
        let fate = if self.away { Fate::Refused } else { self.fate_of(&sent) };
        self.sent.push(sent);
        self.schedule(Act::Request(id, request, fate));
    }

    fn fate_of(&mut self, sent: &Sent) -> Fate {
        let rule = self.rules.iter_mut().find(|rule| rule.is_for(sent));
        let Some(rule) = rule else { return Fate::Fine };
        rule.left = rule.left.map(|left| left - 1);
        rule.fate.clone()
    }

    fn bring_frames(&mut self) {
        let open: Vec<(SocketId, SocketKey)> = self.sockets.iter().map(|(id, key)| (*id, *key)).collect();
        for (id, key) in open {
            for text in self.server.frames(self.now, key) {
                match self.frames.pop_front() {
                    Some(FrameFate::Lost) => {}
                    Some(FrameFate::Truncated) => {
                        let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
                        self.schedule(Act::Frame(id, text[..half].to_owned()));
                    }
                    Some(FrameFate::Doubled) => {
                        self.schedule(Act::Frame(id, text.clone()));
                        self.schedule(Act::Frame(id, text));
                    }
                    None => self.schedule(Act::Frame(id, text)),
                }
            }
            if self.server.closing(key).is_some_and(|how| *how != Close::Silence) {
                self.sockets.remove(&id);
                self.server.disconnect(self.now, key);
                self.schedule(Act::Closed(id, TransportError::maybe_sent("the socket was cut")));
            }
        }
    }

    pub(crate) fn schedule(&mut self, act: Act) {
        self.schedule_in(LATENCY, act);
    }

    fn schedule_in(&mut self, after: Duration, act: Act) {
        self.acts += 1;
        self.agenda.insert((self.now.mono + after, self.acts), act);
    }
}
