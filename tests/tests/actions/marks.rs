//! Stars, pins and flags.

use std::time::Duration;

use sechat_core::endpoint::{ClearStars, FlagForModerator, FlagMessage, PinMessage, StarMessage, UnpinMessage};
use sechat_core::{Error, EventKind, Invalid, MessageId, Refusal};
use sechat_fixtures::User;
use sechat_fixtures::switches::{ExpiredAnswer, OwnStar, StaleFkeyAnswer, ThrottleCurve};
use sechat_tests::{ADA, BOT, Duo, Fate, ROOM, page};

use super::{bot, call, other, own, owner, raised, refused, stars};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_star_is_a_toggle_and_shows_in_the_feed() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    let message = duo.ada_says(ROOM, "star me");
    call(&mut duo, StarMessage { message }).unwrap();
    assert_eq!(stars(&duo, message), (vec![BOT], vec![]));
    call(&mut duo, StarMessage { message }).unwrap();
    assert_eq!(stars(&duo, message), (vec![], vec![]));
    duo.run(Duration::from_secs(1));
    let heard: Vec<_> = duo
        .events
        .iter()
        .filter_map(|event| if let EventKind::MessageStarred(m) = &event.kind { Some((m.id, m.stars)) } else { None })
        .collect();
    assert_eq!(heard, [(message, 1), (message, 0)]);
}

#[test]
fn one_star_a_second_and_no_post_waits_for_them() {
    let mut duo = Duo::with(|setup, _| setup.switches.throttle = ThrottleCurve::Chart);
    duo.log_in().unwrap();
    let message = duo.ada_says(ROOM, "star me");
    let now = duo.now();
    let first = duo.engine.submit(now, StarMessage { message });
    let second = duo.engine.submit(now, StarMessage { message });
    let post = duo.send(ROOM, "after the stars");
    duo.wait(&first).unwrap();
    duo.wait(&second).unwrap();
    assert_eq!(duo.count("/star"), 3, "the second star was refused once, and then taken");
    assert_eq!(duo.server.audit().refusals, 1);
    let starred = duo.time();
    duo.wait(&post).unwrap();
    assert!(duo.time() < starred + Duration::from_millis(100), "stars are no part of the pace of posts");
}

#[test]
fn a_star_that_may_have_been_given_is_not_taken_back() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    let message = duo.ada_says(ROOM, "star me");
    duo.next(1, "/star", Fate::Masked(page(200, "Oops! Something Bad Happened!")));
    let star = duo.engine.submit(duo.now(), StarMessage { message });
    duo.until("the star to arrive", |duo| stars(duo, message).0 == [BOT]);
    // That the fkey is a new one does not mean that the old one was refused.
    duo.server.rotate_fkeys();
    let result = duo.wait(&star);
    assert!(matches!(result, Err(Error::Uncertain { .. })), "{result:?}");
    assert_eq!((duo.count("/star"), stars(&duo, message).0), (1, vec![BOT]));
}

#[test]
fn some_messages_cannot_be_starred() {
    let mut duo = Duo::new();
    let mine = duo.say(ROOM, "mine").unwrap();
    assert_eq!(
        refused(call(&mut duo, StarMessage { message: mine })),
        (200, other("You cannot star your own messages"))
    );
    duo.server.switches_mut().own_star = OwnStar::Ignored;
    assert_eq!(call(&mut duo, StarMessage { message: mine }), Ok(()));
    assert_eq!(stars(&duo, mine).0, []);
    let unknown = call(&mut duo, StarMessage { message: MessageId(7) });
    assert_eq!(refused(unknown), (302, Refusal::BadId));

    let mut duo = bot(|user| user.reputation(19));
    let message = duo.ada_says(ROOM, "star me");
    let poor = Refusal::NotEnoughReputation("You need 20 reputation points to star messages".into());
    assert_eq!(refused(call(&mut duo, StarMessage { message })), (200, poor));
}

#[test]
fn twenty_stars_a_day() {
    let mut duo = owner();
    let messages: Vec<MessageId> = (0..21).map(|n| duo.ada_says(ROOM, &format!("star {n}"))).collect();
    for &message in &messages[..20] {
        call(&mut duo, StarMessage { message }).unwrap();
    }
    let last = StarMessage { message: messages[20] };
    let spent = (200, other("You have used all of your stars for today"));
    assert_eq!(refused(call(&mut duo, last)), spent);
    call(&mut duo, ClearStars { message: messages[0] }).unwrap();
    assert_eq!(refused(call(&mut duo, last)), spent, "a star that was cleared is not given back");
    call(&mut duo, StarMessage { message: messages[1] }).unwrap();
    call(&mut duo, last).unwrap();
    duo.run(DAY);
    call(&mut duo, StarMessage { message: messages[0] }).unwrap();
    call(&mut duo, StarMessage { message: messages[5] }).unwrap();
    assert_eq!(stars(&duo, messages[5]).0, [BOT], "an old star stays, and nobody says so");
}

