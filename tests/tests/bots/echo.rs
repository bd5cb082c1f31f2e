//! Says again what it is asked to say: on tokio, on async-std, and without async.

use std::time::Duration;

use sechat_fixtures::{Fault, Outage, Sim};

use crate::{echo_async_std, echo_blocking, echo_tokio};

fn answers_others_once<T>(sim: &Sim, bot: &sechat_fixtures::sim::Bot<T>) {
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    ada.say(&room, "good morning");
    ada.say(&room, "!!echo !!echo *hello*");
    sim.run_until_quiet();
    let said = ["Ada: good morning", "Ada: !!echo !!echo *hello*", "Bot (to Ada): !!echo _hello_"];
    assert_eq!(room.lines(), said);
    assert!(bot.is_running());
}

#[test]
fn it_answers() {
    let sim = Sim::new();
    let room = sim.room("Sandbox").id();
    answers_others_once(&sim, &sim.start(|chat| echo_tokio::echo(chat, room)));
}

#[test]
fn it_answers_on_async_std() {
    let sim = Sim::new();
    let room = sim.room("Sandbox").id();
    answers_others_once(&sim, &sim.start(|chat| echo_async_std::echo(chat, room)));
}

#[test]
fn it_answers_without_async() {
    let sim = Sim::new();
    let room = sim.room("Sandbox").id();
    answers_others_once(&sim, &sim.start_blocking(move |chat| echo_blocking::echo(&chat, room)));
}

#[test]
fn it_outlives_an_outage_of_a_quarter_of_an_hour() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| echo_tokio::echo(chat, room.id()));
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
    let bot = sim.start(|chat| echo_tokio::echo(chat, room.id()));
    let wait = "You can perform this action again in 20 seconds";
    sim.inject(Fault::answer("/chats/1/messages/new", 409, wait));
    ada.say(&room, "!!echo one");
    assert!(sim.wait_until(|| bot.sent() == ["one"]) >= Duration::from_secs(20));
}

#[test]
fn it_answers_many_in_order() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| echo_tokio::echo(chat, room.id()));
    let texts: Vec<String> = (0..20).map(|n| format!("number {n}")).collect();
    for text in &texts {
        ada.say(&room, &format!("!!echo {text}"));
    }
    sim.run_until_quiet();
    assert_eq!(bot.sent(), texts);
}
