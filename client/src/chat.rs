//! The connection of one account.

mod looking;
mod time;

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use sechat_core::endpoint::Endpoint;
use sechat_core::engine::{Access, FeedState, Health, Pending, Post, Priority, Queued, Stats};
use sechat_core::{Config, Credentials as Session, Engine, Error, Me, MessageId, RoomId, Secret, Server};

use crate::builder::ChatBuilder;
use crate::closer::Closer;
use crate::connection::Connection;
use crate::credentials::Credentials;
use crate::events::Events;
use crate::reply::Reply;
use crate::room::Room;
use crate::runtime::Mode;
use crate::saved::SavedState;
use crate::session_file::is_whole;

/// An account on one chat server: one session, one throttle, one WebSocket for all of its rooms.
///
/// Clones are handles to the same connection. It is kept until [`close`](Self::close), or until the last handle, pending
/// reply and stream of events is dropped; posts that still wait are then sent in the background, for as long as the
/// process lives. Use one for each account: the server counts what all rooms post together.
#[must_use = "the connection closes when its last handle is dropped"]
pub struct Chat<M: Mode> {
    connection: Arc<Connection>,
    mode: PhantomData<fn() -> M>,
}

impl<M: Mode> Chat<M> {
    /// A connection of this account, logged in, that keeps its session in a file.
    ///
    /// The session in the file is used if it is still good; otherwise it logs in, now and whenever the session expires
    /// later. What is new is stored at once, in a file that only its owner can read. For other settings, or a runtime of
    /// your own, see [`ChatBuilder::session_file`] and [`ChatBuilder::log_in`].
    ///
    /// ```
    /// # use sechat_client::{AsyncMode, Chat, Error, Mode, Reply, Server};
    /// # async fn open<M: AsyncMode + Mode<Reply<Chat<M>> = Reply<Chat<M>>>>(password: String) -> Result<(), Error> {
    /// let chat = Chat::<M>::open("session.json", "bot@example.com", password, Server::StackExchange).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the file cannot be replaced, which is found out before the login, so that none is wasted; a file
    /// that holds something else than a session, or a session for another server, is left alone. [`Error::Login`] for a
    /// wrong password or a CAPTCHA, and what else [`log_in`](Self::log_in) comes to.
    pub fn open(
        path: impl AsRef<Path>,
        email: impl Into<String>,
        password: impl Into<Secret>,
        server: Server,
    ) -> M::Reply<Self> {
        Self::builder(Config::new(server, Access::login(email, password, None))).session_file(path.as_ref()).log_in()
    }

    /// A connection for a stored or fresh session. Nothing is sent before the first call.
    ///
    /// Fails only if there is no runtime to start it on.
    pub fn connect(credentials: impl Into<Session>) -> Result<Self, Error> {
        let session = credentials.into();
        Self::builder(Config::new(session.server().clone(), Access::Credentials(session))).connect()
    }

    /// A connection without an account: it reads any number of public rooms with one poll. A few faults in a row end
    /// it, unless a [`builder`](Self::builder) is told other [patience](crate::FeedConfig::patience).
    pub fn anonymous(server: Server) -> Result<Self, Error> {
        Self::builder(Config::new(server, Access::Anonymous)).connect()
    }

    /// A connection with settings of your own.
    ///
    /// With [`Access::login`] it logs in when it must, now and whenever the session expires. A `seed` of 0 in the
    /// configuration is replaced by a random one.
    pub fn builder(config: Config) -> ChatBuilder<M> {
        ChatBuilder::new(config)
    }

    /// Makes sure that there is a session, logging in if that is needed and possible, and gives what is worth storing.
    ///
    /// One that is in use already is not checked again: every call notices when it has ended.
    /// Calls do this by themselves. It serves to learn early that a session has expired
    /// ([`Error::SessionExpired`]) or that the password is wrong.
    pub fn log_in(&self) -> M::Reply<Credentials<M>> {
        M::hand_over(self.connection.log_in().map(Credentials::from))
    }

    /// Enters a room and starts its events. Joining a joined room changes nothing.
    pub fn join(&self, room: impl Into<RoomId>) -> M::Reply<Room<M>> {
        let room = Room::listening(self.clone(), room.into());
        let joined = self.connection.join(room.id());
        M::hand_over(joined.map(|()| room))
    }

