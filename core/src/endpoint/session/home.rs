//! What every chat page says about the session: whose it is, and its fkey.

use crate::endpoint::answer::Answer;
use crate::html::{Element, Region, selectors as at};
use crate::{Error, Secret, UserId};

/// Who a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Me {
    /// The chat user id.
    pub id: UserId,
    /// The name; empty when the page does not show it.
    pub name: String,
}

/// What a chat page says about the session (protocol notes, 1.3 and 1.5).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Home {
    /// Whose session it is, if the page says.
    pub me: Option<Me>,
    /// Whether the page says that it is nobody's: it has a link for logging in where the user's would be. An expired
    /// session looks like this.
    pub visitor: bool,
    /// The fkey; `None` on the pages that leave it empty. Visitors have one as well.
    pub fkey: Option<Secret>,
}

impl Me {
    /// The user with this id and name.
    pub fn new(id: UserId, name: impl Into<String>) -> Self {
        Self { id, name: name.into() }
    }
}

impl Home {
    /// Reads it off a page. A redirect to a login page means nobody's session.
    pub(in crate::endpoint) fn read(answer: Answer<'_>) -> Result<Self, Error> {
        if answer.redirect().is_some_and(|path| path.starts_with("/users/login") || path.starts_with("/login")) {
            return Ok(Self { me: None, visitor: true, fkey: None });
        }
        let page = answer.page()?;
        let page = page.whole();
        let (me, visitor) = match whose(page) {
            Whose::Mine(me) => (Some(me), false),
            Whose::Nobodys => (None, true),
            Whose::Unsaid if page.first(at::CHAT_MARK).is_some() => (None, false),
            Whose::Unsaid => return Err(answer.changed(at::CHAT_MARK.text())),
        };
        Ok(Self { me, visitor, fkey: page.value(at::FKEY).map(Secret::from) })
    }
}

/// What a page says about its session.
enum Whose {
    Mine(Me),
    Nobodys,
    Unsaid,
}

/// Looks where the name has been, in the order of confidence.
fn whose(page: Region<'_>) -> Whose {
    let bar = |mark| page.after(mark).map(|bar| bar.until(at::AFTER_TOP_BAR));
    if let Some(first) = bar(at::TOP_BAR_MENU).and_then(|bar| bar.first(at::ANY_LINK)) {
        return user_link(first).map_or(Whose::Nobodys, Whose::Mine);
    }
    if let Some(me) = bar(at::TOP_BAR).and_then(|bar| bar.all(at::ANY_LINK).find_map(user_link)) {
        return Whose::Mine(me);
    }
    let Some(active) = page.first(at::ACTIVE_USER) else { return Whose::Unsaid };
    let id = active.classes().find_map(|class| user_id(class.strip_prefix("user-")?));
    let Some(id) = id else { return Whose::Nobodys };
    let face = page.inside(active).ok().and_then(|inside| inside.first(at::FACE));
    let name = face.and_then(|face| face.attribute("title").or_else(|| face.attribute("alt")));
    Whose::Mine(Me { id, name: name.unwrap_or_default().trim().to_owned() })
}

/// `/users/DIGITS…` without a host; a link with a host leads to a login page.
fn user_link(link: Element<'_>) -> Option<Me> {
    let href = link.attribute("href")?;
    let id = user_id(href.strip_prefix("/users/")?.split(['/', '?', '#']).next()?)?;
    let text = link.inner_text().unwrap_or_default();
    let name = if text.is_empty() { link.attribute("title").unwrap_or_default().trim().to_owned() } else { text };
    Some(Me { id, name })
}

fn user_id(digits: &str) -> Option<UserId> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten().filter(|id| *id != UserId(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refusal;
    use crate::endpoint::answer::tests::answer;

    fn read(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Result<Home, Error> {
        Home::read(Answer::of("the page", &answer(status, headers, body)))
    }

    fn who(body: &'static str) -> Option<(i64, String)> {
        read(200, &[], body).unwrap().me.map(|me| (me.id.0, me.name))
    }

    #[test]
    fn the_link_of_the_top_bar_is_me() {
        let body = r#"<div class="topbar-links"><span class="topbar-menu-links">
            <a href="/users/815/watchdog" title="Watchdog">Watch &amp; Co</a></span></div>
            <input id="fkey" name="fkey" type="hidden" value="c4d5" />"#;
        assert_eq!(who(body), Some((815, "Watch & Co".into())));
        assert_eq!(read(200, &[], body).unwrap().fkey.unwrap().expose(), "c4d5");
    }

    #[test]
    fn the_places_to_fall_back_to() {
        let links = r#"<div class="topbar-links"><a href="/rooms">x</a><a href="/users/7" title="Seven"></a></div>"#;
        assert_eq!(who(links), Some((7, "Seven".into())));
        let active = r#"<div id="active-user" class="user-container user-8"><img title="Eight" alt="e"></div>"#;
        assert_eq!(who(active), Some((8, "Eight".into())));
    }

    #[test]
    fn anybody_else_is_not_me() {
        for body in [
            r#"<p class="topbar-menu-links"><a href="https://stackexchange.com/users/7/x">log in</a></p>
               <p class="topbar-links"><a href="/users/7/x">x</a></p>"#,
            r#"<p class="topbar-menu-links"><a href="/users/login">log in</a></p>"#,
            r#"<p class="topbar-menu-links"><a href="/users/-1" title="Community">Community</a></p>"#,
            r#"<p class="topbar-links"></p><div id="content"><a href="/users/9/somebody">somebody</a></div>"#,
            r#"<div id="active-user" class="user-0"></div>"#,
            r#"<input name="fkey" value="">"#,
        ] {
            assert_eq!(who(body), None, "{body}");
        }
        assert!(read(200, &[], r#"<input name="fkey" value="">"#).unwrap().fkey.is_none());
        assert!(read(302, &[("location", "https://x.example/users/login?a=b")], "").unwrap().me.is_none());
    }

    #[test]
    fn nobody_is_told_from_a_page_that_does_not_say() {
        let visitor = |body| read(200, &[], body).unwrap().visitor;
        assert!(visitor(r#"<p class="topbar-menu-links"><a href="https://stackexchange.com/x">log in</a></p>"#));
        assert!(visitor(r#"<div id="active-user" class="user-0"></div>"#));
        assert!(!visitor(r#"<p class="topbar-menu-links"><a href="/users/7/x">x</a></p>"#));
        assert!(!visitor(r#"<p class="topbar-menu-links">"#), "a page that was cut off");
    }

    #[test]
    fn what_is_no_chat_page_is_an_error() {
        assert!(matches!(read(200, &[], "<h1>Hello</h1>"), Err(Error::Changed { .. })));
        assert!(matches!(read(200, &[], "{}"), Err(Error::Changed { .. })));
        assert!(matches!(read(503, &[], "x"), Err(Error::Server { .. })));
        let moved = Refusal::Redirected("/rooms/1/sandbox".into());
        let answer = read(302, &[("location", "/rooms/1/sandbox")], "");
        assert_eq!(answer.unwrap_err(), Error::Refused { status: 302, reason: moved });
    }
}
