//! Says again what it is asked to say: on tokio, and without async.

use std::time::Duration;

use sechat_fixtures::{Fault, Outage, Sim};

mod on_tokio {
    use sechat_tokio::{Chat, Error, EventKind, RoomId};

    pub(super) async fn echo(chat: Chat, room: RoomId) -> Result<(), Error> {
        let room = chat.join(room).await?;
        let mut events = room.events();
        while let Some(event) = events.next().await {
            if let EventKind::MessagePosted(message) = event.kind
                && let Some(text) = message.content.as_deref().and_then(|text| text.strip_prefix("!!echo "))
            {
                room.reply(message.id, text).await?;
            }
        }
        chat.close().await
    }
}

mod without_async {
    use sechat_blocking::{Chat, Error, EventKind, RoomId};

    pub(super) fn echo(chat: &Chat, room: RoomId) -> Result<(), Error> {
        let room = chat.join(room)?;
        for event in room.events() {
            if let EventKind::MessagePosted(message) = event.kind
                && let Some(text) = message.content.as_deref().and_then(|text| text.strip_prefix("!!echo "))
            {
                room.reply(message.id, text)?;
            }
        }
        chat.close()
    }
}

#[test]
fn it_answers() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| on_tokio::echo(chat, room.id()));
    ada.say(&room, "good morning");
    ada.say(&room, "!!echo hello");
    sim.run_until_quiet();
    assert_eq!(room.lines(), ["Ada: good morning", "Ada: !!echo hello", "Bot (to Ada): hello"]);
    assert!(bot.is_running());
}

#[test]
fn it_answers_without_async() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let id = room.id();
    let bot = sim.start_blocking(move |chat| without_async::echo(&chat, id));
    ada.say(&room, "!!echo hello");
    sim.run_until_quiet();
    assert_eq!(room.lines(), ["Ada: !!echo hello", "Bot (to Ada): hello"]);
    assert!(bot.is_running());
}

#[test]
fn it_outlives_an_outage_of_a_quarter_of_an_hour() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| on_tokio::echo(chat, room.id()));
    sim.cut();
    sim.outage(Outage::Refused);
    ada.say(&room, "!!echo who is there?");
    sim.advance(Duration::from_secs(900));
    assert!(bot.sent().is_empty());
    sim.outage(Outage::Off);
    sim.run_until_quiet();
    assert_eq!(bot.sent(), ["who is there?"]);
}

#[test]
fn it_waits_when_the_server_says_so() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| on_tokio::echo(chat, room.id()));
    let wait = "You can perform this action again in 20 seconds";
    sim.inject(Fault::answer("/chats/1/messages/new", 409, wait));
    ada.say(&room, "!!echo one");
    assert!(sim.wait_until(|| bot.sent() == ["one"]) >= Duration::from_secs(20));
}

#[test]
fn it_answers_many_in_order() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| on_tokio::echo(chat, room.id()));
    let texts: Vec<String> = (0..20).map(|n| format!("number {n}")).collect();
    for text in &texts {
        ada.say(&room, &format!("!!echo {text}"));
    }
    sim.run_until_quiet();
    assert_eq!(bot.sent(), texts);
}
