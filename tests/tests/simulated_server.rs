//! The page about the simulated server has every switch, each of its settings, and what clients by others make of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use sechat_fixtures::Switches;
use sechat_tests::root;

const PAGE: &str = include_str!("../../docs/simulated-server.md");
const CLIENTS: [&str; 2] = ["chatexchange", "sechat"];

/// The cells of each row of the table of switches, by the name of the switch.
fn rows() -> BTreeMap<String, Vec<&'static str>> {
    let (_, table) = PAGE.split_once("\n## Switches\n").expect("a part about switches");
    let table = table.split("\n## ").next().unwrap_or_default();
    let mut rows = BTreeMap::new();
    for row in table.lines().filter(|row| row.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 7, "{row}");
        assert!(rows.insert(cells[0].trim_matches('`').to_owned(), cells).is_none(), "twice: {row}");
    }
    rows
}

/// What each client does not cope with, by `NAME=VALUE`.
fn cannot() -> io::Result<BTreeMap<String, BTreeMap<String, String>>> {
    let text = fs::read_to_string(root().join("tests/peers/cannot.json"))?;
    Ok(serde_json::from_str(&text).expect("flips and reasons, by client"))
}

#[test]
fn every_switch_has_a_row_and_no_row_is_about_another() {
    let rows = rows();
    let named: BTreeSet<&str> = rows.keys().map(String::as_str).collect();
    assert_eq!(named, Switches::NAMES.iter().copied().collect());
    let usual = Switches::default();
    for (name, cells) in &rows {
        let options = Switches::others(name).into_iter().chain(usual.get(name));
        for option in options.filter(|option| option.starts_with(char::is_alphabetic) && option != "None") {
            assert!(cells[2].contains(&format!("`{option}`")), "{name}: nothing about {option}");
        }
        assert!(cells[3].starts_with(|c: char| c.is_ascii_digit()), "{name} has no source");
        assert!(["known", "thin", "guessed", "unknown"].contains(&cells[4]), "{name}: {}", cells[4]);
    }
}

#[test]
fn every_behaviour_has_a_source_and_its_switches_exist() {
    let (_, table) = PAGE.split_once("\n## Behaviours\n").expect("a part about behaviours");
    let table = table.split("\n## ").next().unwrap_or_default();
    let mut named = BTreeSet::new();
    for row in table.lines().filter(|row| row.starts_with("| ")).skip(2) {
        let cells: Vec<&str> = row[1..row.len() - 1].split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert!(cells[1].starts_with(|c: char| c.is_ascii_digit()), "no source: {row}");
        assert!(["known", "thin", "guessed", "unknown"].contains(&cells[2]), "{row}");
        named.extend(cells[3].split(", ").map(|name| name.trim_matches('`')).filter(|name| !name.is_empty()));
    }
    assert_eq!(named, Switches::NAMES.iter().copied().collect(), "each switch belongs to a behaviour");
}

#[test]
fn what_clients_by_others_cope_with_is_what_the_page_says() -> io::Result<()> {
    let (rows, cannot) = (rows(), cannot()?);
    assert_eq!(cannot.keys().map(String::as_str).collect::<Vec<_>>(), CLIENTS);
    for (at, client) in CLIENTS.iter().enumerate() {
        for (name, cells) in &rows {
            let said: BTreeSet<String> = cells[5 + at].split('`').skip(1).step_by(2).map(str::to_owned).collect();
            let values = Switches::others(name).into_iter();
            let fails = values.filter(|value| cannot[*client].contains_key(&format!("{name}={value}")));
            assert_eq!(said, fails.collect(), "{client}: {name}");
        }
        for (flip, reason) in &cannot[*client] {
            let (name, value) = flip.split_once('=').expect("NAME=VALUE");
            assert!(Switches::others(name).iter().any(|other| other == value), "{client}: no {flip}");
            assert!(PAGE.contains(&format!("| `{flip}` | {reason} |")), "no reason on the page: {client}, {flip}");
        }
    }
    Ok(())
}
