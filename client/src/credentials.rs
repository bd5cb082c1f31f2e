//! Sessions: made, checked, stored.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::path::Path;

use sechat_core::engine::Access;
use sechat_core::{Config, Credentials as Session, Error, Secret, Server};
use zeroize::Zeroizing;

use crate::chat::Chat;
use crate::reply::Reply;
use crate::runtime::Mode;
use crate::store::{self, Slot};

/// A session that can be stored: cookies, the server they are for, and whose they are.
///
/// It is as good as the password while it lasts: keep its file to yourself.
pub struct Credentials<M: Mode> {
    session: Session,
    mode: PhantomData<fn() -> M>,
}

impl<M: Mode> Credentials<M> {
    /// Logs in.
    ///
    /// Every call is a login, and after a few of them the site asks for a CAPTCHA ([`Error::Login`]): prefer
    /// [`load_or_authenticate`](Self::load_or_authenticate).
    pub fn authenticate(
        email: impl Into<String>,
        password: impl Into<Secret>,
        server: Server,
    ) -> M::Reply<Credentials<M>> {
        M::hand_over(log_in::<M>(server, Access::login(email, password, None)).map(Self::from))
    }

    /// Reads a stored session and asks the chat server whether it is still good.
    ///
    /// Gives `None` if there is no such file, if it is empty, or if the session has expired. A file that cannot be read or
    /// holds something else is [`Error::Store`], and a server that cannot be asked is an error as well: the session may be
    /// good.
    pub fn load(path: impl AsRef<Path>) -> M::Reply<Option<Credentials<M>>> {
        M::hand_over(match store::session(path.as_ref()) {
            Ok(Some(stored)) => {
                let server = stored.server().clone();
                log_in::<M>(server, Access::Credentials(stored)).then(|checked| match checked {
                    Ok(session) => Ok(Some(session.into())),
                    Err(Error::SessionExpired) => Ok(None),
                    Err(error) => Err(error),
                })
            }
            Ok(None) => Reply::ready(Ok(None)),
            Err(error) => Reply::ready(Err(error)),
        })
    }

    /// Loads a stored session, or logs in if there is none or it has expired, and stores what is new.
    ///
    /// A connection with it ends when the session expires. For a bot that is to run for long take [`Chat::open`], which
    /// logs in again.
    ///
    /// Whether `path` can be written is found out before the login, so that none is wasted. A file that holds something
    /// else than a session, or a session for another server, is left alone: that is [`Error::Store`].
    pub fn load_or_authenticate(
        path: impl AsRef<Path>,
        email: impl Into<String>,
        password: impl Into<Secret>,
        server: Server,
    ) -> M::Reply<Credentials<M>> {
        let config = Config::new(server, Access::login(email, password, None));
        let opened = Chat::<M>::builder(config).session_file(path.as_ref()).connect();
        M::hand_over(
            opened.map_or_else(|error| Reply::ready(Err(error)), |chat| chat.connection().log_in().map(Self::from)),
        )
    }

    /// Reads a stored session without asking the server; `None` if there is no such file, or nothing in it.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the file cannot be read, or holds something else.
    pub fn read(path: impl AsRef<Path>) -> Result<Option<Credentials<M>>, Error> {
        Ok(store::session(path.as_ref())?.map(Self::from))
    }

    /// Stores the session in a file that only its owner can read.
    ///
    /// The file is replaced in one step, once everything is on the disk: a failure leaves the old one as it was. This
    /// blocks for the few milliseconds that takes.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the file cannot be written, or holds something else than a session for this server: it is left
    /// as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let slot = Slot::open(path.as_ref())?;
        slot.stored(self.session.server())?;
        slot.write(&Zeroizing::new(self.session.to_json()))
    }

    /// A session from the `acct` and `prov` cookies of a browser that is logged in.
    ///
    /// The way in while the site asks for a CAPTCHA. Nothing is checked before they are used.
    pub fn from_cookies(server: Server, acct: impl Into<Secret>, prov: impl Into<Secret>) -> Result<Self, Error> {
        Session::from_cookies(server, acct, prov).map(Self::from)
    }
}

fn log_in<M: Mode>(server: Server, access: Access) -> Reply<Session> {
    match Chat::<M>::builder(Config::new(server, access)).connect() {
        Ok(chat) => chat.connection().log_in(),
        Err(error) => Reply::ready(Err(error)),
    }
}

impl<M: Mode> Deref for Credentials<M> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl<M: Mode> From<Session> for Credentials<M> {
    fn from(session: Session) -> Self {
        Self { session, mode: PhantomData }
    }
}

impl<M: Mode> From<Credentials<M>> for Session {
    fn from(credentials: Credentials<M>) -> Self {
        credentials.session
    }
}

impl<M: Mode> Clone for Credentials<M> {
    fn clone(&self) -> Self {
        self.session.clone().into()
    }
}

impl<M: Mode> PartialEq for Credentials<M> {
    fn eq(&self, other: &Self) -> bool {
        self.session == other.session
    }
}

impl<M: Mode> fmt::Debug for Credentials<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.session.fmt(f)
    }
}
