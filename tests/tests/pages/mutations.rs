//! Pages that have changed: elements dropped, renamed, moved and doubled, pages cut off. Readers give an error, or what the
//! page says; what was not on the page before is never read off it.

use std::fmt::Debug;
use std::ops::Range;

use bytes::Bytes;
use http::Response;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sechat_core::endpoint::{
    AccessList, Endpoint, FavoriteRooms, Home, ListRooms, MessageHistory, MessageRecord, MessageRevision, OpenRoom,
    Profile, RoomAccess, RoomCard, RoomDetails, RoomInfo, RoomList, RoomPage, RoomStars, RoomView, SearchMessages,
    SearchPage, StarredMessages, StarsPage, Transcript, TranscriptPage, UserProfile,
};
use sechat_core::{Error, RoomId};
use sechat_fixtures::Room;

use super::stage::*;

/// An element of a well-formed page.
#[derive(Debug, Clone)]
struct Node {
    parent: usize,
    open: Range<usize>,
    whole: Range<usize>,
}

/// Where the elements of a page are. Its scripts have none.
fn nodes(page: &str) -> Vec<Node> {
    let (mut nodes, mut stack): (Vec<Node>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(start) = page[at..].find('<').map(|n| n + at) {
        let mut quoted = false;
        let end = page[start..].find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = start + end.unwrap() + 1;
        at = end;
        let tag = &page[start..end];
        let name = tag[1..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        if tag.starts_with("</") {
            let open = stack.pop().unwrap();
            nodes[open].whole.end = end;
        } else if !tag.starts_with("<!") {
            nodes.push(Node {
                parent: stack.last().copied().unwrap_or(usize::MAX),
                open: start..end,
                whole: start..end,
            });
            if name == "script" {
                at = page[at..].find("</script>").unwrap() + at;
            }
            if !tag.ends_with("/>") && !matches!(name, "link" | "input" | "img" | "br" | "meta") {
                stack.push(nodes.len() - 1);
            }
        }
    }
    assert!(stack.is_empty(), "a page of the simulated server is well-formed");
    nodes
}

/// All but what somebody wrote: a change of that is another message.
fn changeable(page: &str) -> Vec<Node> {
    let nodes = nodes(page);
    let written = |node: &Node| {
        let tag = &page[node.open.clone()];
        ["class=\"content\"", "id=\"roomdesc\""].iter().any(|mark| tag.contains(mark))
    };
    let outside = |node: &&Node| {
        let above = std::iter::successors(nodes.get(node.parent), |node| nodes.get(node.parent));
        !above.into_iter().any(written)
    };
    nodes.iter().filter(outside).cloned().collect()
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Drop,
    Double,
    /// With the element after it.
    Swap,
    /// The first of them: the others are what to fall back to.
    RenameClass,
    RenameClasses,
    RenameId,
    RenameHref,
    Truncate,
}

const CHANGES: &[Change] = &[
    Change::Drop,
    Change::Double,
    Change::Swap,
    Change::RenameClass,
    Change::RenameClasses,
    Change::RenameId,
    Change::RenameHref,
    Change::Truncate,
];

/// The page with one change; `None` where it cannot be made.
fn changed(page: &str, nodes: &[Node], which: usize, change: Change, at: usize) -> Option<String> {
    let node = &nodes[which % nodes.len()];
    let renamed = |attribute: &str| {
        let tag = &page[node.open.clone()];
        let mark = format!(" {attribute}=\"");
        let value = tag.find(&mark)? + mark.len();
        Some(format!("{}x-{}", &page[..node.open.start + value], &page[node.open.start + value..]))
    };
    match change {
        Change::Drop => Some(format!("{}{}", &page[..node.whole.start], &page[node.whole.end..])),
        Change::Double => Some(format!("{}{}", &page[..node.whole.end], &page[node.whole.start..])),
        Change::Swap => {
            let next = nodes.iter().find(|n| n.parent == node.parent && n.whole.start >= node.whole.end)?;
            let (first, between, second) =
                (&page[node.whole.clone()], &page[node.whole.end..next.whole.start], &page[next.whole.clone()]);
            Some(format!("{}{second}{between}{first}{}", &page[..node.whole.start], &page[next.whole.end..]))
        }
        Change::RenameClass => renamed("class"),
        Change::RenameClasses => {
            let tag = &page[node.open.clone()];
            let (before, rest) = tag.split_once(" class=\"")?;
            let (classes, after) = rest.split_once('"')?;
            let classes = classes.split(' ').map(|class| format!("x-{class}")).collect::<Vec<_>>().join(" ");
            let tag = format!("{before} class=\"{classes}\"{after}");
            Some(format!("{}{tag}{}", &page[..node.open.start], &page[node.open.end..]))
        }
        Change::RenameId => renamed("id"),
        Change::RenameHref => renamed("href"),
        Change::Truncate => {
            let cut = page.char_indices().map(|(n, _)| n).nth(at % page.chars().count())?;
            Some(page[..cut].to_owned())
        }
    }
}

/// Changes a page in every way, and asks whether what is still read is `sound`. What was only renamed is still there:
/// then nothing may be missing, and `kept` asks for that as well.
fn try_changes<E: Endpoint>(
    call: &E,
    answer: &Response<Bytes>,
    sound: impl Fn(&E::Output, &E::Output) -> bool,
    kept: impl Fn(&E::Output, &E::Output) -> bool,
) where
    E::Output: Debug,
{
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    let nodes = changeable(&page);
    let original = call.parse(answer).unwrap();
    let read = |page: String| {
        let mut response = answer.clone();
        *response.body_mut() = page.into();
        call.parse(&response)
    };
    let check = |change: Change, which: usize, at: usize| {
        let Some(mutant) = changed(&page, &nodes, which, change, at) else { return };
        match read(mutant) {
            Ok(output) => {
                let what = &page[nodes[which % nodes.len()].open.clone()];
                assert!(!matches!(change, Change::Truncate) || sound(&output, &original), "cut at {at}: {output:?}");
                assert!(sound(&output, &original), "{change:?} {what}\n{output:#?}\n{original:#?}");
                let renamed = !matches!(change, Change::Drop | Change::Double | Change::Swap | Change::Truncate);
                assert!(
                    !renamed || kept(&output, &original),
                    "{change:?} {what}: something is lost\n{output:#?}\n{original:#?}"
                );
            }
            Err(Error::Changed { looked_for, .. }) => assert!(!looked_for.is_empty()),
            Err(Error::Refused { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    };
    for change in CHANGES {
        for which in 0..nodes.len() {
            check(*change, which, which * 7);
        }
    }
    let mut runner = TestRunner::new(Config::with_cases(200));
    let strategy = (prop::sample::select(CHANGES), any::<usize>(), any::<usize>());
    runner
        .run(&strategy, |(change, which, at)| {
            check(change, which, at);
            Ok(())
        })
        .unwrap();
}

/// Nothing, or what it was.
fn less<T: PartialEq + Default>(read: &T, was: &T) -> bool {
    read == was || *read == T::default()
}

fn subset<T>(read: &[T], was: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    read.iter().all(|item| was.iter().any(|other| same(item, other)))
}

/// A room with all that a message can have.
fn furnished() -> Stage {
    let mut stage = Stage::new();
    let question = stage.say(BOT, ROOM, "question");
    let answer = stage.server.reply(stage.now, ADA, question, "an *answer*");
    stage.server.edit(stage.now, question, "the question");
    stage.server.star_message(stage.now, ADA, question);
    stage.server.star_message(stage.now, EVE, question);
    stage.server.pin_message(stage.now, ADA, answer);
    let gone = stage.say(EVE, ROOM, "gone");
    stage.server.delete(stage.now, EVE, gone);
    stage.say(EVE, ROOM, "lines\nof text");
    stage.say(EVE, ROOM, "[x](http://x.example) https://y.example/z");
    stage.say(BOT, GALLERY, "elsewhere");
    stage.server.room_mut(ROOM).unwrap().owners.insert(ADA);
    stage.server.room_mut(ROOM).unwrap().tags = vec!["a".into(), "b".into()];
    "tea".clone_into(&mut stage.server.user_mut(ADA).unwrap().about);
    stage
}

#[test]
fn transcripts() {
    let mut stage = furnished();
    stage.wait(86_400);
    let id = stage.say(ADA, ROOM, "the next day");
    stage.read(Transcript::Around(id)).unwrap();
    let day = stage.read(Transcript::Latest(ROOM)).unwrap().previous_day.unwrap();
    let call = Transcript::Day(ROOM, day);
    stage.read(call).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read: &TranscriptPage, was| {
            (read.room, read.day, &read.room_name) == (was.room, was.day, &was.room_name)
                && less(&read.next_day, &was.next_day)
                && less(&read.description, &was.description)
                && subset(&read.tags, &was.tags, PartialEq::eq)
                && subset(&read.messages, &was.messages, |read, was| {
                    (read.id, &read.user, &read.content) == (was.id, &was.user, &was.content)
                        && less(&read.time, &was.time)
                        && less(&read.parent, &was.parent)
                        && less(&read.edited, &was.edited)
                        && less(&read.stars.count, &was.stars.count)
                        && less(&read.stars.pinned, &was.stars.pinned)
                })
        },
        |read, was| {
            let shown = |page: &TranscriptPage| {
                page.messages.iter().map(|m| (m.id, m.parent, m.stars.count)).collect::<Vec<_>>()
            };
            shown(read) == shown(was)
        },
    );
}

#[test]
fn histories() {
    let mut stage = furnished();
    let first = stage.server.messages(ROOM)[0].id;
    let (old, new) = ("the question", "a new *text*");
    stage.server.edit(stage.now, first, new);
    stage.server.pin_message(stage.now, ADA, first);
    let call = MessageHistory { message: first };
    let record = stage.read(call).unwrap();
    assert!(record.revisions.iter().any(|r| r.source.as_deref() == Some(old)));
    let revision = |read: &MessageRevision, was: &MessageRevision| {
        (&read.kind, &read.user, &read.content) == (&was.kind, &was.user, &was.content)
            && less(&read.source, &was.source)
    };
    try_changes(
        &call,
        &stage.last,
        |read: &MessageRecord, was| {
            (read.id, read.room, &read.user, &read.content) == (was.id, was.room, &was.user, &was.content)
                && less(&read.source, &was.source)
                && less(&read.stars.count, &was.stars.count)
                && subset(&read.pinned_by, &was.pinned_by, PartialEq::eq)
                && subset(&read.revisions, &was.revisions, revision)
        },
        |read, was| read.revisions.len() == was.revisions.len() && read.stars.count == was.stars.count,
    );
}

#[test]
fn found_and_starred_messages() {
    let mut stage = furnished();
    let call = SearchMessages { page_size: 3, ..SearchMessages::new("") };
    stage.read(call.clone()).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read: &SearchPage, was| {
            read.page == was.page
                && read.pages <= was.pages
                && subset(&read.messages, &was.messages, |read, was| {
                    (read.id, read.room, &read.user, &read.content) == (was.id, was.room, &was.user, &was.content)
                        && less(&read.time, &was.time)
                        && less(&read.stars.count, &was.stars.count)
                })
        },
        |read, was| {
            let shown = |page: &SearchPage| page.messages.iter().map(|m| (m.id, m.stars.count)).collect::<Vec<_>>();
            shown(read) == shown(was) && read.pages == was.pages
        },
    );
}

/// What was said stands in an item of the list without an element of its own, so it is plain here.
#[test]
fn starred_messages() {
    let mut stage = Stage::new();
    for text in ["one - two", "three", "four"] {
        let id = stage.say(ADA, ROOM, text);
        stage.server.star_message(stage.now, EVE, id);
    }
    let pinned = stage.say(EVE, ROOM, "pinned");
    stage.server.pin_message(stage.now, ADA, pinned);
    let call = StarredMessages { room: ROOM, count: 0 };
    stage.read(call).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read, was| {
            subset(read, was, |read, was| {
                (read.id, &read.content) == (was.id, &was.content)
                    && less(&read.user, &was.user)
                    && less(
                        &read.time.as_ref().and_then(|time| time.minute),
                        &was.time.as_ref().and_then(|time| time.minute),
                    )
                    && read.stars.count == was.stars.count
            })
        },
        |read, was| read.len() == was.len(),
    );
}

fn card(read: &RoomCard, was: &RoomCard) -> bool {
    (read.id, &read.name) == (was.id, &was.name)
        && less(&read.description, &was.description)
        && less(&read.last_user, &was.last_user)
        && less(&read.last_activity, &was.last_activity)
        && less(&read.users_present, &was.users_present)
        && less(&read.messages, &was.messages)
        && less(&read.gallery, &was.gallery)
        && subset(&read.users, &was.users, PartialEq::eq)
}

#[test]
fn lists_of_rooms() {
    let mut stage = furnished();
    for n in 10..14 {
        stage.server.add_room(Room::new(RoomId(n), &format!("Tea {n}")));
    }
    let call = ListRooms { page_size: 4, ..ListRooms::default() };
    stage.read(call.clone()).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read: &RoomList, was| {
            read.page == was.page && read.pages <= was.pages && subset(&read.rooms, &was.rooms, card)
        },
        |read, was| read.rooms.len() == was.rooms.len() && read.pages == was.pages,
    );
}

#[test]
fn rooms() {
    let mut stage = furnished();
    let call = RoomInfo { room: ROOM, users: sechat_core::endpoint::InfoUsers::Current };
    stage.read(call).unwrap();
    let user = |read: &sechat_core::endpoint::UserCard, was: &sechat_core::endpoint::UserCard| {
        read.user == was.user
            && less(&read.reputation, &was.reputation)
            && less(&read.about, &was.about)
            && less(&read.last_post, &was.last_post)
            && less(&read.messages, &was.messages)
    };
    try_changes(
        &call,
        &stage.last,
        |read, was| {
            (read.id, &read.name) == (was.id, &was.name)
                && less(&read.description, &was.description)
                && read.facts.iter().all(|(key, value)| was.facts.get(key) == Some(value))
                && less(&read.messages, &was.messages)
                && less(&read.users_ever, &was.users_ever)
                && read.activity.iter().all(|activity| was.activity.contains(activity))
                && subset(&read.tags, &was.tags, PartialEq::eq)
                && subset(&read.owners, &was.owners, user)
                && subset(&read.users, &was.users, user)
        },
        |read, was| {
            let sizes =
                |room: &RoomDetails| (room.facts.len(), room.activity.len(), room.owners.len(), room.users.len());
            sizes(read) == sizes(was)
        },
    );
    let call = RoomAccess { room: GALLERY };
    stage.read(call).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read, was| {
            subset(&read.owners, &was.owners, user)
                && subset(&read.writers, &was.writers, user)
                && subset(&read.readers, &was.readers, user)
        },
        |read, was| {
            let sizes = |list: &AccessList| [&list.owners, &list.writers, &list.readers].map(Vec::len);
            sizes(read) == sizes(was)
        },
    );
    let call = OpenRoom { room: ROOM };
    stage.read(call).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read: &RoomView, was| {
            (read.id, &read.name, read.me) == (was.id, &was.name, was.me)
                && read.users.len() == was.users.len()
                && subset(&read.users, &was.users, |read, was| (read.id, &read.name) == (was.id, &was.name))
                && (read.frozen, read.deleted) == (was.frozen, was.deleted)
                && less(&read.description, &was.description)
                && less(&read.may_write, &was.may_write)
                && subset(&read.tags, &was.tags, PartialEq::eq)
                && subset(&read.others, &was.others, |read, was| {
                    (read.id, &read.name) == (was.id, &was.name) && less(&read.last_message, &was.last_message)
                })
        },
        |_, _| true,
    );
}

