//! An engine in any number of rooms, with a server that is as little as will do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use sechat_core::engine::{Access, Input, Output, SocketId};
use sechat_core::{Config, Credentials, Engine, Now, RoomId, Server};

/// What the server's pages say.
const HOME: &str = r#"<span class="topbar-menu-links"><a href="/users/101/bot">Bot</a></span>
    <input name="fkey" type="hidden" value="0123456789abcdef0123456789abcdef">"#;

/// An engine whose requests are answered at once.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) now: Now,
    socket: Option<SocketId>,
    /// The last event on the server.
    last: u64,
    /// The last event that each room's frames have covered.
    covered: BTreeMap<u64, u64>,
}

impl Stage {
    /// In the rooms from 1 to `rooms`, all on one socket.
    #[expect(clippy::disallowed_methods, reason = "a bench has a clock")]
    pub(crate) fn new(rooms: u64) -> Self {
        let server = Server::StackExchange;
        let cookies = Credentials::from_cookies(server.clone(), "a", "p").expect("they could be cookies");
        let mut config = Config::new(server, Access::Credentials(cookies));
        config.seed = 7;
        let engine = Engine::new(config).expect("a good configuration");
        let now = Now::new(Instant::now(), SystemTime::now());
        let mut stage = Self { engine, now, socket: None, last: 1000, covered: BTreeMap::new() };
        let session = stage.engine.log_in(now);
        stage.settle();
        drop(stage.engine.take(&session).expect("it has ended").expect("a session"));
        for room in 1..=rooms {
            stage.covered.insert(room, stage.last);
            let joined = stage.engine.join(now, RoomId(room));
            stage.settle();
            stage.engine.take(&joined).expect("it has ended").expect("a room");
            // The sign of life that shows the room.
            stage.hear(Bytes::from(format!(r#"{{"r{room}":{{"t":{last},"d":0}}}}"#, last = stage.last)));
            stage.settle();
        }
        assert_eq!(stage.engine.rest(), sechat_core::engine::Rest::Quiet);
        stage
    }

    pub(crate) fn hand_in(&mut self, input: Input) {
        self.engine.handle_input(self.now, input);
    }

    /// A frame arrives.
    pub(crate) fn hear(&mut self, frame: Bytes) {
        self.hand_in(Input::SocketFrame(self.socket.expect("it was opened"), frame));
    }

    /// Answers everything until nothing is asked any more.
    pub(crate) fn settle(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Http(id, request) => {
                    let answer = self.answer(&request);
                    self.hand_in(Input::Http(id, Ok(Response::new(answer))));
                }
                Output::SocketOpen(id, _) => {
                    self.socket = Some(id);
                    self.hand_in(Input::SocketOpened(id));
                }
                Output::SocketClose(_) => unreachable!("one socket is enough"),
                _ => {}
            }
        }
    }

    /// The next frame of a room with so many messages.
    pub(crate) fn frame(&mut self, room: u64, events: u64) -> Bytes {
        let mut list = String::new();
        for n in 0..events {
            self.last += 1;
            let comma = if n == 0 { "" } else { "," };
            let _ = write!(
                list,
                r#"{comma}{{"event_type":1,"time_stamp":1773500000,"content":"see \u003ca href=\"https://example.com/q/1\" rel=\"nofollow\"\u003ethis\u003c/a\u003e, it\u0027s there","id":{id},"user_id":13,"user_name":"Ada","room_id":{room},"room_name":"Sandbox","message_id":{id}}}"#,
                id = self.last,
            );
        }
        let before = self.covered.insert(room, self.last).expect("a room that is joined");
        Bytes::from(format!(r#"{{"r{room}":{{"e":[{list}],"t":{},"d":{}}}}}"#, self.last, self.last - before))
    }

    /// Moves on in time.
    #[allow(dead_code, reason = "not every bench waits")]
    pub(crate) fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    fn answer(&self, request: &Request<Bytes>) -> Bytes {
        let path = request.uri().path();
        Bytes::from(match path {
            "/ws-auth" => r#"{"url":"wss://chat.sockets.stackexchange.com/events/1/0123"}"#.to_owned(),
            "/events" => {
                let form = String::from_utf8_lossy(request.body());
                let rooms = form.split('&').filter_map(|pair| pair.split_once('=')).filter(|(name, _)| *name != "fkey");
                let news: Vec<_> = rooms.map(|(room, _)| format!(r#""{room}":{{"t":{},"d":0}}"#, self.last)).collect();
                format!("{{{}}}", news.join(","))
            }
            _ if path.ends_with("/messages/new") => r#"{"id":68000001,"time":1773500000}"#.to_owned(),
            _ if path.ends_with("/events") => {
                format!(r#"{{"events":[],"time":{},"sync":1773500000}}"#, self.last)
            }
            _ => HOME.to_owned(),
        })
    }
}