    /// A room without joining it, to post or look something up: it has no events, and the bot does not show in its list.
    pub fn room(&self, room: impl Into<RoomId>) -> Room<M> {
        Room::new(self.clone(), room.into())
    }

    /// Makes any call that [`endpoint`](sechat_core::endpoint) has a type for.
    pub fn call<E: Endpoint>(&self, endpoint: E) -> M::Reply<E::Output> {
        M::hand_over(self.submit(endpoint))
    }

    /// Posts a message that was made as a value: one with a [`Priority`](crate::Priority), or one that an earlier process has
    /// kept ([`SavedState::take_posts`]). Fails as [`Room::send`] does.
    pub fn post(&self, post: Post) -> M::Reply<MessageId> {
        M::hand_over(self.connection.call("send", |engine, now| engine.post(now, post)))
    }

    /// The events of all rooms of this connection, those joined later included, from now on.
    pub fn events(&self) -> Events<M> {
        Events::new(&self.connection, None)
    }

    /// Who this is, once the session has been used: [`join`](Self::join), [`log_in`](Self::log_in) and posting are such
    /// uses. `None` before that, and always without an account.
    pub fn me(&self) -> Option<Me> {
        self.connection.look(|engine| engine.me().cloned())
    }

    /// The session as it stands, once it has been used as for [`me`](Self::me); `None` in the midst of a login. Cookies
    /// change while it is in use: store it again at the end, or have a [`ChatBuilder::session_file`] do that.
    pub fn credentials(&self) -> Option<Credentials<M>> {
        self.connection.look(Engine::credentials).filter(is_whole).map(Credentials::from)
    }

    /// How many posts, edits and the like wait for their turn or are under way; [`Stats::queued`] is the same number.
    ///
    /// [`queue`](Self::queue) may show fewer: calls that were given up count until it is settled what became of them, and
    /// so do the rooms that the connection leaves by itself.
    pub fn queued(&self) -> usize {
        self.connection.look(Engine::queued)
    }

    /// What waits for its turn or is under way, in the order in which it goes out: for which room, with which text, since
    /// when, and when it is expected to go. Calls that were given up and rooms that the connection leaves by itself are not
    /// in it, though [`queued`](Self::queued) counts them.
    ///
    /// ```
    /// # use sechat_client::{Chat, Mode};
    /// # fn show<M: Mode>(chat: &Chat<M>) {
    /// for queued in chat.queue() {
    ///     println!("{:?} in {:?}", queued.text(), queued.expected_in);
    /// }
    /// # }
    /// ```
    pub fn queue(&self) -> Vec<Queued> {
        let now = self.connection.now();
        self.connection.look(|engine| engine.queue(now))
    }

    /// What the connection has done so far, and how much waits: plain numbers, for metrics.
    ///
    /// ```
    /// # use sechat_client::{Chat, Mode};
    /// # fn metrics<M: Mode>(chat: &Chat<M>) -> String {
    /// let stats = chat.stats();
    /// format!("sechat_events_total {}\nsechat_queued {}\n", stats.events, stats.queued)
    /// # }
    /// ```
    pub fn stats(&self) -> Stats {
        self.connection.look(Engine::stats)
    }

    /// Whether events arrive and since when, or why not and since when: for a watchdog. It never waits, and sends nothing.
    pub fn health(&self) -> Health {
        let now = self.connection.now();
        self.connection.with(|state| {
            let mut health = state.engine.health(now);
            if state.end().is_some() {
                health.feed = FeedState::Ended;
            }
            health
        })
    }

    /// How far the bot has come in each of its rooms, for [`resume`](Self::resume) in a later process: take and store it
    /// now and then, and at the end, before or after [`close`](Self::close).
    ///
    /// It moves past an event once all [`Events`] that read its room have dealt with it, as
    /// [`ChatBuilder::delivery`](crate::ChatBuilder::delivery) says; so a stream that is kept but read no more holds it
    /// back. What no stream reads counts as dealt with.
    ///
    /// After a [`shut_down`](Self::shut_down) with [`Pending::Keep`] it has the posts that were not sent, which begins as
    /// that is called; store it once that has ended. Before that it has none of its own, for they may go out at any moment,
    /// and a later process would post them again: only those of the state that was [resumed](Self::resume).
    pub fn state(&self) -> SavedState {
        self.connection.with(|state| SavedState::new(state.engine.server(), state.positions(), state.kept()))
    }

