//! The slow way to read events: one by one, making the best of each.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::build::NoEvent;
use super::fields::Fields;
use super::names::Names;
use super::strict::Strict;
use super::text::Text;
use super::{Event, EventKind, capped};

/// One event from its text.
pub(super) fn event(raw: &str) -> Event {
    match serde_json::from_str(raw) {
        Ok(Strict(event)) => event,
        Err(_) => odd(raw),
    }
}

/// One event, whatever it is.
pub(super) fn odd(raw: &str) -> Event {
    let object: Map<String, Value> = match from_str(raw) {
        Ok(object) => object,
        Err(error) => return Event::malformed(raw, &error),
    };
    let (mut known, reason) = match Fields::take(object.clone()).build(&mut Names::default()) {
        Ok(event) => return event,
        Err(reason) => (Fields::take(object.clone()), reason),
    };
    let kind = match reason {
        NoEvent::Unknown(event_type) => EventKind::Unknown { event_type, raw: object },
        NoEvent::Lacks(_) => EventKind::Malformed { raw: capped(raw), reason: reason.to_string() },
    };
    // The raw form has everything.
    known.extra.clear();
    known.event(kind, &mut Names::default())
}

/// So many events of a list that cannot be read are shown one by one: each takes hundreds of times the memory of its
/// text if that is short.
const UNREADABLE_SHOWN: usize = 1000;

/// The events of a list; what is no list is one event that cannot be read.
pub(super) fn events(raw: &RawValue) -> Vec<Event> {
    let list = match serde_json::from_str::<Option<Vec<&RawValue>>>(raw.get()) {
        Ok(list) => list.unwrap_or_default(),
        Err(error) => return vec![Event::malformed(raw.get(), &error)],
    };
    let mut unreadable = 0_usize;
    let mut events = Vec::new();
    for event in list.into_iter().map(|raw| event(raw.get())) {
        unreadable += usize::from(matches!(event.kind, EventKind::Malformed { .. }));
        if unreadable <= UNREADABLE_SHOWN || !matches!(event.kind, EventKind::Malformed { .. }) {
            events.push(event);
        }
    }
    if let Some(left_out @ 1..) = unreadable.checked_sub(UNREADABLE_SHOWN) {
        events.push(Event::malformed("", &format_args!("{left_out} more that cannot be read")));
    }
    events
}

/// Reads a value, and once more with halves of characters replaced if need be.
pub(super) fn from_str<T: serde::de::DeserializeOwned>(raw: &str) -> serde_json::Result<T> {
    serde_json::from_str(raw).or_else(|error| match without_lone_surrogates(raw) {
        Cow::Borrowed(_) => Err(error),
        Cow::Owned(repaired) => serde_json::from_str(&repaired),
    })
}

/// A type that can be read from values that are not quite right.
pub(super) trait Lenient: Sized {
    /// `Ok(None)` for null; the value itself if it makes no sense.
    fn read(value: Value) -> Result<Option<Self>, Value>;
}

impl Lenient for u64 {
    fn read(value: Value) -> Result<Option<Self>, Value> {
        integer(value, |whole| Self::try_from(whole).ok())
    }
}

impl Lenient for u32 {
    fn read(value: Value) -> Result<Option<Self>, Value> {
        integer(value, |whole| Self::try_from(whole).ok())
    }
}

impl Lenient for i64 {
    fn read(value: Value) -> Result<Option<Self>, Value> {
        integer(value, |whole| Self::try_from(whole).ok())
    }
}

impl Lenient for Text<'_> {
    fn read(value: Value) -> Result<Option<Self>, Value> {
        match value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(Text(Cow::Owned(text)))),
            Value::Number(number) => Ok(Some(Text(Cow::Owned(number.to_string())))),
            other => Err(other),
        }
    }
}

impl Lenient for bool {
    fn read(value: Value) -> Result<Option<Self>, Value> {
        Ok(match &value {
            Value::Null => None,
            Value::Bool(mark) => Some(*mark),
            Value::Number(number) => Some(number.as_f64() != Some(0.0)),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" | "" => Some(false),
                _ => return Err(value),
            },
            _ => return Err(value),
        })
    }
}

fn integer<T>(value: Value, convert: impl Fn(i128) -> Option<T>) -> Result<Option<T>, Value> {
    let whole = match &value {
        Value::Null => return Ok(None),
        Value::Number(number) => whole(number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    whole.and_then(convert).map(Some).ok_or(value)
}

fn whole(number: &serde_json::Number) -> Option<i128> {
    /// Up to here a float tells every whole number from the next.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i128().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
        format!("{float:.0}").parse().ok()
    })
}

/// A server that cuts texts by UTF-16 units can cut a character in half, and then no JSON reader takes the rest.
fn without_lone_surrogates(raw: &str) -> Cow<'_, str> {
    let unit = |at: usize| {
        let hex = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(escape) = raw[at..].find('\\') {
        at += escape;
        let lone = match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => {
                at += 12;
                continue;
            }
            Some(0xD800..=0xDFFF) => true,
            _ => false,
        };
        if lone {
            out.push_str(&raw[copied..at]);
            out.push_str("\\ufffd");
            copied = at + 6;
            at = copied;
        } else {
            // The backslash, and the character that it escapes.
            at += 1 + raw[at + 1..].chars().next().map_or(0, char::len_utf8);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(raw);
    }
    out.push_str(&raw[copied..]);
    Cow::Owned(out)
}
