//! A bad network on loopback: a proxy that cuts, resets, stalls, trickles, swallows and refuses, as its seed says.
//!
//! It knows nothing of HTTP: it works on the bytes of TCP, so that what a client meets is what a kernel makes of it.

mod fate;
mod pump;

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sechat_fixtures::Rng;
use socket2::{Domain, Protocol, Socket, Type};

use pump::Line;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 128;
/// After so many of a thousand connections the next ones are refused for a while, and for how long at most.
const REFUSES: u64 = 60;
const REFUSED_FOR: u64 = 700;

/// A proxy in front of a server.
#[derive(Debug)]
#[must_use = "a proxy that is dropped has stopped"]
pub struct Chaos {
    address: SocketAddr,
    weather: Arc<Weather>,
    acceptor: Option<JoinHandle<()>>,
    /// Keeps the port while nobody listens.
    _reserve: Socket,
}

/// What all connections have in common.
#[derive(Debug)]
struct Weather {
    server: SocketAddr,
    start: Instant,
    now: Mutex<Sky>,
    changed: Condvar,
    story: Mutex<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sky {
    Calm,
    Storm,
    /// The proxy ends.
    Over,
}

impl Chaos {
    /// Listens in front of a server. Everything goes through until [`rage`](Self::rage).
    ///
    /// # Errors
    ///
    /// When there is no port to be had.
    pub fn start(server: SocketAddr, seed: u64) -> io::Result<Self> {
        let reserve = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = reserve.local_addr()?.as_socket().ok_or_else(|| io::Error::other("no address of IP"))?;
        let listener = listen(address)?;
        let (now, changed) = (Mutex::new(Sky::Calm), Condvar::new());
        let weather = Arc::new(Weather { server, start: Instant::now(), now, changed, story: Mutex::default() });
        let shared = Arc::clone(&weather);
        let acceptor = std::thread::Builder::new()
            .name("chaos".to_owned())
            .spawn(move || accept(&shared, address, listener, Rng::new(seed)))?;
        Ok(Self { address, weather, acceptor: Some(acceptor), _reserve: reserve })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on everything may go wrong.
    pub fn rage(&self) {
        self.weather.turn(Sky::Storm);
    }

    /// From now on everything goes through, but for connections that are lost already and do not know it.
    pub fn heal(&self) {
        self.weather.turn(Sky::Calm);
    }

    /// Whether everything goes through.
    pub fn is_calm(&self) -> bool {
        self.weather.sky() != Sky::Storm
    }

    /// Writes something into the story, with the time.
    pub fn note(&self, what: impl std::fmt::Display) {
        self.weather.note(&what);
    }

    /// Everything that was done to connections and noted besides.
    pub fn story(&self) -> String {
        lock(&self.weather.story).clone()
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.weather.turn(Sky::Over);
        // Wakes the acceptor, if it listens.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Weather {
    fn turn(&self, sky: Sky) {
        *lock(&self.now) = sky;
        self.changed.notify_all();
        self.note(&format_args!("-- {sky:?} --"));
    }

    fn sky(&self) -> Sky {
        *lock(&self.now)
    }

    /// Waits for so long, or until the storm is over.
    fn pause(&self, span: Duration) {
        drop(self.changed.wait_timeout_while(lock(&self.now), span, |sky| *sky == Sky::Storm));
    }

    fn note(&self, what: &dyn std::fmt::Display) {
        let at = self.start.elapsed().as_secs_f64();
        let _ = writeln!(lock(&self.story), "{at:>7.3} {what}");
    }
}

fn accept(weather: &Arc<Weather>, address: SocketAddr, mut listener: TcpListener, mut rng: Rng) {
    for number in 1_u64.. {
        let client = listener.accept();
        if weather.sky() == Sky::Over {
            return;
        }
        match client.and_then(|(client, _)| Line::open(weather, number, client)) {
            Ok(line) => line.carry(&mut rng),
            Err(error) => weather.note(&format_args!("{number}: {error}")),
        }
        if weather.sky() == Sky::Storm && rng.chance(REFUSES) {
            let span = Duration::from_millis(rng.below(REFUSED_FOR));
            weather.note(&format_args!("refuses for {span:?}"));
            drop(listener);
            weather.pause(span);
            listener = match listen(address) {
                Ok(again) => again,
                Err(error) => return weather.note(&format_args!("cannot listen again: {error}")),
            };
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = bind(address)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Several may have the port: one that does not listen keeps it for those that do.
fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    #[cfg(not(unix))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
