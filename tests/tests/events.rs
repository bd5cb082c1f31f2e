//! What happens in chat, as the bot hears it.

use std::time::Duration;

use sechat_core::event::AccessLevel;
use sechat_core::{Event, EventKind, RoomId};
use sechat_fixtures::Room;
use sechat_fixtures::switches::{AckAnswer, ReplyShape, SnapshotTime, SocketRooms, TargetUser, Ticks};
use sechat_tests::{ADA, BOT, Duo, FrameFate, OTHER, ROOM};

const SOON: Duration = Duration::from_secs(1);
const THIRD: RoomId = RoomId(3);

#[test]
fn events_begin_with_the_join() {
    for time in SnapshotTime::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.snapshot_time = *time);
        duo.ada_says(ROOM, "before");
        duo.join(ROOM).unwrap();
        duo.ada_says(ROOM, "right after");
        duo.run(SOON);
        duo.ada_says(ROOM, "later");
        duo.run(SOON);
        assert_eq!(duo.heard(ROOM), ["right after", "later"], "{time:?}");
    }
}

#[test]
fn a_room_joined_twice_is_joined_once() {
    let mut duo = Duo::new();
    let (first, second) = (duo.engine.join(duo.now(), ROOM), duo.engine.join(duo.now(), ROOM));
    assert_eq!((duo.wait(&first), duo.wait(&second)), (Ok(()), Ok(())));
    duo.run(SOON);
    assert_eq!(duo.join(ROOM), Ok(()));
    assert_eq!((duo.count("/chats/1/events"), duo.count("WS /events/1")), (1, 1));
    duo.ada_says(ROOM, "once");
    duo.run(SOON);
    assert_eq!(duo.heard(ROOM), ["once"]);
}

#[test]
fn every_type_of_event_arrives_typed_and_once() {
    let mut duo = Duo::with(|setup, _| setup.rooms.push(Room::new(THIRD, "Third").owner(ADA)));
    for room in [ROOM, OTHER] {
        duo.join_live(room);
    }
    let own = duo.say(ROOM, "a question").unwrap();
    duo.run(SOON);
    let now = duo.now();
    let server = &mut duo.server;
    let first = server.say(now, ADA, ROOM, "first");
    server.edit(now, first, "second");
    server.star_message(now, ADA, first);
    server.flag(now, first);
    server.say(now, ADA, ROOM, "@Bot look");
    server.reply(now, ADA, own, "an answer");
    server.rename_room(now, ADA, ROOM, "Sand / Box", "Play");
    server.change_access(now, ADA, BOT, ROOM, "Access now read-only");
    server.invite(now, ADA, BOT, THIRD);
    server.rename_user(now, BOT, "Robot");
    server.move_messages(now, ADA, &[first], OTHER);
    server.delete(now, ADA, first);
    server.leave(now, ADA, ROOM);
    server.enter(now, ADA, ROOM);
    for raw in [
        r#"{"event_type":7,"id":$id,"room_id":1,"content":"debug"}"#,
        r#"{"event_type":11,"id":$id,"room_id":1}"#,
        r#"{"event_type":12,"id":$id,"room_id":1}"#,
        r#"{"event_type":13,"id":$id,"user_id":101}"#,
        r#"{"event_type":14,"id":$id,"room_id":1,"user_id":-2,"target_user_id":101,"content":"soon"}"#,
        r#"{"event_type":16,"id":$id,"user_id":102,"target_user_id":101,"content":"Ada has requested access"}"#,
        r#"{"event_type":21,"id":$id,"room_id":1}"#,
        r#"{"event_type":22,"id":$id,"room_id":1,"content":"a feed item"}"#,
        r#"{"event_type":29,"id":$id,"room_id":1,"target_user_id":101,"content":"1 {\"old\":null,\"new\":1790000000}"}"#,
        r#"{"event_type":30,"id":$id,"room_id":1}"#,
    ] {
        server.raise_raw(now, ROOM, raw);
    }
    duo.run(SOON);
    let heard: Vec<_> = duo.events.iter().filter_map(|event| event.id).collect();
    let since = duo.server.log().iter().filter(|event| event.at == now).map(|event| event.id);
    for id in since {
        assert_eq!(
            heard.iter().filter(|other| **other == id).count(),
            1,
            "{:?}",
            duo.server.log().iter().find(|e| e.id == id)
        );
    }
    let malformed: Vec<_> = duo.events.iter().filter(|e| matches!(e.kind, EventKind::Malformed { .. })).collect();
    assert!(malformed.is_empty(), "{malformed:?}");
    for (number, name) in [
        (2, "MessageEdited"),
        (3, "UserEntered"),
        (4, "UserLeft"),
        (5, "RoomNameChanged"),
        (6, "MessageStarred"),
        (7, "DebugMessage"),
        (8, "UserMentioned"),
        (9, "MessageFlagged"),
        (10, "MessageDeleted"),
        (11, "FileAdded"),
        (12, "ModeratorFlag"),
        (13, "UserSettingsChanged"),
        (14, "GlobalNotification"),
        (15, "AccessLevelChanged"),
        (16, "UserNotification"),
        (17, "Invitation"),
        (18, "MessageReply"),
        (19, "MessageMovedOut"),
        (20, "MessageMovedIn"),
        (21, "TimeBreak"),
        (22, "FeedTicker"),
        (29, "UserSuspended"),
        (30, "UserMerged"),
        (34, "UserNameOrAvatarChanged"),
    ] {
        let events = duo.events_of_type(number);
        assert!(!events.is_empty(), "{number} {name}");
        assert!(events.iter().all(|event| format!("{:?}", event.kind).starts_with(name)), "{number} {name}");
    }
    let kind = |number| &duo.events_of_type(number).last().unwrap().kind;
    assert!(matches!(kind(2), EventKind::MessageEdited(m) if m.content.as_deref() == Some("second") && m.edits == 1));
    assert!(matches!(kind(6), EventKind::MessageStarred(m) if m.stars == 1 && !m.starred));
    assert!(matches!(kind(9), EventKind::MessageFlagged(m) if m.flags == 1));
    assert!(matches!(kind(18), EventKind::MessageReply(m) if m.reply_to() == Some(own)));
    assert!(matches!(kind(10), EventKind::MessageDeleted(m) if m.id == first && m.content.is_none()));
    assert!(matches!(kind(20), EventKind::MessageMovedIn(m) if m.moved));
    assert!(matches!(kind(5), EventKind::RoomNameChanged(r) if r.name.as_deref() == Some("Sand / Box")));
    assert!(
        matches!(kind(15), EventKind::AccessLevelChanged(c) if format!("{c:?}").contains(&format!("{:?}", AccessLevel::ReadOnly)))
    );
    assert_eq!(duo.events_of_type(17)[0].room_id, Some(THIRD), "the room invited to, not the one it came through");
}

