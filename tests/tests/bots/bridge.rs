//! Carries what is said in each of two rooms into the other.

use sechat_fixtures::Sim;

use crate::bridge_example::bridge;

#[test]
fn both_rooms_hear_of_each_other() {
    let sim = Sim::new();
    let (left, right) = (sim.room("Sandbox"), sim.room("Attic"));
    let (ada, grace) = (sim.person("Ada"), sim.person("Grace"));
    let ends = (left.id(), right.id());
    let _bot = sim.start(|chat| bridge(chat, ends.0, ends.1));
    ada.say(&left, "Who has the key?");
    sim.run_until_quiet();
    grace.say(&right, "It is *here*.");
    sim.run_until_quiet();
    assert_eq!(left.lines(), ["Ada: Who has the key?", "Bot: **Grace**: It is _here_."]);
    assert_eq!(right.lines(), ["Bot: **Ada**: Who has the key?", "Grace: It is *here*."]);
}

#[test]
fn nothing_is_lost_or_carried_twice_when_the_connection_is_cut() {
    let sim = Sim::new();
    let (left, right) = (sim.room("Sandbox"), sim.room("Attic"));
    let ada = sim.person("Ada");
    let ends = (left.id(), right.id());
    let bot = sim.start(|chat| bridge(chat, ends.0, ends.1));
    let said: Vec<String> = (0..6).map(|n| format!("part {n}")).collect();
    for (n, text) in said.iter().enumerate() {
        ada.say(if n % 2 == 0 { &left } else { &right }, text);
        if n == 2 {
            sim.cut();
        }
    }
    sim.run_until_quiet();
    let mut carried = bot.sent();
    carried.sort();
    assert_eq!(carried, said.iter().map(|text| format!("**Ada**: {text}")).collect::<Vec<_>>());
}
