//! The time of reading pages, against the parser alone and against `scraper`, which is what one would take instead; and
//! how it grows with the page.
//!
//! `cargo bench -p sechat-core --bench pages`

#![expect(clippy::unwrap_used, reason = "a bench that cannot read its pages has nothing to measure")]

#[path = "common/ratios.rs"]
mod ratios;

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use ratios::{Contest, Goal};
use scraper::{ElementRef, Html, Selector};
use sechat_core::endpoint::{Endpoint, RoomPage, Transcript};
use sechat_core::text::{Content, Split, escape, split};
use sechat_core::{MessageId, Now, RoomId, UserId};
use sechat_fixtures::{ChatServer, Room, Setup, User};

const ROOM: RoomId = RoomId(1);
const ADA: UserId = UserId(102);

fn main() {
    room_page();
    transcript();
    growth();
}

/// The fkey and the user id from a page of 120 kB.
fn room_page() {
    let page = padded(&shown("/rooms/1", 40), 120_000);
    let fkey = Selector::parse("input[name=fkey]").unwrap();
    let me = Selector::parse(".topbar-menu-links a").unwrap();
    let read = RoomPage { room: ROOM };
    let ours = read.parse(&answer(&page)).unwrap();
    assert!(ours.fkey.is_some() && ours.me.is_some());
    let theirs = |page: &Bytes| {
        let html = Html::parse_document(std::str::from_utf8(page).unwrap());
        let fkey = html.select(&fkey).next().unwrap().value().attr("value").unwrap().to_owned();
        let me = html.select(&me).next().unwrap();
        (fkey, me.value().attr("href").unwrap().to_owned(), me.text().collect::<String>())
    };
    assert_eq!(theirs(&page).0, ours.fkey.unwrap().expose());
    contest("fkey and user of a room's page", &page, || read.parse(&answer(&page)).unwrap(), || theirs(&page));
}

/// A transcript of a hundred messages.
fn transcript() {
    let page = shown("/transcript/1", 100);
    let [monologues, messages, user, content] =
        [".monologue", ".message", ".username a", ".content"].map(|css| Selector::parse(css).unwrap());
    let read = Transcript::Latest(ROOM);
    assert_eq!(read.parse(&answer(&page)).unwrap().messages.len(), 100);
    let theirs = |page: &Bytes| {
        let html = Html::parse_document(std::str::from_utf8(page).unwrap());
        let message = |user: &str, message: ElementRef<'_>| {
            let id = message.value().attr("id").unwrap().to_owned();
            (id, user.to_owned(), message.select(&content).next().unwrap().inner_html())
        };
        let group = |group: ElementRef<'_>| {
            let user = group.select(&user).next().unwrap().text().collect::<String>();
            group.select(&messages).map(|it| message(&user, it)).collect::<Vec<_>>()
        };
        html.select(&monologues).flat_map(group).collect::<Vec<_>>()
    };
    assert_eq!(theirs(&page).len(), 100);
    contest("a transcript of 100 messages", &page, || read.parse(&answer(&page)).unwrap(), || theirs(&page));
}

fn contest<T, U>(what: &str, page: &Bytes, ours: impl FnMut() -> T, theirs: impl FnMut() -> U) {
    let options = tl::ParserOptions::default();
    Contest::new(format!("{what}, {} kB", page.len() / 1000))
        .with("tl alone", None, || {
            let dom = tl::parse(std::str::from_utf8(page).unwrap(), options).unwrap();
            black_box(dom.nodes().len())
        })
        .with("sechat", Some(Goal::AtMost(1.3)), ours)
        .with("scraper", None, theirs)
        .run();
}

/// Everything that reads text or pages, on 1, 4 and 16 times as much: its time should be 1, 4 and 16 times as long.
fn growth() {
    let message =
        r#"<b>so</b> see <a href="https://example.com/q/1">this &amp; that</a>, <i>it's</i> <code>x &lt; y</code> "#;
    grows("a message to a tree", |times| message.repeat(20 * times), |html| Content::parse(html));
    grows("a message to text", |times| message.repeat(20 * times), |html| Content::parse(html).to_text());
    grows("a message to Markdown", |times| message.repeat(20 * times), |html| Content::parse(html).to_markdown());
    grows("escaping", |times| "*so* [it](is) `x` _y_ ".repeat(50 * times), |text| escape(text));
    let words = |times| "so it is said, and done ".repeat(100 * times);
    grows("splitting at words", words, |text| split(text, Split::AtWord).unwrap());
    let page = shown("/rooms/1", 40);
    let room = |times| padded(&page, 60_000 * times);
    grows("a room's page", room, |page| RoomPage { room: ROOM }.parse(&answer(page)).unwrap());
    let log = |times| shown("/transcript/1", 50 * times);
    grows("a transcript", log, |page| Transcript::Latest(ROOM).parse(&answer(page)).unwrap());
}

fn grows<I, T>(what: &str, input: impl Fn(usize) -> I, run: impl Fn(&I) -> T) {
    let inputs = [1, 4, 16].map(input);
    let [one, four, sixteen] = &inputs;
    Contest::new(format!("growth: {what}"))
        .with("1 x", None, || run(one))
        .with("4 x", Some(Goal::AtMost(5.0)), || run(four))
        .with("16 x", Some(Goal::AtMost(20.0)), || run(sixteen))
        .run();
}

/// A page of the simulated server, in whose room so many messages were said.
#[expect(clippy::disallowed_methods, reason = "a bench has a clock")]
fn shown(path: &str, messages: usize) -> Bytes {
    let mut setup = Setup::default().user(User::new(UserId(103), "Bob")).room(Room::new(RoomId(2), "Other"));
    setup.seed = 7;
    let mut server = ChatServer::new(setup);
    let mut now = Now::new(Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let mut last: Option<MessageId> = None;
    for n in 0..messages {
        let mut text = String::new();
        write!(text, "I think so, but see [number {n}](https://example.com/q/{n}) & *try* `x < y`").unwrap();
        let user = if n % 3 == 0 { ADA } else { UserId(103) };
        last = Some(server.say(now, user, ROOM, &text));
        now = now + Duration::from_secs(5);
    }
    assert!(last.is_some());
    let request = Request::get(format!("https://chat.stackexchange.com{path}")).body(Bytes::new()).unwrap();
    let page = server.handle(now, request).into_body();
    // As somebody who is logged in sees it.
    let me = r#"<span class="topbar-menu-links"><a href="/users/101/bot">Bot</a></span>"#;
    let page = String::from_utf8(page.to_vec()).unwrap();
    let (head, rest) = page.split_once("<body").unwrap();
    let (body, rest) = rest.split_once('>').unwrap();
    Bytes::from(format!("{head}<body{body}>{me}{rest}"))
}

/// The page with scripts and links before its end, as real ones have, up to a size.
fn padded(page: &Bytes, size: usize) -> Bytes {
    let page = std::str::from_utf8(page).unwrap();
    let (start, end) = page.rsplit_once("</body>").unwrap();
    let mut out = start.to_owned();
    let mut n = 0;
    while out.len() + end.len() < size {
        n += 1;
        writeln!(
            out,
            "<li id=\"room-{n}\" class=\"other-room\"><a href=\"/rooms/{n}/room\" title=\"Room &amp; {n}\">Room {n}</a>\
             <div class=\"time data\" data-x=\"{n}\"><span>{n}m</span></div></li>"
        )
        .unwrap();
    }
    Bytes::from(format!("{out}</body>{end}"))
}

fn answer(page: &Bytes) -> Response<Bytes> {
    let mut answer = Response::new(page.clone());
    answer.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/html"));
    answer
}