#[test]
fn what_is_not_understood_is_delivered_beside_its_neighbours() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let now = duo.now();
    duo.ada_says(ROOM, "before");
    duo.server.raise_raw(now, ROOM, r#"{"event_type":33,"id":$id,"room_id":1,"new_field":[1,2]}"#);
    duo.server.raise_raw(now, ROOM, r#"{"event_type":1,"id":$id,"room_id":1,"message_id":"what?"}"#);
    duo.server.raise_raw(now, ROOM, r#""$id is no event""#);
    duo.ada_says(ROOM, "after");
    duo.run(SOON);
    assert_eq!(duo.heard(ROOM), ["before", "after"]);
    let unknown = &duo.events_of_type(33)[0].kind;
    assert!(
        matches!(unknown, EventKind::Unknown { raw, .. } if raw["new_field"] == serde_json::json!([1, 2])),
        "{unknown:?}"
    );
    let raw: Vec<&str> = duo
        .events
        .iter()
        .filter_map(|event| if let EventKind::Malformed { raw, .. } = &event.kind { Some(raw.as_str()) } else { None })
        .collect();
    assert_eq!(raw.len(), 2, "{raw:?}");
    assert!(raw[0].contains("what?") && raw[1].contains("is no event"), "{raw:?}");
}

#[test]
fn frames_that_are_none_are_shown_and_do_no_harm() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let before = duo.events.len();
    let huge = format!(r#"{{"r1":{{"e":[{{"event_type":33,"pad":"{}"#, "x".repeat(3 << 20));
    for text in ["hb", "[1,2]", "", "null", r#"{"r1":{"e":[{"event_type":1,"#, &huge, "<html>Bad Gateway</html>"] {
        duo.server.send_frame(duo.now(), text);
        duo.run(SOON);
        let EventKind::Malformed { raw, .. } = &duo.events.last().unwrap().kind else { panic!("{text:.40}") };
        assert!(text.starts_with(raw) && raw.len() <= 64 << 10, "{raw:.40}");
    }
    assert_eq!(duo.events.len(), before + 7);
    for harmless in ["{}", r#"{"action":"hb","data":"hb"}"#, r#"{"r99":{"e":[]}}"#] {
        duo.server.send_frame(duo.now(), harmless);
    }
    duo.ada_says(ROOM, "still here");
    duo.run(SOON);
    assert_eq!(duo.heard(ROOM), ["still here"]);
    assert_eq!(duo.count("WS /events/1"), 1, "the socket is kept");
}

#[test]
fn frames_that_arrive_badly_are_made_good() {
    for fate in [FrameFate::Lost, FrameFate::Truncated, FrameFate::Doubled] {
        for ticks in Ticks::ALL {
            if (fate, *ticks) == (FrameFate::Lost, Ticks::NoDelta) {
                continue; // Nothing shows that it is missing.
            }
            let mut duo = Duo::with(|setup, _| setup.switches.ticks = *ticks);
            duo.join_live(ROOM);
            duo.frames.push_back(fate);
            duo.ada_says(ROOM, "one");
            duo.run(SOON);
            duo.ada_says(ROOM, "two");
            duo.ada_says(ROOM, "three");
            duo.run(SOON);
            assert_eq!(duo.heard(ROOM), ["one", "two", "three"], "{fate:?} {ticks:?}");
        }
    }
}

#[test]
fn personal_events_come_once_however_many_rooms_show_them() {
    for rooms in SocketRooms::ALL {
        for target in TargetUser::ALL {
            let mut duo = Duo::with(|setup, _| {
                (setup.switches.socket_rooms, setup.switches.target_user) = (*rooms, *target);
                setup.rooms.push(Room::new(THIRD, "Third"));
            });
            for room in [ROOM, OTHER] {
                duo.join_live(room);
            }
            duo.run(Duration::from_secs(60));
            let own = duo.say(ROOM, "a question").unwrap();
            duo.server.reply(duo.now(), ADA, own, "@Bot an answer");
            duo.ada_says(OTHER, "@Bot and you?");
            duo.server.invite(duo.now(), ADA, BOT, THIRD);
            duo.run(Duration::from_secs(60));
            let count = |number| duo.events_of_type(number).len();
            assert_eq!((count(18), count(8), count(17)), (1, 2, 1), "{rooms:?} {target:?}");
            let rooms: Vec<_> = duo.events_of_type(8).iter().map(|event| event.room_id).collect();
            assert_eq!(rooms, [Some(ROOM), Some(OTHER)], "each names its own room");
        }
    }
}

#[test]
fn a_reply_and_its_message_come_together_in_both_shapes() {
    for shape in ReplyShape::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.reply_shape = *shape);
        duo.join_live(ROOM);
        let own = duo.say(ROOM, "a question").unwrap();
        let reply = duo.server.reply(duo.now(), ADA, own, "an answer");
        duo.run(SOON);
        let about: Vec<Option<u32>> =
            duo.events.iter().filter(|e| e.message().is_some_and(|m| m.id == reply)).map(Event::event_type).collect();
        assert_eq!(about, [Some(18), Some(1)]);
        let message = duo.events_of_type(18)[0].message().unwrap();
        match shape {
            ReplyShape::Old => assert_eq!(message.content.as_deref(), Some("@Bot an answer")),
            _ => assert_eq!(
                (message.content.as_deref(), message.parent_user_name.as_deref(), message.parent_text.as_deref()),
                (Some("an answer"), Some("Bot"), Some("a question"))
            ),
        }
    }
}

