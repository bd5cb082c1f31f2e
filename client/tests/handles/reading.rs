//! Reading back, long texts, and waiting for an event, against the simulated server.

use std::time::Duration;

use futures_util::StreamExt;
use sechat_client::endpoint::{RoomCursor, SearchMessages, TranscriptPage};
use sechat_client::text::Split;
use sechat_client::{Error, EventKind, Invalid, Mode, Onward, ReadBack, RoomId, TimedOut};

use crate::facade::owner;
use crate::simulated::{ADA, Site};
use crate::stage::Staged;

impl Site {
    /// Up to so many items, and the first error.
    pub(crate) fn read<C: sechat_client::Cursor>(
        &mut self,
        pages: &mut ReadBack<Staged, C>,
        most: usize,
    ) -> (Vec<C::Item>, Option<Error>) {
        let mut items = Vec::new();
        for _ in 0..1000 {
            if items.len() == most {
                return (items, None);
            }
            match self.look(&mut pages.next()) {
                Some(Some(Ok(item))) => items.push(item),
                Some(Some(Err(error))) => return (items, Some(error)),
                Some(None) => return (items, None),
                None if self.exchange() => {}
                None => self.wait(Duration::from_millis(500)),
            }
        }
        panic!("reading never ends");
    }
}

#[test]
fn messages_are_read_back_to_the_first_and_from_where_one_stopped() {
    let (mut site, chat, room) = owner();
    let mut ids = site.said((0..250).map(|n| n.to_string()));
    ids.reverse();
    let read = |events: &[sechat_client::Event]| events.iter().map(|e| e.message().unwrap().id).collect::<Vec<_>>();

    let mut pages = room.messages();
    site.wait(Duration::from_secs(1));
    assert_eq!(site.posts("/chats/1/events"), 0, "nothing before it is read");
    assert_eq!(read(&site.read(&mut pages, 100).0), ids[..100]);
    site.wait(Duration::from_secs(1));
    assert_eq!(site.posts("/chats/1/events"), 1, "never ahead of the reader");
    assert_eq!(read(&site.read(&mut pages, 30).0), ids[100..130]);
    assert_eq!(site.posts("/chats/1/events"), 2);

    // Stored as a bot would store it, and gone on with.
    let stored: RoomCursor = *pages.cursor().unwrap();
    assert_eq!(stored, RoomCursor::before(RoomId(1), ids[129]));
    drop(pages);
    let mut pages = chat.read_back(stored);
    assert_eq!(read(&site.read(&mut pages, 1000).0), ids[130..]);
    assert_eq!(pages.cursor(), None);
    assert_eq!(read(&site.read(&mut room.messages_before(ids[247]), 9).0), ids[248..]);
}

#[test]
fn a_reader_that_fails_ends_and_keeps_its_place() {
    let (mut site, chat, _room) = owner();
    let mut pages = chat.room(77).messages();
    let (items, error) = site.read(&mut pages, 9);
    assert!(items.is_empty() && matches!(error, Some(Error::Refused { .. })), "{error:?}");
    assert_eq!(site.look(&mut StreamExt::next(&mut pages)), Some(None));
    assert_eq!(pages.cursor(), Some(&RoomCursor::latest(RoomId(77))));
}

#[test]
fn transcripts_and_found_messages_are_read_page_by_page() {
    let (mut site, chat, room) = owner();
    let mut ids = Vec::new();
    for day in 0..3 {
        ids.extend(site.said((0..3).map(|n| format!("word {day} {n}"))));
        site.wait(Duration::from_secs(1));
        site.skip(Duration::from_secs(86_400));
    }
    let mut pages = room.transcript();
    let first = site.read(&mut pages, 1).0.remove(0);
    assert_eq!(first.messages.iter().map(|message| message.id).collect::<Vec<_>>(), ids[6..]);
    let rest = site.read(&mut chat.read_back(*pages.cursor().unwrap()), 9).0;
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[1].messages[0].id, ids[0]);

    let day = first.day;
    let shown = |pages: &[TranscriptPage]| {
        pages.iter().flat_map(|page| &page.messages).map(|message| message.id).collect::<Vec<_>>()
    };
    let mut pages = room.transcript_from(day.previous());
    assert_eq!(shown(&site.read(&mut pages, 1).0), ids[3..6]);
    let stored: Onward = *pages.cursor().unwrap();
    assert_eq!(shown(&site.read(&mut chat.read_back(stored), 9).0), ids[6..]);
    assert_eq!(shown(&site.read(&mut room.transcript_at(ids[4]), 9).0), ids[3..]);
    let early = site.read(&mut room.transcript_from(day.previous().previous().previous()), 9);
    assert_eq!((shown(&early.0), early.1), (ids.clone(), None), "an empty day is passed over");
    assert_eq!(site.read(&mut room.transcript_from(day.next()), 9), (vec![], None));

    ids.reverse();
    let call = SearchMessages { page_size: 4, room: Some(RoomId(1)), ..SearchMessages::new("word") };
    let mut pages = chat.read_back(call);
    let found = site.read(&mut pages, 6).0;
    assert_eq!(found.iter().map(|message| message.id).collect::<Vec<_>>(), ids[..6]);
    let again = pages.cursor().unwrap().clone();
    assert_eq!(again.page, 2, "the page that is not all read");
    let rest = site.read(&mut chat.read_back(again), 99).0;
    assert_eq!(rest.iter().map(|message| message.id).collect::<Vec<_>>(), ids[4..]);
    assert_eq!(site.read(&mut room.search("word"), 99).0.len(), 9);
}

