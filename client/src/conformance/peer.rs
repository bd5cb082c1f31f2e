//! The other side: a thread that plays a script.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use futures_channel::oneshot;

/// Longer than anything takes; a script that waits for what never comes fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);

/// A script under way.
pub(super) struct Peer<T> {
    /// Where it listens.
    pub(super) port: u16,
    result: oneshot::Receiver<T>,
}

/// One request as it came.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl<T: Send + 'static> Peer<T> {
    pub(super) fn play(script: impl FnOnce(&mut Listener) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let (sender, result) = oneshot::channel();
        thread::spawn(move || sender.send(script(&mut Listener(listener))));
        Self { port, result }
    }

    pub(super) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://localhost:{}{path}", self.port)
    }

    /// Connects and hangs up, should the script still wait for a connection that nobody needed.
    pub(super) fn poke(&self) {
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }

    /// What the script gives at its end.
    pub(super) async fn finish(self) -> T {
        self.result.await.expect("the script of the other side failed: see its panic")
    }
}

pub(super) struct Listener(TcpListener);

impl Listener {
    pub(super) fn accept(&mut self) -> TcpStream {
        let (stream, _) = self.0.accept().expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        stream.set_write_timeout(Some(PATIENCE)).expect("a limit");
        stream
    }
}

/// Reads one request; `None` when the connection ends before it.
pub(super) fn receive(stream: &mut impl Read) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).expect("a request") == 0 {
            assert!(bytes.is_empty(), "a request that ends in its head");
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).expect("ASCII");
    let mut body = vec![0; header(&head, "content-length").map_or(0, |length| length.parse().expect("a length"))];
    stream.read_exact(&mut body).expect("a body");
    Some(Received { head, body })
}

/// The value of a header, by its name in lower case.
pub(super) fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case(wanted).then_some(value)
    })
}

pub(super) fn answer(stream: &mut impl Write, body: &str) {
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).expect("the client reads");
}

/// Whether the other side ends the connection, however rudely.
pub(super) fn ends(stream: &mut impl Read) -> bool {
    match io::copy(stream, &mut io::sink()) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}
