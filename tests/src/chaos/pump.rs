//! One connection through the proxy, and the threads that carry its bytes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sechat_fixtures::Rng;
use socket2::SockRef;

use super::fate::Fate;
use super::{Sky, Weather};

/// How often a thread that waits for bytes looks whether its connection is still there.
const LOOK: Duration = Duration::from_millis(25);
/// Whoever takes nothing for so long is gone.
const FULL: Duration = Duration::from_secs(2);
/// A slow connection brings so many bytes at once, with this pause.
const PIECE: usize = 48;
const PAUSE: Duration = Duration::from_millis(3);

const OPEN: u8 = 0;
/// Nothing arrives any more.
const SWALLOWED: u8 = 1;
const CLOSED: u8 = 2;

/// One connection: no other handle of its two sockets exists, so that dropping it closes them.
#[derive(Debug)]
pub(super) struct Line {
    weather: Arc<Weather>,
    number: u64,
    client: TcpStream,
    server: TcpStream,
    state: AtomicU8,
}

impl Line {
    pub(super) fn open(weather: &Arc<Weather>, number: u64, client: TcpStream) -> io::Result<Self> {
        let server = TcpStream::connect(weather.server)?;
        for side in [&client, &server] {
            side.set_nodelay(true)?;
            side.set_read_timeout(Some(LOOK))?;
            side.set_write_timeout(Some(FULL))?;
        }
        Ok(Self { weather: Arc::clone(weather), number, client, server, state: AtomicU8::new(OPEN) })
    }

    /// Carries bytes both ways until the end.
    pub(super) fn carry(self, rng: &mut Rng) {
        let line = Arc::new(self);
        for inbound in [true, false] {
            let (line, rng) = (Arc::clone(&line), rng.fork());
            std::thread::spawn(move || line.pump(inbound, rng));
        }
    }

    fn pump(&self, inbound: bool, mut rng: Rng) {
        let (mut from, to, way) =
            if inbound { (&self.client, &self.server, "→") } else { (&self.server, &self.client, "←") };
        let mut buffer = [0; 8192];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return self.close(),
                Ok(count) => {
                    if !self.bring(to, &buffer[..count], way, &mut rng) {
                        return;
                    }
                }
                Err(error) if is_no_news(&error) => {}
                Err(_) => return self.close(),
            }
            if self.state.load(Ordering::SeqCst) == CLOSED || self.weather.sky() == Sky::Over {
                return;
            }
        }
    }

    /// Has bytes meet their fate; false if that is the end of the connection.
    fn bring(&self, to: &TcpStream, bytes: &[u8], way: &str, rng: &mut Rng) -> bool {
        if self.state.load(Ordering::SeqCst) == SWALLOWED {
            return true;
        }
        let fate = if self.weather.sky() == Sky::Storm { Fate::draw(rng) } else { Fate::Fine };
        if fate != Fate::Fine {
            self.weather.note(&format_args!("{}: {way} {} bytes {fate:?}", self.number, bytes.len()));
        }
        let part = |thousandths: usize| &bytes[..bytes.len() * thousandths / 1000];
        let arrived = match fate {
            Fate::Fine => write(to, bytes),
            Fate::Slow => bytes.chunks(PIECE).try_for_each(|piece| {
                self.weather.pause(PAUSE);
                write(to, piece)
            }),
            Fate::Stall(span) => {
                self.weather.pause(span);
                write(to, bytes)
            }
            Fate::Swallow => {
                self.state.store(SWALLOWED, Ordering::SeqCst);
                return true;
            }
            Fate::Cut(thousandths) => {
                let _ = write(to, part(thousandths));
                self.close();
                return false;
            }
            Fate::Reset(thousandths) => {
                let _ = write(to, part(thousandths));
                for side in [&self.client, &self.server] {
                    // Closed without lingering, which the drop of the line does, it is reset.
                    let _ = SockRef::from(side).set_linger(Some(Duration::ZERO));
                }
                self.state.store(CLOSED, Ordering::SeqCst);
                return false;
            }
        };
        if arrived.is_err() {
            self.close();
        }
        arrived.is_ok()
    }

    fn close(&self) {
        self.state.store(CLOSED, Ordering::SeqCst);
        for side in [&self.client, &self.server] {
            let _ = side.shutdown(Shutdown::Both);
        }
    }
}

fn write(mut to: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)
}

/// Whether reading has only waited.
fn is_no_news(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
