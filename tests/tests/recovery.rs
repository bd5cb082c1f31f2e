//! Writes that meet trouble: sessions and fkeys that end, answers and requests that get lost, servers that are away.

use std::time::Duration;

use sechat_core::endpoint::DeleteMessage;
use sechat_core::engine::Access;
use sechat_core::{Error, FeedChange, MessageId};
use sechat_fixtures::switches::{ExpiredAnswer, StaleFkeyAnswer};
use sechat_tests::{ADA, BOT, Duo, EMAIL, Fate, PASSWORD, ROOM, answer, page};

const NEW: &str = "/messages/new";
const SUBMIT: &str = "POST /users/login";

fn uncertain(result: &Result<MessageId, Error>) -> bool {
    matches!(result, Err(Error::Uncertain { .. }))
}

#[test]
fn a_stale_fkey_is_replaced_once_whatever_it_looks_like() {
    for shape in StaleFkeyAnswer::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.stale_fkey = *shape);
        duo.say(ROOM, "one").unwrap();
        duo.server.rotate_fkeys();
        duo.say(ROOM, "two").unwrap();
        duo.say(ROOM, "three").unwrap();
        assert_eq!(duo.room(ROOM), ["one", "two", "three"], "{shape:?}");
        assert_eq!(duo.count(NEW), 4, "{shape:?}: one of them twice");
        assert_eq!(duo.count(SUBMIT), 1, "{shape:?}: a login is not needed for it");
    }
}

#[test]
fn edits_and_deletions_survive_a_stale_fkey_as_well() {
    for shape in StaleFkeyAnswer::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.stale_fkey = *shape);
        let id = duo.say(ROOM, "one").unwrap();
        duo.server.rotate_fkeys();
        assert_eq!(duo.edit(id, "two"), Ok(()), "{shape:?}");
        duo.server.rotate_fkeys();
        let delete = duo.engine.submit(duo.now(), DeleteMessage { message: id });
        assert_eq!(duo.wait(&delete), Ok(()), "{shape:?}");
        assert_eq!(duo.room(ROOM), Vec::<&str>::new());
    }
}

#[test]
fn an_expired_session_is_replaced_if_there_is_a_password() {
    for shape in ExpiredAnswer::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.expired = *shape);
        duo.say(ROOM, "one").unwrap();
        duo.server.expire_sessions();
        let tickets = [duo.send(ROOM, "two"), duo.send(ROOM, "three")];
        for ticket in &tickets {
            duo.wait(ticket).unwrap();
        }
        assert_eq!(duo.room(ROOM), ["one", "two", "three"], "{shape:?}");
        assert_eq!(duo.count(SUBMIT), 2, "{shape:?}: one login each");
        assert_eq!(duo.changes(), [&FeedChange::LoggedInAgain]);
    }
}

#[test]
fn an_expired_session_without_a_password_says_so() {
    for shape in ExpiredAnswer::ALL {
        let mut duo = Duo::with(|setup, _| setup.switches.expired = *shape);
        let stored = duo.log_in().unwrap();
        duo.restart(Access::Credentials(stored));
        duo.say(ROOM, "one").unwrap();
        duo.run(Duration::from_secs(30));
        duo.server.expire_sessions();
        let tickets = [duo.send(ROOM, "two"), duo.send(ROOM, "three")];
        let [under_way, waiting] = tickets.map(|ticket| duo.wait(&ticket));
        // After a page it is not known whether the session ended before the post or right after it.
        let expired = under_way == Err(Error::SessionExpired);
        assert!(expired || matches!(under_way, Err(Error::Uncertain { .. })), "{shape:?}: {under_way:?}");
        assert_eq!(waiting, Err(Error::SessionExpired), "{shape:?}");
        assert_eq!(duo.count(NEW), 2, "{shape:?}: the third was not even sent");
        let before = duo.sent().len();
        assert_eq!(duo.say(ROOM, "four"), Err(Error::SessionExpired));
        assert!(duo.sent().len() - before <= 2, "and it is cheap to ask again");
        assert_eq!(duo.count(SUBMIT), 1);
    }
}

#[test]
fn a_session_that_ends_while_reading_is_replaced_as_well() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.server.expire_sessions();
    duo.cut_sockets();
    duo.ada_says(ROOM, "@Bot are you there?");
    duo.run(Duration::from_secs(60));
    assert_eq!(duo.heard(ROOM), ["@Bot are you there?"]);
    assert_eq!(duo.events_of_type(8).len(), 1, "personal events too");
    assert_eq!(duo.count(SUBMIT), 2);
}

#[test]
fn a_post_that_never_left_is_sent_again() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.next(3, NEW, Fate::Refused);
    duo.say(ROOM, "hello").unwrap();
    assert_eq!((duo.count(NEW), duo.room(ROOM).len()), (4, 1));
}

#[test]
fn a_refusal_after_a_lost_answer_proves_a_deletion() {
    let mut duo = Duo::new();
    let id = duo.say(ROOM, "oops").unwrap();
    duo.next(1, "/delete", Fate::CutAfter);
    let delete = duo.engine.submit(duo.now(), DeleteMessage { message: id });
    assert_eq!(duo.wait(&delete), Ok(()));
    assert_eq!(duo.count("/delete"), 2);
}