#[test]
fn all_stars_are_read_page_by_page() {
    let (mut site, _chat, room) = owner();
    let mut ids = site.said((0..120).map(|n| n.to_string()));
    let now = site.now();
    for id in &ids {
        site.server.star_message(now, ADA, *id);
    }
    ids.reverse();
    let mut pages = room.all_stars();
    let (starred, error) = site.read(&mut pages, 999);
    assert_eq!((starred.iter().map(|message| message.id).collect::<Vec<_>>(), error), (ids, None));
    assert_eq!(pages.cursor(), None);
}

#[test]
fn a_part_that_fails_leaves_word_of_those_before() {
    let (mut site, _chat, room) = owner();
    let parts = ["a", "b", "a", "c"].map(|letter| letter.repeat(400)).join(" ");
    let error = site.run(room.send_split(parts, Split::AtWord)).unwrap_err();
    let Error::Partly { posted, error, .. } = &error else { panic!("{error:?}") };
    assert_eq!((posted.len(), &**error), (2, &Error::Duplicate));
    site.wait(Duration::from_secs(60));
    let there: Vec<_> = site.server.messages(RoomId(1)).iter().map(|message| message.id).collect();
    assert_eq!(there, *posted, "what comes after the failure is taken back");
    let first = site.run(room.send_split("", Split::AtWord));
    assert_eq!(first, Err(Invalid::EmptyMessage.into()), "nothing is posted, nothing to tell");
}

#[test]
fn a_long_text_becomes_several_messages_and_one_reply() {
    let (mut site, _chat, room) = owner();
    let question = site.said(["Tell me all".to_owned()])[0];
    let text = "many words ".repeat(100);
    let parts = room.reply_split(question, &text, Split::AtWord);
    let after = room.send("after");
    let ids = site.run(parts).unwrap();
    let after = site.run(after).unwrap();
    assert!(ids.len() == 3 && ids.is_sorted() && ids[2] < after);
    let sources: Vec<_> = ids.iter().map(|id| site.server.message(*id).unwrap().source().to_owned()).collect();
    let parents: Vec<_> = ids.iter().map(|id| site.server.message(*id).unwrap().parent).collect();
    assert_eq!(parents, [Some(question), None, None]);
    assert_eq!(sources.join(" ").split_whitespace().count(), 200);

    drop(room.send_split(&text, Split::AtWord));
    let said = site.server.messages(RoomId(1)).len();
    site.wait(Duration::from_secs(60));
    assert_eq!(site.server.messages(RoomId(1)).len(), said, "what is dropped is taken back");

    assert_eq!(site.run(room.send_split("short", Split::Never)).unwrap().len(), 1);
    assert!(matches!(site.run(room.send_split(&text, Split::Never)), Err(Error::Invalid(Invalid::LineTooLong { .. }))));
    assert_eq!(site.run(room.send_split(" ", Split::AtWord)), Err(Invalid::EmptyMessage.into()));
}

#[test]
fn an_event_is_waited_for() {
    let mut site = Site::new();
    let (chat, _room, mut events) = site.bot();
    site.wait(Duration::from_secs(5));
    let second = Duration::from_secs(1);
    let tasks = site.tasks();
    let wanted = |event: &sechat_client::Event| matches!(&event.kind, EventKind::MessagePosted(m) if m.content.as_deref() == Some("yes"));

    let mut waiting = Box::pin(events.wait_for(wanted, 10 * second));
    assert_eq!(site.look(&mut waiting), None);
    let now = site.now();
    site.server.say(now, ADA, RoomId(1), "no");
    let yes = site.server.say(now, ADA, RoomId(1), "yes");
    site.server.say(now, ADA, RoomId(1), "later");
    site.wait(5 * second);
    let found = site.look(&mut waiting).unwrap().unwrap().unwrap();
    assert_eq!(found.message().unwrap().id, yes);
    drop(waiting);
    site.wait(second);
    assert_eq!(site.tasks(), tasks, "its timer is gone");

    // What comes after it is still there, and a time out ends the wait only.
    assert!(matches!(site.look(&mut Box::pin(events.wait_for(|_| true, Duration::ZERO))), Some(Ok(Some(_)))));
    let mut waiting = Box::pin(events.wait_for(wanted, 3 * second));
    assert_eq!(site.look(&mut waiting), None);
    site.wait(2 * second);
    assert_eq!(site.look(&mut waiting), None);
    site.wait(2 * second);
    assert_eq!(site.look(&mut waiting), Some(Err(TimedOut)));
    drop(waiting);

    site.run(chat.close()).unwrap();
    assert_eq!(site.look(&mut Box::pin(events.wait_for(wanted, second))), Some(Ok(None)));
    site.wait(second);
    assert_eq!(site.tasks(), 0);
}

#[test]
fn nothing_of_it_needs_more_than_a_mode() {
    fn sendable<M: Mode>(room: &sechat_client::Room<M>) {
        fn is<T: Send>(_: &T) {}
        is(&room.messages());
        is(&room.transcript());
    }
    let (_site, _chat, room) = owner();
    sendable(&room);
}
