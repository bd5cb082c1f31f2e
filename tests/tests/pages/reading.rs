//! What was said, and finding it again.

use sechat_core::endpoint::{
    FoundMessage, RoomCursor, SearchMessages, StarredMessages, Transcript, TranscriptMessage, TranscriptPage,
};
use sechat_core::engine::Access;
use sechat_core::{Day, MessageId, Refusal, RoomId};
use sechat_fixtures::switches::ReplyAnchor;

use super::stage::*;

const NO_ROOM: (u16, Refusal) = (404, Refusal::NoSuchRoomOrNoPermission);

fn ids(messages: &[TranscriptMessage]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

fn found(messages: &[FoundMessage]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

#[test]
fn a_day_with_everything_on_it() {
    for anchor in ReplyAnchor::ALL {
        let mut stage = Stage::new();
        stage.server.switches_mut().reply_anchor = *anchor;
        stage.server.switches_mut().partial_over = Some(40);
        let question = stage.say(BOT, ROOM, "a <question>");
        let answer = stage.server.reply(stage.now, ADA, question, "answer [x](http://x.example)");
        stage.server.edit(stage.now, question, "the *question*");
        stage.server.star_message(stage.now, ADA, question);
        let gone = stage.say(EVE, ROOM, "gone");
        stage.server.delete(stage.now, EVE, gone);
        let long = stage.say(EVE, ROOM, &"long line\n".repeat(20));
        let page = stage.read(Transcript::Around(answer)).unwrap();
        assert_eq!((page.room, page.room_name.as_str(), page.day.to_string()), (ROOM, "Sandbox", "2026-09-21".into()));
        assert_eq!(page.description, "Where you can play with regular chat features without upsetting anyone");
        assert_eq!(ids(&page.messages), [question, answer, gone, long]);
        let [first, second, third, fourth] = &page.messages[..] else { panic!() };
        assert_eq!((first.content.as_deref(), first.mine, first.edited), (Some("the <i>question</i>"), true, true));
        assert_eq!((first.user.id, first.stars.count, first.stars.mine, first.parent), (Some(BOT), 1, false, None));
        assert_eq!(first.time.as_ref().unwrap().minute, Some(1_790_000_000 / 60 * 60));
        assert_eq!(
            (second.parent, second.highlighted, second.user.name.as_str()),
            (Some(question), true, "Ada \"L\" <x> & co")
        );
        assert_eq!((third.content.as_deref(), third.user.id), (None, Some(EVE)));
        assert_eq!((fourth.truncated, second.truncated), (true, false));
    }
}

/// Every message once, whichever way one walks, and the cursor can be stored on the way.
#[test]
fn walking_through_days() {
    let mut stage = Stage::new();
    let mut said = Vec::new();
    for day in 0..3_u64 {
        for n in 0..250_u64 {
            said.push(stage.say(ADA, ROOM, &format!("{day} {n}")));
            if n % 10 == 9 && day == 1 {
                stage.wait(600);
            }
        }
        stage.wait(2 * 86_400);
    }
    let walk = |stage: &mut Stage, from: Transcript, on: fn(&TranscriptPage) -> Option<Transcript>| {
        let (mut next, mut pages) = (Some(from), Vec::new());
        while let Some(call) = next.filter(|_| pages.len() < 20) {
            let stored = serde_json::to_string(&call).unwrap();
            let page = stage.read(serde_json::from_str::<Transcript>(&stored).unwrap()).unwrap();
            next = on(&page);
            pages.push(page);
        }
        pages
    };
    let mut back = walk(&mut stage, Transcript::Latest(ROOM), TranscriptPage::previous);
    assert!(back.len() > 3, "a busy day comes in parts");
    back.reverse();
    let all: Vec<_> = back.iter().flat_map(|page| ids(&page.messages)).collect();
    assert_eq!(all, said);
    let first: Day = "2026-09-21".parse().unwrap();
    assert_eq!(back.last().unwrap().first_day, Some(first));
    let on = walk(&mut stage, Transcript::Day(ROOM, first), TranscriptPage::next);
    assert_eq!(on.iter().flat_map(|page| ids(&page.messages)).collect::<Vec<_>>(), said);
    let hours = stage.read(Transcript::Hours(ROOM, first, 0, 12)).unwrap();
    assert_eq!((hours.messages.len(), hours.hours, hours.parts), (0, Some((0, 12)), vec![(0, 12), (12, 24)]));
    let empty = stage.read(Transcript::Day(ROOM, first.next())).unwrap();
    assert_eq!((empty.messages.len(), empty.previous_day), (0, Some(first)));
}

#[test]
fn transcripts_of_others() {
    let mut stage = Stage::with(Access::Anonymous, |_| {});
    let id = stage.say(ADA, ROOM, "hello");
    assert_eq!(ids(&stage.read(Transcript::Latest(ROOM)).unwrap().messages), [id]);
    assert_eq!(stage.read(Transcript::Latest(SECRET)).map_err(why).unwrap_err(), NO_ROOM);
    assert_eq!(stage.read(Transcript::Latest(RoomId(99))).map_err(why).unwrap_err(), NO_ROOM);
    let gone = (404, Refusal::BadId);
    assert_eq!(stage.read(Transcript::Around(MessageId(5))).map_err(why).unwrap_err(), gone);
}

#[test]
fn starred_messages() {
    let mut stage = Stage::new();
    assert_eq!(stage.read(StarredMessages { room: ROOM, count: 0 }).unwrap(), []);
    let plain = stage.say(ADA, ROOM, "see [this](http://x.example) - and that -");
    let pinned = stage.say(BOT, ROOM, "pinned");
    stage.say(EVE, ROOM, "nothing");
    stage.server.star_message(stage.now, BOT, plain);
    stage.server.star_message(stage.now, EVE, plain);
    stage.server.pin_message(stage.now, ADA, pinned);
    stage.wait(90);
    let stars = stage.read(StarredMessages { room: ROOM, count: 0 }).unwrap();
    assert_eq!(stars.iter().map(|star| star.id).collect::<Vec<_>>(), [pinned, plain], "pins first");
    let star = &stars[1];
    assert!(star.content.starts_with("see <a href=\"http://x.example\"") && star.content.ends_with("and that -"));
    assert_eq!((star.stars.count, star.stars.mine, star.stars.pinned), (2, true, false));
    assert_eq!(star.user.as_ref().unwrap().id, Some(ADA));
    let time = star.time.as_ref().unwrap();
    assert_eq!((time.minute, time.text.as_str()), (Some(1_790_000_000), "1m ago"));
    assert!(stars[0].stars.pinned);
    assert_eq!(stage.read(StarredMessages { room: ROOM, count: 1 }).unwrap().len(), 1);
    assert_eq!(stage.read(StarredMessages { room: SECRET, count: 0 }).map_err(why).unwrap_err(), NO_ROOM);
}

#[test]
fn search_pages() {
    let mut stage = Stage::new();
    let mut said = Vec::new();
    for day in 0..9_u64 {
        said.push(stage.say(if day % 2 == 0 { ADA } else { EVE }, ROOM, &format!("needle *{day}*")));
        stage.say(BOT, ROOM, "hay");
        stage.wait(86_400);
    }
    let elsewhere = stage.say(ADA, GALLERY, "needle elsewhere");
    said.push(elsewhere);
    said.reverse();
    let (mut next, mut all) = (Some(SearchMessages { page_size: 3, ..SearchMessages::new("needle") }), Vec::new());
    while let Some(call) = next.filter(|_| all.len() < 50) {
        let page = stage.read(call).unwrap();
        assert_eq!(page.pages, 4);
        next = serde_json::from_str(&serde_json::to_string(&page.next).unwrap()).unwrap();
        all.extend(page.messages);
    }
    assert_eq!(found(&all), said);
    for message in &all {
        let posted = stage.server.message(message.id).unwrap().posted.unix_seconds();
        assert_eq!(message.time.as_ref().unwrap().minute, Some(posted / 60 * 60), "{:?}", message.time);
    }
    assert_eq!(all[1].content.as_deref(), Some("needle <i>8</i>"));
    assert_eq!((all[0].room, all[1].user.id), (GALLERY, Some(ADA)));
    let mut search = SearchMessages::new("needle");
    search.room = Some(GALLERY);
    assert_eq!(found(&stage.read(search.clone()).unwrap().messages), [elsewhere]);
    (search.room, search.user) = (None, Some(EVE));
    assert_eq!(stage.read(search).unwrap().messages.len(), 4);
    let nothing = stage.read(SearchMessages::new("no such words")).unwrap();
    assert_eq!((nothing.messages.len(), nothing.pages, nothing.next), (0, 1, None));
}

#[test]
fn paging_back_through_events() {
    let mut stage = Stage::new();
    let said: Vec<_> = (0..25).map(|n| stage.say(ADA, ROOM, &format!("{n}"))).collect();
    let (mut next, mut read) = (Some(RoomCursor::latest(ROOM)), Vec::new());
    while let Some(cursor) = next.filter(|_| read.len() < 100) {
        let page = stage.read(cursor.call(10)).unwrap();
        next = cursor.after(&page);
        read.extend(page.events.iter().rev().map(|event| event.message().unwrap().id));
    }
    read.reverse();
    assert_eq!(read, said);
}
