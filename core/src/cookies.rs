//! The four cookies that matter, and the hosts that may see them (protocol notes, 1.4).

use http::header::{COOKIE, DATE, SET_COOKIE};
use http::{HeaderValue, Request, Response, Uri};

use crate::calendar::http_date;
use crate::secret::Draft;
use crate::{Secret, Server};

/// 2010, when chat began: what expires before was never meant to last. In seconds since 1970.
const LONG_AGO: u64 = 1_262_304_000;

/// The cookies of one session. Values are kept and sent back byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cookies {
    pub(crate) acct: Option<Secret>,
    pub(crate) prov: Option<Secret>,
    pub(crate) chat: Option<Secret>,
}

/// Cookies in use.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    cookies: Cookies,
    /// What goes to each place, made anew when a cookie has changed.
    headers: [Option<HeaderValue>; 2],
}

impl Cookies {
    /// The header for a place; `None` without any cookie for it.
    fn header(&self, server: &Server, site: Site) -> Option<HeaderValue> {
        let chat = self.chat.as_ref().filter(|_| site == Site::Chat);
        let all = [("acct", self.acct.as_ref()), ("prov", self.prov.as_ref()), (server.chat_cookie(), chat)];
        let shown = all.into_iter().filter_map(|(name, value)| Some((name, value?.expose())));
        let mut pairs = Draft::with_capacity(shown.clone().map(|(name, value)| name.len() + value.len() + 3).sum());
        for (name, value) in shown {
            for part in [if pairs.is_empty() { "" } else { "; " }, name, "=", value] {
                pairs.push(part);
            }
        }
        let mut header = HeaderValue::from_maybe_shared(pairs.into_bytes()).ok().filter(|header| !header.is_empty())?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl Jar {
    pub(crate) fn new(cookies: Cookies) -> Self {
        Self { cookies, headers: Default::default() }
    }

    pub(crate) fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    /// For a change that no answer asks for: the headers are made anew.
    pub(crate) fn change(&mut self) -> &mut Cookies {
        self.headers = Default::default();
        &mut self.cookies
    }

    /// Adds the `Cookie` header that the request's host may see; none for any other host. Gives the place that it is for.
    pub(crate) fn attach<T>(&mut self, server: &Server, request: &mut Request<T>) -> Option<Site> {
        let site = Site::of(server, request.uri())?;
        let [chat, login] = &mut self.headers;
        let header = if site == Site::Chat { chat } else { login };
        if header.is_none() {
            *header = self.cookies.header(server, site);
        }
        if let Some(header) = header {
            request.headers_mut().insert(COOKIE, header.clone());
        }
        Some(site)
    }

    /// Takes the cookies that an answer of a place sets. Says whether any value changed.
    pub(crate) fn store<T>(&mut self, server: &Server, site: Site, response: &Response<T>) -> bool {
        // The server's own clock: the caller's may be wrong, and a good session would be thrown away.
        let date = response.headers().get(DATE).and_then(|date| http_date(date.to_str().ok()?)).unwrap_or(LONG_AGO);
        let mut changed = false;
        for (name, value) in response.headers().get_all(SET_COOKIE).iter().filter_map(|header| parse(header, date)) {
            let slot = match name {
                "acct" => &mut self.cookies.acct,
                "prov" => &mut self.cookies.prov,
                _ if name == server.chat_cookie() && site == Site::Chat => &mut self.cookies.chat,
                _ => continue,
            };
            let old = slot.as_ref().map(Secret::expose);
            if old != value {
                *slot = value.map(Secret::from);
                changed = true;
            }
        }
        if changed {
            self.headers = Default::default();
        }
        changed
    }
}

/// The two places that cookies go to. A custom server may play both from one origin: then it is `Chat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    Chat,
    Login,
}

impl Site {
    fn of(server: &Server, uri: &Uri) -> Option<Self> {
        if server.chat_origin().has(uri) {
            Some(Self::Chat)
        } else if server.login_origin().has(uri) {
            Some(Self::Login)
        } else {
            None
        }
    }
}

/// Name and value of one `Set-Cookie`; the value is `None` for a deletion. `Max-Age` counts before `Expires`.
fn parse(header: &HeaderValue, now: u64) -> Option<(&str, Option<&str>)> {
    let mut parts = header.to_str().ok()?.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let (mut max_age, mut expires) = (None, None);
    for (key, value) in parts.filter_map(|attribute| attribute.split_once('=')) {
        match key.trim().to_ascii_lowercase().as_str() {
            "max-age" => max_age = value.trim().parse::<i64>().ok().or(max_age),
            "expires" => expires = http_date(value.trim()).or(expires),
            _ => {}
        }
    }
    let is_over = max_age.map_or_else(|| expires.is_some_and(|at| at <= now), |age| age <= 0);
    Some((name, (!value.is_empty() && !is_over).then_some(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCT: &str = "t=a%2Bb&s=c%3d";

    fn full() -> Jar {
        Jar::new(Cookies { acct: Some(ACCT.into()), prov: Some("p-r-o-v".into()), chat: Some("opaque".into()) })
    }

    fn cookies_sent_to(server: &Server, uri: &str) -> Option<String> {
        sent_to(&mut full(), server, uri)
    }

    fn sent_to(jar: &mut Jar, server: &Server, uri: &str) -> Option<String> {
        let mut request = Request::get(uri).body(()).unwrap();
        jar.attach(server, &mut request);
        request.headers().get(COOKIE).map(|v| v.to_str().unwrap().to_owned())
    }

    fn answer(set_cookie: &[&str]) -> Response<()> {
        set_cookie.iter().fold(Response::builder(), |b, v| b.header(SET_COOKIE, *v)).body(()).unwrap()
    }

    #[test]
    fn each_host_sees_its_own_cookies_and_no_other_host_any() {
        let so = Server::StackOverflow;
        assert_eq!(
            cookies_sent_to(&so, "https://chat.stackoverflow.com/ws-auth").unwrap(),
            format!("acct={ACCT}; prov=p-r-o-v; chatusr=opaque")
        );
        assert_eq!(
            cookies_sent_to(&so, "https://stackoverflow.com/users/login").unwrap(),
            format!("acct={ACCT}; prov=p-r-o-v")
        );
        for other in [
            "https://chat.stackexchange.com/",
            "http://chat.stackoverflow.com/",
            "https://chat.stackoverflow.com:8443/",
            "https://chat.stackoverflow.com.evil.example/",
            "wss://chat.sockets.stackexchange.com/events/1/x",
        ] {
            assert_eq!(cookies_sent_to(&so, other), None, "{other}");
        }
        assert!(
            cookies_sent_to(&Server::StackExchange, "https://chat.stackexchange.com/").unwrap().contains("sechatusr=")
        );
    }

    #[test]
    fn cookies_are_stored_replaced_and_deleted_byte_for_byte() {
        let server = Server::StackExchange;
        let (login, chat) = (Site::Login, Site::Chat);
        let mut jar = Jar::default();
        let set = answer(&[
            &format!("acct={ACCT}; domain=.stackexchange.com; expires=Sun, 23-May-2027 00:00:00 GMT; path=/; HttpOnly"),
            "prov=p; domain=.stackexchange.com; path=/",
            "sechatusr=not from here; path=/",
            "rawr=1",
        ]);
        assert!(jar.store(&server, login, &set));
        assert_eq!(jar.cookies.acct.as_ref().unwrap().expose(), ACCT);
        assert!(jar.cookies.chat.is_none(), "the login host may not set the chat cookie");
        assert!(jar.store(&server, chat, &answer(&["sechatusr=c=1; path=/"])));
        assert_eq!(jar.cookies.chat.as_ref().unwrap().expose(), "c=1");
        assert!(!jar.store(&server, chat, &answer(&["sechatusr=c=1; path=/"])));
        for gone in [
            "acct=; path=/",
            "acct=x; Max-Age=0",
            "acct=x; max-age=-1; expires=Sun, 23-May-2027 00:00:00 GMT",
            "acct=x; expires=Thu, 01-Jan-1970 00:00:00 GMT",
            "acct=x; Expires=Tue, 12-Oct-1999 00:00:00 GMT; path=/",
        ] {
            let mut jar = full();
            assert!(jar.store(&server, chat, &answer(&[gone])));
            assert!(jar.cookies.acct.is_none(), "{gone}");
        }
    }

    #[test]
    fn a_cookie_that_has_changed_is_sent_as_it_is_now() {
        let (server, mut jar) = (Server::StackOverflow, full());
        let mut sent = |change: &dyn Fn(&mut Jar)| {
            change(&mut jar);
            ["https://chat.stackoverflow.com/", "https://stackoverflow.com/"].map(|uri| sent_to(&mut jar, &server, uri))
        };
        let pair = |chat: &str, login: &str| [Some(chat.to_owned()), Some(login.to_owned())];
        let old = format!("acct={ACCT}; prov=p-r-o-v");
        let shows = |jar: &mut Jar| assert!(!format!("{jar:?}").contains(ACCT), "a header prints no cookie");
        assert_eq!(sent(&|_| ()), pair(&format!("{old}; chatusr=opaque"), &old));
        sent(&shows);
        let by_answer = |jar: &mut Jar| assert!(jar.store(&server, Site::Chat, &answer(&["acct=new", "chatusr=c"])));
        assert_eq!(sent(&by_answer), pair("acct=new; prov=p-r-o-v; chatusr=c", "acct=new; prov=p-r-o-v"));
        assert_eq!(sent(&|jar| jar.change().chat = None), pair("acct=new; prov=p-r-o-v", "acct=new; prov=p-r-o-v"));
        assert_eq!(sent(&|jar| *jar.change() = Cookies::default()), [None, None]);
    }

    #[test]
    fn expiry_is_told_by_the_clock_of_the_server() {
        let after = |cookie: &str, date: &str| {
            let mut jar = Jar::default();
            let mut response = answer(&[cookie]);
            response.headers_mut().insert(DATE, date.parse().unwrap());
            jar.store(&Server::StackExchange, Site::Chat, &response);
            jar.cookies.acct.is_some()
        };
        let cookie = "acct=x; expires=Wed, 21-Oct-2026 07:28:00 GMT; path=/";
        assert!(after(cookie, "Wed, 21 Oct 2026 07:27:59 GMT"));
        assert!(!after(cookie, "Wed, 21 Oct 2026 07:28:00 GMT"));
        assert!(after(cookie, "now"), "a clock that cannot be read says nothing against it");
        assert!(after("acct=x; expires=Wed, 21-Oct-2026 07:28:00 GMT; max-age=60", "Thu, 22 Oct 2026 00:00:00 GMT"));
        assert!(after("acct=x; expires=soon; max-age=long", "Thu, 22 Oct 2026 00:00:00 GMT"));
    }
}
