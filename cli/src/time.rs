//! Times of pages, with 24 hours and in UTC.

use sechat_blocking::Day;
use sechat_blocking::sechat_core::PageTime;

use crate::plain::harmless;

/// `2026-01-31 15:45` where the page tells the day, or what it says in its place.
pub(crate) fn date_and_clock(time: &PageTime) -> String {
    match time.minute {
        Some(minute) => format!("{} {}", Day::of(minute), clock_of(minute)),
        None => as_told(&time.text),
    }
}

/// `15:45`, or what the page says in its place.
pub(crate) fn clock(time: &PageTime) -> String {
    time.minute.map_or_else(|| as_told(&time.text), clock_of)
}

/// A time as a page tells it, `yst 3:45 PM`, with the clock of 24 hours.
pub(crate) fn as_told(text: &str) -> String {
    harmless(&with_24_hours(text).unwrap_or_else(|| text.to_owned()))
}

fn clock_of(unix: u64) -> String {
    format!("{:02}:{:02}", unix / 3600 % 24, unix / 60 % 60)
}

fn with_24_hours(text: &str) -> Option<String> {
    let (before, half) = text.trim_end().rsplit_once([' ', '\u{a0}'])?;
    let (start, clock) = before.rsplit_once([' ', '\u{a0}']).map_or(("", before), |(start, clock)| (start, clock));
    let (hour, minute) = clock.split_once(':')?;
    let hour = hour.parse::<u8>().ok().filter(|hour| (1..=12).contains(hour))? % 12;
    let hour = match half {
        "AM" => hour,
        "PM" => hour + 12,
        _ => return None,
    };
    Some(format!("{start} {hour:02}:{minute}").trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_have_24_hours() {
        for (told, expected) in [
            ("3:45 PM", "15:45"),
            ("12:00 AM", "00:00"),
            ("12:30 PM", "12:30"),
            ("yst 9:06 AM", "yst 09:06"),
            ("Jan 5, 2019 3:45 PM", "Jan 5, 2019 15:45"),
            ("13:00 PM", "13:00 PM"),
            ("just now", "just now"),
            ("", ""),
        ] {
            assert_eq!(as_told(told), expected);
        }
    }
}