#[test]
fn a_star_is_never_given_twice() {
    let lost = [Fate::CutAfter, Fate::CutBefore, Fate::Truncated, Fate::SilentAfter];
    for fate in lost.into_iter().chain([Fate::Masked(page(502, "Bad gateway"))]) {
        let mut duo = Duo::new();
        duo.log_in().unwrap();
        let message = duo.ada_says(ROOM, "star me");
        duo.next(1, "/star", fate.clone());
        let result = call(&mut duo, StarMessage { message });
        assert!(matches!(result, Err(Error::Uncertain { .. })), "{fate:?}: {result:?}");
        assert_eq!(duo.count("/star"), 1, "{fate:?}");
    }
    let mut duo = Duo::new();
    let message = duo.ada_says(ROOM, "star me");
    duo.next(2, "/star", Fate::Refused);
    call(&mut duo, StarMessage { message }).unwrap();
    assert_eq!(stars(&duo, message).0, [BOT], "what was not sent is sent again");
}

#[test]
fn what_is_no_toggle_is_repeated() {
    let mut duo = owner();
    duo.log_in().unwrap();
    let message = duo.ada_says(ROOM, "star me");
    duo.server.star_message(duo.now(), ADA, message);
    duo.next(1, "/unstar", Fate::CutAfter);
    duo.next(1, "/unowner-star", Fate::CutAfter);
    call(&mut duo, ClearStars { message }).unwrap();
    call(&mut duo, UnpinMessage { message }).unwrap();
    assert_eq!((duo.count("/unstar"), duo.count("/unowner-star")), (2, 2));
}

#[test]
fn an_expired_session_costs_no_star() {
    for (expired, stale) in ExpiredAnswer::ALL.iter().zip(StaleFkeyAnswer::ALL) {
        for by_fkey in [false, true] {
            let mut duo = Duo::new();
            (duo.server.switches_mut().expired, duo.server.switches_mut().stale_fkey) = (*expired, *stale);
            duo.log_in().unwrap();
            duo.run(Duration::from_secs(60));
            let message = duo.ada_says(ROOM, "star me");
            if by_fkey {
                duo.server.rotate_fkeys();
            } else {
                duo.server.expire_sessions();
            }
            let result = call(&mut duo, StarMessage { message });
            if by_fkey && *stale == StaleFkeyAnswer::Page {
                // Nothing tells this page from one that came in place of an "ok": better no star than one taken back.
                assert!(matches!(result, Err(Error::Uncertain { .. })), "{result:?}");
                continue;
            }
            assert_eq!(result, Ok(()), "{expired:?} {stale:?} {by_fkey}");
            assert_eq!(stars(&duo, message).0, [BOT]);
        }
    }
}

#[test]
fn owners_pin_and_others_do_not() {
    let mut duo = Duo::new();
    let mine = duo.say(ROOM, "mine").unwrap();
    let results = [
        call(&mut duo, PinMessage { message: mine }),
        call(&mut duo, UnpinMessage { message: mine }),
        call(&mut duo, ClearStars { message: mine }),
    ];
    assert_eq!(results.map(refused), [const { (200, Refusal::NotRoomOwner) }; 3]);
    assert_eq!(duo.count("star"), 3, "a refusal that is certain is not asked about twice");

    own(&mut duo, BOT);
    call(&mut duo, PinMessage { message: mine }).unwrap();
    assert_eq!(stars(&duo, mine), (vec![BOT], vec![BOT]), "a pin is a star, even on one's own");
    call(&mut duo, PinMessage { message: mine }).unwrap();
    assert_eq!(stars(&duo, mine), (vec![BOT], vec![]));
    call(&mut duo, PinMessage { message: mine }).unwrap();
    call(&mut duo, UnpinMessage { message: mine }).unwrap();
    call(&mut duo, UnpinMessage { message: mine }).unwrap();
    assert_eq!(stars(&duo, mine), (vec![BOT], vec![]));
    call(&mut duo, ClearStars { message: mine }).unwrap();
    assert_eq!(stars(&duo, mine), (vec![], vec![]));
    assert_eq!(raised(&duo, 6).len(), 5, "what changes nothing is no event");
}

#[test]
fn flags_are_counted_and_name_nobody() {
    let mut duo = Duo::new();
    let message = duo.ada_says(ROOM, "spam");
    call(&mut duo, FlagMessage { message }).unwrap();
    assert_eq!(duo.server.message(message).unwrap().flags, 1);
    let [event] = &raised(&duo, 9)[..] else { panic!() };
    assert!(event.contains("\"message_flags\":1") && !event.contains("user_id"), "{event}");
    assert_eq!(refused(call(&mut duo, FlagMessage { message })), (200, other("You cannot flag this message")));

    let text = "the link leads to malware".to_owned();
    call(&mut duo, FlagForModerator { message, text: text.clone() }).unwrap();
    let [flag] = duo.server.moderator_flags() else { panic!() };
    assert_eq!((flag.message, flag.by, &flag.text), (message, BOT, &text));
    let long = call(&mut duo, FlagForModerator { message, text: "x".repeat(401) });
    assert!(matches!(long, Err(Error::Invalid(Invalid::TooLong { length: 401, max: 400, .. }))));
    assert_eq!(duo.count("/mod"), 1);
}

#[test]
fn a_moderators_flag_is_binding() {
    let mut duo = bot(User::moderator);
    let message = duo.ada_says(ROOM, "spam");
    call(&mut duo, FlagMessage { message }).unwrap();
    assert_eq!(duo.server.message(message).unwrap().deleted, Some(BOT));
    assert_eq!(duo.server.user(ADA).unwrap().blocked.as_deref(), Some("ending in 30 minutes"));
}
