//! Each sample of `fixtures/data` is read as what stands beside it.
//!
//! `NAME.expected.json` holds an event's fields, or by the name of each endpoint that a body is for what that makes of it:
//! `{"Ok":OUTPUT}`, or `{"Err":ERROR}` in the form of `Debug`.

mod calls;
mod shown;

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use sechat_core::{Event, Frame};
use sechat_fixtures::samples::{self, Sample};
use serde_json::{Map, Value};

use calls::Calls;

#[test]
fn events_are_read_as_what_they_say() {
    for sample in samples::events() {
        let event = Event::parse(sample.body().as_bytes());
        is_read_as(sample, &shown::event(&event));
        if event.event_type().is_some() {
            let written = serde_json::to_vec(&event).expect("an event is always JSON");
            assert_eq!(Event::parse(&written), event, "{}, written and read again", sample.name());
        }
    }
}

#[test]
fn frames_are_read_as_what_they_say() {
    for sample in samples::frames() {
        is_read_as(sample, &shown::frame(&Frame::parse(sample.body().as_bytes())));
    }
}

#[test]
fn pages_are_read_as_what_they_say() {
    let calls = calls::all();
    for sample in samples::pages() {
        let readings = is_read_by_endpoints(sample, &calls);
        assert!(readings.values().all(|reading| reading.get("Ok").is_some()), "{} is no page", sample.name());
    }
}

#[test]
fn errors_are_read_as_what_they_say() {
    let calls = calls::all();
    for sample in samples::errors() {
        let readings = is_read_by_endpoints(sample, &calls);
        assert!(readings.values().all(|reading| reading.get("Err").is_some()), "{} is no error", sample.name());
    }
}

#[test]
fn every_kind_of_event_has_a_sample() -> io::Result<()> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/event/mod.rs"))?;
    let (_, kinds) = source.split_once("pub enum EventKind {").expect("the kinds");
    let kinds = kinds.split("\n}").next().unwrap_or_default().lines();
    let mut kinds: BTreeSet<String> =
        kinds.filter(|line| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase)).map(word).collect();
    assert!(kinds.len() > 25, "{kinds:?}");
    // The library makes these itself.
    assert!(kinds.remove("Feed"));
    let sampled = samples::events().iter().map(|sample| word(expected(sample)["kind"].as_str().unwrap_or_default()));
    assert_eq!(kinds, sampled.collect());
    Ok(())
}

#[test]
fn every_endpoint_has_a_sample_of_its_success() -> io::Result<()> {
    let written: BTreeSet<String> = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/endpoint"))?
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.strip_prefix("impl Endpoint for "))
        .map(word)
        .collect();
    assert!(written.len() > 60, "{written:?}");
    let calls = calls::all();
    let read = samples::pages().iter().flat_map(|page| is_read_by_endpoints(page, &calls));
    let read: BTreeSet<String> = read.map(|(name, _)| name).collect();
    assert_eq!(read, written);
    Ok(())
}

/// Refusals and faults have names, and each name that a body can bring about has a body.
#[test]
fn every_refusal_has_a_sample() -> io::Result<()> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error.rs"))?;
    let shown: String = samples::errors().iter().map(Sample::expected).collect();
    for (start, others) in [
        ("pub enum Refusal {", &[][..]),
        // What the engine finds out, not an answer.
        ("pub enum LoginError {", &["ChatRefused"]),
    ] {
        let (_, variants) = source.split_once(start).expect("the errors");
        let variants = variants.split("\n}").next().unwrap_or_default().lines();
        let variants = variants.filter(|line| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase));
        for variant in variants.map(word).filter(|variant| !others.contains(&variant.as_str())) {
            assert!(shown.contains(&variant), "no error body for {variant}");
        }
    }
    for error in ["RateLimited", "Duplicate", "Server", "Changed"] {
        assert!(shown.contains(error), "no error body for {error}");
    }
    Ok(())
}

/// What a sample must be read as.
fn expected(sample: &Sample) -> Value {
    serde_json::from_str(sample.expected()).unwrap_or_else(|error| panic!("{}: {error}", sample.name()))
}

fn is_read_as(sample: &Sample, found: &Value) {
    let (name, expected) = (sample.name(), expected(sample));
    assert!(*found == expected, "{name} is read as\n{found:#}\nand not as\n{expected:#}");
}

/// What the endpoints that are named beside a sample make of it; it is also compared.
fn is_read_by_endpoints(sample: &Sample, calls: &Calls) -> Map<String, Value> {
    let (name, response) = (sample.name(), sample.response());
    let Value::Object(mut readings) = expected(sample) else { panic!("{name}: readings by endpoint") };
    assert!(!readings.is_empty(), "{name}");
    for (endpoint, reading) in &mut readings {
        let call = calls.get(endpoint.as_str()).unwrap_or_else(|| panic!("{name}: no endpoint {endpoint}"));
        *reading = call(&response);
    }
    is_read_as(sample, &Value::Object(readings.clone()));
    readings
}

fn sources(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else {
            found.push(fs::read_to_string(path)?);
        }
    }
    Ok(found)
}

/// The name that a text begins with.
fn word(text: impl AsRef<str>) -> String {
    text.as_ref().trim_start().chars().take_while(|c| c.is_alphanumeric()).collect()
}