#[test]
fn edits_are_repeated_for_they_can_be() {
    for fate in
        [Fate::CutBefore, Fate::CutAfter, Fate::SilentBefore, Fate::Instead(page(503, "Offline for Maintenance"))]
    {
        let mut duo = Duo::new();
        let id = duo.say(ROOM, "one").unwrap();
        duo.next(2, &format!("POST /messages/{id}"), fate.clone());
        assert_eq!(duo.edit(id, "two"), Ok(()), "{fate:?}");
        assert_eq!(duo.room(ROOM), ["two"]);
    }
}

#[test]
fn a_server_that_is_away_for_a_moment_costs_nothing() {
    let mut duo = Duo::new();
    duo.log_in().unwrap();
    duo.take_away();
    let post = duo.send(ROOM, "sent while it was away");
    duo.run(Duration::from_secs(5));
    duo.heal();
    duo.wait(&post).unwrap();
    assert_eq!(duo.room(ROOM), ["sent while it was away"]);
}

#[test]
fn a_server_that_is_away_for_a_minute_fails_what_cannot_wait_and_no_more() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.next(1, NEW, Fate::CutAfter);
    let before = duo.send(ROOM, "sent before");
    duo.until("the post to leave", |duo| duo.count(NEW) == 1);
    duo.run(Duration::from_millis(15));
    duo.take_away();
    let during = duo.send(ROOM, "sent during");
    duo.run(Duration::from_secs(60));
    duo.server.say(duo.now(), ADA, ROOM, "is the bot gone?");
    duo.heal();
    let before = duo.wait(&before);
    let during = duo.wait(&during);
    assert!(before.is_ok() || uncertain(&before), "{before:?}");
    match &during {
        Ok(_) => assert_eq!(duo.room(ROOM), ["sent before", "is the bot gone?", "sent during"]),
        Err(error) => {
            assert!(matches!(error, Error::Transport(fault) if !fault.sent), "{error:?}");
            assert_eq!(duo.room(ROOM), ["sent before", "is the bot gone?"]);
        }
    }
    duo.run(Duration::from_secs(120));
    assert!(duo.heard(ROOM).contains(&"is the bot gone?"), "the feed is back: {:?}", duo.changes());
    duo.say(ROOM, "back").unwrap();
    assert_eq!(duo.engine.me().unwrap().id, BOT);
}

#[test]
fn a_login_in_the_middle_meets_the_same_care() {
    let mut duo = Duo::with(|_, config| config.access = Access::login(EMAIL, PASSWORD, None));
    duo.say(ROOM, "one").unwrap();
    duo.server.expire_sessions();
    duo.next(2, "GET /users/login", Fate::Refused);
    duo.next(1, SUBMIT, Fate::CutAfter);
    duo.say(ROOM, "two").unwrap();
    assert_eq!(duo.room(ROOM), ["one", "two"]);
}

#[test]
fn a_page_in_answer_to_leaving_is_the_answer() {
    let mut duo = Duo::new();
    duo.join_live(ROOM);
    duo.next(1, "/chats/leave/1", Fate::Masked(page(200, "Something else")));
    let left = duo.engine.leave(duo.now(), ROOM);
    assert_eq!((duo.wait(&left), duo.count("/chats/leave/1")), (Ok(()), 1));
}

/// A server that ends the session with every post is not logged in to for ever.
#[test]
fn a_post_goes_out_as_often_as_the_configuration_says() {
    for shape in ExpiredAnswer::ALL {
        let mut duo = Duo::with(|setup, config| {
            setup.switches.expired = *shape;
            config.attempts = 3.try_into().unwrap();
        });
        duo.log_in().unwrap();
        let post = duo.send(ROOM, "one");
        for n in 1..=3 {
            duo.until("the post to leave", |duo| duo.count(NEW) == n);
            duo.server.expire_sessions();
        }
        assert!(duo.wait(&post).is_err(), "{shape:?}");
        duo.run(Duration::from_secs(60));
        assert_eq!((duo.count(NEW), duo.room(ROOM).len()), (3, 0), "{shape:?}");
    }
}

/// The refusal is of the second request; of the first nobody knows.
#[test]
fn a_refusal_after_a_lost_answer_leaves_an_edit_uncertain() {
    let mut duo = Duo::new();
    let id = duo.say(ROOM, "one").unwrap();
    let line = format!("POST /messages/{id}");
    duo.next(1, &line, Fate::CutBefore);
    duo.next(1, &line, Fate::Instead(answer(200, "It is too late to edit this message")));
    let error = duo.edit(id, "two").unwrap_err();
    assert!(matches!(error, Error::Uncertain { .. }), "{error:?}");
}

/// To a session that has ended the server answers as to a visitor, and without a word.
#[test]
fn a_session_that_ends_between_two_polls_costs_nothing_personal() {
    let mut duo = Duo::new();
    duo.always("POST /ws-auth", Fate::Instead(page(503, "Offline for Maintenance")));
    duo.join(ROOM).unwrap();
    let question = duo.say(ROOM, "a question").unwrap();
    duo.run(Duration::from_secs(60));
    duo.server.expire_sessions();
    duo.server.reply(duo.now(), ADA, question, "an answer");
    duo.run(Duration::from_secs(60));
    assert_eq!((duo.heard(ROOM).len(), duo.events_of_type(18).len(), duo.count(SUBMIT)), (2, 1, 2));
}