#[test]
fn profiles() {
    let mut stage = furnished();
    let call = UserProfile { user: ADA };
    stage.read(call).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read: &Profile, was| {
            (&read.name, read.moderator) == (&was.name, was.moderator)
                && read.facts.iter().all(|(key, value)| key == "parent user" || was.facts.get(key) == Some(value))
                && less(&read.about, &was.about)
                && less(&read.reputation, &was.reputation)
                && less(&read.parent_profile, &was.parent_profile)
                && less(&read.messages, &was.messages)
                && less(&read.rooms_ever, &was.rooms_ever)
                && subset(&read.owned, &was.owned, card)
                && subset(&read.rooms, &was.rooms, card)
        },
        |read, was| {
            let sizes = |page: &Profile| (page.facts.len(), page.activity.len(), page.owned.len(), page.rooms.len());
            sizes(read) == sizes(was)
        },
    );
}

#[test]
fn sessions() {
    let mut stage = furnished();
    let home = stage.read(FavoriteRooms).unwrap();
    assert_eq!(home.me.map(|me| me.id), Some(BOT));
    try_changes(
        &FavoriteRooms,
        &stage.last,
        |read: &Home, was| read.me.is_none() || read.me == was.me,
        |read, was| read.me == was.me || read.fkey.is_some(),
    );
    stage.read(RoomPage { room: ROOM }).unwrap();
    try_changes(
        &RoomPage { room: ROOM },
        &stage.last,
        |read: &Home, was| read.me.as_ref().is_none_or(|me| Some(me.id) == was.me.as_ref().map(|me| me.id)),
        |_, _| true,
    );
}

#[test]
fn tabs_of_rooms() {
    let mut stage = furnished();
    let call = RoomStars { room: ROOM, page: 1 };
    stage.read(call).unwrap();
    try_changes(
        &call,
        &stage.last,
        |read: &StarsPage, was| {
            subset(&read.messages, &was.messages, |read, was| {
                (read.id, &read.user, &read.content) == (was.id, &was.user, &was.content)
                    && less(&read.parent, &was.parent)
                    && less(&read.stars.count, &was.stars.count)
            })
        },
        |read, was| read.messages.len() == was.messages.len(),
    );
}