    /// Goes on from where an earlier process stood: rooms that are joined from now on begin with what has happened
    /// since, in order, once. Where the server has forgotten part of it, a
    /// [`FeedChange::Gap`](crate::FeedChange::Gap) says so.
    ///
    /// Posts that the state holds are not posted, but kept on for the next one: [`SavedState::take_posts`] has them. If it
    /// is called again, the posts of the later state take the place of those of the earlier one.
    ///
    /// ```no_run
    /// # use sechat_client::{AsyncMode, Chat, Error, Room, SavedState};
    /// # fn before<M: AsyncMode>(chat: &Chat<M>) -> Result<(), Error> {
    /// if let Some(state) = SavedState::load("state.json")? {
    ///     chat.resume(state)?;
    /// }
    /// // Join the rooms; then, after each event that the bot has dealt with:
    /// chat.state().save("state.json")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a state of another server.
    pub fn resume(&self, state: SavedState) -> Result<(), Error> {
        self.connection.with(|here| {
            let (positions, posts) = state.parts(here.engine.server())?;
            here.resume(positions, posts);
            Ok(())
        })
    }

    /// Sends what still waits, leaves all rooms, and ends the connection for all its handles.
    ///
    /// It starts at once, whether or not the reply is awaited. Later calls end with [`Error::Closed`].
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] if the connection has ended by itself, as with its runtime; [`Error::Store`] if all is done but
    /// the session could not be stored in its [`session_file`](ChatBuilder::session_file).
    pub fn close(&self) -> M::Reply<()> {
        self.shut_down(Pending::Flush)
    }

    /// As [`close`](Self::close), at the end of a program, giving what its bot came to. A bot that ended with
    /// [`Error::Closed`] ended well if the connection was closed here: calls end so when Ctrl-C, by a
    /// [`Closer`], comes before them.
    ///
    /// ```
    /// # use sechat_client::{AsyncMode, Chat, Error, Mode, Reply};
    /// # async fn bot<M: AsyncMode>(chat: Chat<M>) -> Result<(), Error> { Ok(()) }
    /// # async fn main_<M: AsyncMode + Mode<Reply<()> = Reply<()>>>(chat: Chat<M>) -> Result<(), Error> {
    /// let ended = bot(chat.clone()).await;
    /// chat.finish(ended).await
    /// # }
    /// ```
    pub fn finish(&self, ended: Result<(), Error>) -> M::Reply<()> {
        M::hand_over(self.connection.shut_down(Pending::Flush).then(|closed| match ended {
            Ok(()) | Err(Error::Closed) => closed,
            Err(error) => Err(error),
        }))
    }

    /// As [`close`](Self::close), choosing what becomes of posts that still wait. It may follow an earlier `close` to
    /// drop or [keep](Pending::Keep) what that one waits for.
    pub fn shut_down(&self, pending: Pending) -> M::Reply<()> {
        M::hand_over(self.connection.shut_down(pending))
    }

    /// Ends this connection from elsewhere, such as a handler of Ctrl-C, without waiting and without keeping it open.
    pub fn closer(&self) -> Closer {
        Closer::new(&self.connection)
    }

    pub(crate) fn new(connection: Arc<Connection>) -> Self {
        Self { connection, mode: PhantomData }
    }

    /// As [`call`](Self::call), for calls that others follow.
    pub(crate) fn submit<E: Endpoint>(&self, endpoint: E) -> Reply<E::Output> {
        self.submit_at(endpoint, Priority::Normal)
    }

    pub(crate) fn submit_at<E: Endpoint>(&self, endpoint: E, priority: Priority) -> Reply<E::Output> {
        let name = std::any::type_name::<E>().rsplit("::").next().unwrap_or_default();
        self.connection.call(name, |engine, now| engine.submit_at(now, endpoint, priority))
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl<M: Mode> Clone for Chat<M> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.connection))
    }
}

impl<M: Mode> fmt::Debug for Chat<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat").field("me", &self.me()).field("queued", &self.queued()).finish()
    }
}
