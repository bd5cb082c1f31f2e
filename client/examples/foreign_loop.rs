//! The client in a loop that is not its own: a game draws a frame, and gives chat a turn, sixty times a second.
//!
//! Everything but connecting happens on the one thread of the game, and nothing there ever blocks. All that chat needs is
//! below: a [`Runtime`] out of a list of tasks, a list of those who look again at the next frame, and sockets of the
//! standard library.
//!
//! ```sh
//! cargo run -- serve --listen 8080 --say 5
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-client --example foreign_loop -- 1      # then say !!frame in room 1
//! ```

use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use std::{env, fmt, mem, thread};

use futures_channel::oneshot;
use futures_io::{AsyncRead, AsyncWrite};
use sechat_client::bytes::Bytes;
use sechat_client::http::{Request, Response};
use sechat_client::network::{Dial, Network, Stream};
use sechat_client::websocket::WebSocket;
use sechat_client::wire::Wire;
use sechat_client::{
    Access, AsyncMode, Chat, Config, Error, EventKind, Mode, Reply, RoomId, Runtime, Server, TransportError,
};

const FRAME: Duration = Duration::from_micros(16_667);

/// Ctrl-C.
static QUIT: AtomicBool = AtomicBool::new(false);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let room: RoomId = env::args().nth(1).ok_or("which room?")?.parse()?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;
    let access = Access::login(env::var("SECHAT_EMAIL")?, env::var("SECHAT_PASSWORD")?, None);
    ctrlc::set_handler(|| QUIT.store(true, Ordering::Relaxed))?;

    let game = Game::new();
    let chat = Chat::<Framed>::builder(Config::new(server, access)).runtime(game.clone()).connect()?;
    let mut joining = Some(chat.join(room));
    let (mut joined, mut closing) = (None, None);

    for frame in 1_u64.. {
        game.give_turns();
        let mut turn = Context::from_waker(Waker::noop());
        if let Some(Poll::Ready(result)) = joining.as_mut().map(|reply| Pin::new(reply).poll(&mut turn)) {
            joining = None;
            let room = result?;
            joined = Some((room.events().by_others(), room));
        }
        // What was said since the last frame.
        while let Some((events, room)) = &mut joined
            && let Poll::Ready(Some(event)) = pin!(events.next()).poll(&mut turn)
        {
            let EventKind::MessagePosted(message) = &event.kind else { continue };
            let said = message.text();
            println!("frame {frame}: {}: {said}", event.user_name.as_deref().unwrap_or_default());
            if said == "!!frame" {
                let reply = room.reply(message.id, format!("This is frame {frame}."));
                game.spawn(async move {
                    let _ = reply.await.inspect_err(|error| eprintln!("{error}"));
                });
            }
        }
        if QUIT.load(Ordering::Relaxed) {
            let closed = closing.get_or_insert_with(|| chat.close());
            if let Poll::Ready(result) = Pin::new(closed).poll(&mut turn) {
                return Ok(result?);
            }
        }
        thread::sleep(FRAME); // A game draws, and waits for the screen.
    }
    Ok(())
}

/// What a game has of a runtime. Clones are the same one.
#[derive(Clone)]
struct Game {
    tasks: Arc<Mutex<Vec<Task>>>,
    next_frame: NextFrame,
    /// HTTP and WebSockets, TLS included, over what [`NextFrame`] dials.
    wire: Wire<NextFrame>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Those who wait for something, and look at every frame whether it has come.
#[derive(Debug, Clone, Default)]
struct NextFrame(Arc<Mutex<Vec<Waker>>>);

impl Game {
    fn new() -> Self {
        let next_frame = NextFrame::default();
        Self { tasks: Arc::default(), wire: Wire::new(next_frame.clone(), Network::new()), next_frame }
    }

    /// Polls every task once.
    fn give_turns(&self) {
        let waiting = mem::take(&mut *lock(&self.next_frame.0));
        waiting.into_iter().for_each(Waker::wake);
        // Tasks may spawn others: the list is free meanwhile.
        let mut tasks = mem::take(&mut *lock(&self.tasks));
        let mut turn = Context::from_waker(Waker::noop());
        tasks.retain_mut(|task| task.as_mut().poll(&mut turn).is_pending());
        lock(&self.tasks).append(&mut tasks);
    }
}

impl Runtime for Game {
    type Socket = WebSocket<Stream>;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.wire.fetch(request).await
    }

    async fn open(&self, request: Request<()>) -> Result<Self::Socket, TransportError> {
        self.wire.open(request).await
    }

    async fn sleep_until(&self, at: Instant) {
        self.next_frame.sleep_until(at).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        lock(&self.tasks).push(Box::pin(task));
    }
}

impl NextFrame {
    async fn sleep_until(&self, at: Instant) {
        poll_fn(|cx| if Instant::now() < at { self.pending(cx) } else { Poll::Ready(()) }).await;
    }

    fn pending<T>(&self, cx: &Context<'_>) -> Poll<T> {
        lock(&self.0).push(cx.waker().clone());
        Poll::Pending
    }

    fn unless_blocked<T>(&self, cx: &Context<'_>, result: io::Result<T>) -> Poll<io::Result<T>> {
        match result {
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.pending(cx),
            result => Poll::Ready(result),
        }
    }
}

impl Dial for NextFrame {
    type Stream = Tcp;

    /// Looking up a name and connecting block, and would be seen: on a thread for a moment.
    async fn dial(&self, host: &str, port: u16) -> io::Result<Tcp> {
        let (connected, connecting) = oneshot::channel();
        let host = host.to_owned();
        thread::Builder::new().spawn(move || connected.send(TcpStream::connect((host, port))))?;
        let stream = connecting.await.map_err(io::Error::other)??;
        stream.set_nonblocking(true)?;
        Ok(Tcp { stream, next_frame: self.clone() })
    }

    async fn sleep(&self, span: Duration) {
        self.sleep_until(Instant::now() + span).await;
    }
}

struct Tcp {
    stream: TcpStream,
    next_frame: NextFrame,
}

impl AsyncRead for Tcp {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let result = self.stream.read(buffer);
        self.next_frame.unless_blocked(cx, result)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = self.stream.write(bytes);
        self.next_frame.unless_blocked(cx, result)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.stream.shutdown(std::net::Shutdown::Write))
    }
}

/// The mode of the handles: calls are futures.
struct Framed;

impl Mode for Framed {
    type Runtime = Game;
    type Reply<T: Send + 'static> = Reply<T>;

    fn runtime() -> Result<Game, Error> {
        Err(TransportError::unsent("a game is given to the connection, with ChatBuilder::runtime").into())
    }

    fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> {
        reply
    }
}

impl AsyncMode for Framed {}

impl fmt::Debug for Game {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Game").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
