//! What is asked for on the way to a session, and where each answer leads.

use http::Request;

use super::super::net::{Answer, Net};
use super::Session;
use crate::endpoint::{
    ChatHome, Endpoint, FavoriteRooms, Home, LoginPage, LoginPageAnswer, RoomPage, Session as Context,
};
use crate::{Error, LoginError, Now, Refusal, RoomId, Secret};

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The small page: whether a session that was good still is.
    Check,
    Home,
    Favorites,
    /// A room's page, at the address that it redirects to if it does.
    Room(Option<String>),
    LoginPage,
    Validate(Secret),
    Submit(Secret),
}

impl Session {
    /// What an answer leads to: a next step, or `None` for a good session.
    pub(super) fn advance(
        &mut self,
        now: Now,
        net: &mut Net,
        step: &Step,
        answer: Answer,
    ) -> Result<Option<Step>, Error> {
        let response = answer?;
        match step {
            Step::Check => match FavoriteRooms.parse(&response) {
                Ok(home) if home.me.is_some() || home.visitor => {
                    // The account is known: all that may be wanting is the fkey.
                    let elsewhere = if self.only_rooms_show_fkey { Step::Room(None) } else { Step::Home };
                    self.identify(now, net, home, elsewhere)
                }
                Err(error @ (Error::Server { .. } | Error::RateLimited { .. })) => Err(error),
                _ => Ok(Some(Step::Home)),
            },
            Step::Home => {
                let home = ChatHome.parse(&response)?;
                self.identify(now, net, home, Step::Favorites)
            }
            Step::Favorites => {
                // An error of this page says nothing about the session: another page may still show the fkey.
                match FavoriteRooms.parse(&response) {
                    Err(error @ Error::RateLimited { .. }) => Err(error),
                    page => self.take_fkey(page.ok().and_then(|home| home.fkey), Some(Step::Room(None))),
                }
            }
            Step::Room(address) => match (RoomPage { room: self.hinted_room() }.parse(&response), address) {
                (Ok(home), _) => self.take_fkey(home.fkey, None),
                (Err(Error::Refused { reason: Refusal::Redirected(path), .. }), None) if self.is_room_page(&path) => {
                    Ok(Some(Step::Room(Some(path))))
                }
                // That room is not for this account. It says nothing about any other, nor about the session.
                (Err(Error::Refused { .. }), _) => self.next_room(),
                (Err(error), _) => Err(error),
            },
            Step::LoginPage => Ok(Some(match LoginPage.parse(&response)? {
                LoginPageAnswer::LoggedIn => Step::Home,
                LoginPageAnswer::Form { fkey } if self.validate => Step::Validate(fkey),
                LoginPageAnswer::Form { fkey } => Step::Submit(fkey),
            })),
            Step::Validate(fkey) => {
                self.account.as_ref().map(|account| account.validation(fkey).parse(&response)).transpose()?;
                Ok(Some(Step::Submit(fkey.clone())))
            }
            Step::Submit(fkey) => {
                self.account.as_ref().map(|account| account.submission(fkey).parse(&response)).transpose()?;
                if net.jar.cookies().acct.is_none() {
                    return Err(Error::Changed {
                        page: "the answer to the login",
                        looked_for: "a cookie named acct",
                        excerpt: "a redirect without it".to_owned(),
                    });
                }
                self.search.logged_in = true;
                Ok(Some(Step::Home))
            }
        }
    }

    fn identify(&mut self, now: Now, net: &mut Net, home: Home, elsewhere: Step) -> Result<Option<Step>, Error> {
        if self.anonymous {
            self.replace_fkey(home.fkey.unwrap_or_default());
            return Ok(None);
        }
        if home.me.is_none() && home.visitor {
            return self.logged_out(now, net).map(Some);
        }
        if home.me.is_none() {
            return Err(Error::Changed {
                page: "the front page of chat",
                looked_for: "a link to one's own profile or one to log in with in .topbar-menu-links",
                excerpt: "neither".to_owned(),
            });
        }
        if self.me != home.me {
            self.me.clone_from(&home.me);
            self.epoch += 1;
        }
        self.take_fkey(home.fkey, Some(elsewhere))
    }

    fn take_fkey(&mut self, fkey: Option<Secret>, elsewhere: Option<Step>) -> Result<Option<Step>, Error> {
        match (fkey, elsewhere) {
            (Some(fkey), elsewhere) => {
                self.only_rooms_show_fkey = elsewhere.is_none();
                self.replace_fkey(fkey);
                Ok(None)
            }
            (None, Some(step)) => Ok(Some(step)),
            (None, None) => Err(Error::Changed {
                page: "every chat page",
                looked_for: "input[name=fkey] with a value",
                excerpt: "none on /, /chats/join/favorite and a room page".to_owned(),
            }),
        }
    }

    /// A room's page is denied: another room's may be shown.
    fn next_room(&mut self) -> Result<Option<Step>, Error> {
        self.search.rooms_denied += 1;
        if !self.room_hints.is_empty() {
            self.room_hints.rotate_left(1);
        }
        if self.search.rooms_denied < self.room_hints.len() {
            return Ok(Some(Step::Room(None)));
        }
        self.take_fkey(None, None)
    }

    fn replace_fkey(&mut self, fkey: Secret) {
        if self.fkey != fkey {
            self.fkey = fkey;
            self.fkeys += 1;
            self.epoch += 1;
        }
    }

    fn logged_out(&mut self, now: Now, net: &mut Net) -> Result<Step, Error> {
        self.ends += 1;
        if net.jar.change().chat.take().is_some() && !self.search.logged_in && !self.search.without_cookie {
            self.search.without_cookie = true;
            return Ok(Step::Home);
        }
        if self.search.logged_in {
            return Err(LoginError::ChatRefused.into());
        }
        if self.account.is_none() {
            return Err(Error::SessionExpired);
        }
        self.resting(now)?;
        net.jar = crate::cookies::Jar::default();
        Ok(Step::LoginPage)
    }

    pub(super) fn request(&self, net: &Net, step: &Step) -> Request<bytes::Bytes> {
        let context = Context { server: &net.server, fkey: self.fkey() };
        match step {
            Step::Home => ChatHome.request(context),
            Step::Check | Step::Favorites => FavoriteRooms.request(context),
            Step::Room(address) => {
                let mut request = RoomPage { room: self.hinted_room() }.request(context);
                if let Some(url) = address.as_ref().and_then(|path| net.server.chat().join(path).ok()) {
                    *request.uri_mut() = url.as_str().parse().unwrap_or_else(|_| request.uri().clone());
                }
                request
            }
            Step::LoginPage => LoginPage.request(context),
            Step::Validate(fkey) => match &self.account {
                Some(account) => account.validation(fkey).request(context),
                None => LoginPage.request(context),
            },
            Step::Submit(fkey) => match &self.account {
                Some(account) => account.submission(fkey).request(context),
                None => LoginPage.request(context),
            },
        }
    }

    /// Whether this is the page of the same room, under its full name.
    fn is_room_page(&self, path: &str) -> bool {
        let slug = path.strip_prefix(&format!("/rooms/{}/", self.hinted_room())).unwrap_or_default();
        !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b))
    }

    fn hinted_room(&self) -> RoomId {
        self.room_hints.front().copied().unwrap_or(RoomId(1))
    }
}
