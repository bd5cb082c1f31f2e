//! A bot with commands, and with a memory, against the simulated server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sechat_client::commands::{Check, Command, Commands, Rest};
use sechat_client::{Error, MessageId, OwnMessages, Presence, RoomId, Runtime, UserId};
use sechat_fixtures::switches::DuplicateText;
use sechat_fixtures::{ChatServer, Setup};

use crate::simulated::{ADA, Site};
use crate::{Chat, Events};

const ROOM: RoomId = RoomId(1);

/// Answers all that was said, and gives the answers with what they answer.
fn answer(site: &mut Site, chat: &Chat, events: &mut Events, commands: &mut Commands) -> Vec<(MessageId, String)> {
    site.wait(Duration::from_secs(20));
    let mut answers = Vec::new();
    while let Some(Some(event)) = site.stage.look(&mut events.next()) {
        let Some(task) = commands.decide(&event, site.stage.now().mono) else { continue };
        if let Some(reply) = task.wait().post(chat) {
            let posted = site.run(reply).unwrap();
            let message = site.server.message(posted).unwrap();
            assert!(message.show_parent && message.room == ROOM);
            answers.push((message.parent.unwrap(), message.source().to_owned()));
        }
    }
    answers
}

#[test]
fn commands_are_answered_in_their_room() {
    let mut site = Site::new();
    let (chat, _room, mut events) = site.bot();
    let echo = |_, (Rest(text),): (Rest,)| async move { text };
    let mut commands = Commands::new(chat.me().unwrap())
        .prefix("!!")
        .mentions()
        .with(Command::asynchronous("echo TEXT", "says it again", echo).cooldown(Duration::from_secs(60)))
        .with(Command::new("stop", "stops", |_, (): ()| "!!echo never").check(Check::users([ADA])))
        .post_errors(|error| Some(error.to_string()));

    let now = site.stage.now();
    let asked = site.server.say(now, ADA, ROOM, "!!echo a < *b*");
    let answers = answer(&mut site, &chat, &mut events, &mut commands);
    assert_eq!(answers, [(asked, "a < b".to_owned())]);

    let now = site.stage.now();
    let stop = site.server.say(now, ADA, ROOM, "@Bot stop");
    let again = site.server.say(now, ADA, ROOM, "!!echo c");
    let answers = answer(&mut site, &chat, &mut events, &mut commands);
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0], (stop, "!!echo never".to_owned()));
    assert!(answers[1].0 == again && answers[1].1.starts_with("Not so fast"), "{answers:?}");
    // The bot's own answer looked like a command.
    assert!(answer(&mut site, &chat, &mut events, &mut commands).is_empty());
}

#[test]
fn an_answer_that_was_given_a_moment_ago_is_given_again() {
    for text in DuplicateText::ALL {
        let mut setup = Setup::default();
        setup.switches.duplicate_text = *text;
        let mut site = Site::with(ChatServer::new(setup));
        let (chat, _room, mut events) = site.bot();
        let mut commands = Commands::new(chat.me().unwrap()).prefix("!!").command("ping", "", |_, (): ()| "pong");
        let now = site.stage.now();
        let asked = [1, 2, 3].map(|_| site.server.say(now, ADA, ROOM, "!!ping"));
        let answers = answer(&mut site, &chat, &mut events, &mut commands);
        let variants = ["pong", "pong\u{200b}", "pong\u{200b}\u{200b}"].map(str::to_owned);
        assert_eq!(answers, asked.into_iter().zip(variants).collect::<Vec<_>>());
    }
}

#[test]
fn an_answer_without_space_for_a_difference_is_a_duplicate() {
    let mut site = Site::new();
    let (chat, _room, mut events) = site.bot();
    let mut commands = Commands::new(chat.me().unwrap()).prefix("!!").command("fill", "", |_, (): ()| "x".repeat(500));
    let now = site.stage.now();
    for _ in 0..2 {
        site.server.say(now, ADA, ROOM, "!!fill");
    }
    site.wait(Duration::from_secs(20));
    let mut posted = Vec::new();
    while let Some(Some(event)) = site.stage.look(&mut events.next()) {
        let Some(task) = commands.decide(&event, site.stage.now().mono) else { continue };
        posted.extend(task.wait().post(&chat).map(|reply| site.run(reply).map(drop)));
    }
    assert_eq!(posted, [Ok(()), Err(Error::Duplicate)]);
}

#[test]
fn a_reply_to_what_an_earlier_process_said_is_recognised() {
    let mut site = Site::new();
    let (chat, room, mut events) = site.bot();
    let me = chat.me().unwrap();
    let report = site.run(room.send("Is this spam?")).unwrap();
    site.wait(Duration::from_secs(20));
    let mut own = OwnMessages::new(me.id);
    while let Some(Some(event)) = site.stage.look(&mut events.next()) {
        own.see(&event);
    }
    let stored = serde_json::to_string(&own).unwrap();

    let own: Arc<Mutex<OwnMessages>> = Arc::new(Mutex::new(serde_json::from_str(&stored).unwrap()));
    let mut commands = Commands::new(me).replies(move |message| own.lock().unwrap().contains(message)).command(
        "tp",
        "it is",
        |invocation, (): ()| format!("thanks for {}", invocation.reply_to.unwrap()),
    );
    let now = site.stage.now();
    let verdict = site.server.reply(now, ADA, report, "tp");
    let answers = answer(&mut site, &chat, &mut events, &mut commands);
    assert_eq!(answers, [(verdict, format!("thanks for {report}"))]);
}

#[test]
fn who_is_in_a_room_is_known_from_its_page_and_its_events() {
    let mut site = Site::new();
    let (chat, room, mut events) = site.bot();
    let mut presence = Presence::new();
    presence.enter(&site.run(room.view()).unwrap());
    let me = chat.me().unwrap().id;
    let known: Vec<UserId> = presence.room(ROOM).unwrap().users.iter().map(|user| user.id).collect();
    assert_eq!(known, site.server.present(ROOM));
    assert!(known.contains(&me));

    site.run(room.send("still here")).unwrap();
    site.wait(Duration::from_secs(20));
    while let Some(Some(event)) = site.stage.look(&mut events.next()) {
        presence.see(&event);
    }
    assert!(presence.room(ROOM).unwrap().complete);
    assert!(presence.is_in(ROOM, me));
}