#[test]
fn mentions_and_replies_are_marked_as_read_unless_told_not_to() {
    for wanted in [true, false] {
        for answer in AckAnswer::ALL {
            let mut duo = Duo::with(|setup, config| {
                config.acknowledge = wanted;
                setup.switches.ack = *answer;
            });
            duo.join_live(ROOM);
            let own = duo.say(ROOM, "a question").unwrap();
            let mention = duo.ada_says(ROOM, "@Bot hello");
            let reply = duo.server.reply(duo.now(), ADA, own, "an answer");
            duo.ada_says(ROOM, "nothing to do with it");
            duo.run(SOON);
            let expected = if wanted { vec![(BOT, mention), (BOT, reply)] } else { Vec::new() };
            assert_eq!(duo.server.acks(), expected, "{answer:?}");
            duo.ada_says(ROOM, "@Bot again");
            duo.run(SOON);
            assert_eq!(duo.server.acks().len(), if wanted { 3 } else { 0 }, "{answer:?}");
        }
    }
}

#[test]
fn a_room_that_was_left_is_heard_no_more() {
    for rooms in SocketRooms::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.socket_rooms = *rooms);
        for room in [ROOM, OTHER] {
            duo.join_live(room);
        }
        duo.run(Duration::from_secs(60));
        let post = duo.send(ROOM, "goodbye");
        let leave = duo.engine.leave(duo.now(), ROOM);
        duo.wait(&leave).unwrap();
        assert!(matches!(duo.ended(&post), Some(Ok(_))), "posts asked for before go out first");
        assert_eq!(duo.server.present(ROOM), [ADA]);
        let from = duo.events.len();
        duo.ada_says(ROOM, "unheard");
        duo.ada_says(OTHER, "heard");
        duo.run(Duration::from_secs(60));
        assert!(duo.events[from..].iter().all(|event| event.room_id != Some(ROOM)), "{rooms:?}");
        assert_eq!(duo.heard(OTHER), ["heard"], "{rooms:?}");
        duo.join_live(ROOM);
        duo.ada_says(ROOM, "heard again");
        duo.run(SOON);
        assert_eq!(duo.heard(ROOM).last(), Some(&"heard again"));
    }
}
