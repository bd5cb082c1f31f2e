//! Days and clock times as pages show them: in UTC, to the minute.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];

/// A day in UTC, from 1970 to 9999. Reads and prints as `2018-10-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[expect(clippy::struct_field_names, reason = "a day of the calendar has a day of the month")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// A time as a page shows it, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PageTime {
    /// As the page has it: `3:45 PM`, `yst 3:45 PM`, `Jan 5, 2019 3:45 PM`.
    pub text: String,
    /// The minute it means, in seconds since 1970, where that can be told.
    pub minute: Option<u64>,
}

impl Day {
    /// A day of the calendar; `None` when there is no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        ((1970..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day of a time in seconds since 1970. Times after 9999 are of its last day.
    pub fn of(unix: u64) -> Self {
        // Counted in years that begin in March, so that the leap day comes last.
        let days = (unix / DAY).min(2_932_896) + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let narrow = |n: u64| u8::try_from(n).unwrap_or(1);
        Self {
            year: u16::try_from(year + era * 400 + u64::from(month <= 2)).unwrap_or(9999),
            month: narrow(month),
            day: narrow(of_year - (153 * march + 2) / 5 + 1),
        }
    }

    /// The year, 1970 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Its first second, in seconds since 1970.
    pub fn unix_seconds(self) -> u64 {
        let (month, day) = (u64::from(self.month), u64::from(self.day));
        let year = u64::from(self.year) - u64::from(month <= 2);
        let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let of_era = year % 400 * 365 + year % 400 / 4 - year % 400 / 100 + of_year;
        (year / 400 * 146_097 + of_era - 719_468) * DAY
    }

    /// The day after.
    #[must_use = "a day does not change"]
    pub fn next(self) -> Self {
        Self::of(self.unix_seconds() + DAY)
    }

    /// The day before; 1970 begins with itself.
    #[must_use = "a day does not change"]
    pub fn previous(self) -> Self {
        Self::of(self.unix_seconds().saturating_sub(DAY))
    }

    /// `2018/10/30`, as in addresses.
    pub(crate) fn path(self) -> String {
        format!("{}/{}/{}", self.year, self.month, self.day)
    }

    /// The inverse of [`Day::path`].
    pub(crate) fn from_parts(year: &str, month: &str, day: &str) -> Option<Self> {
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }
}

impl PageTime {
    /// A clock time of a known day.
    pub(crate) fn on(day: Day, text: &str) -> Self {
        Self { text: text.to_owned(), minute: clock(text).map(|clock| day.unix_seconds() + clock) }
    }

    /// A time told from the present: today, `yst`, a weekday, a date with or without its year (protocol notes, 5.4).
    pub(crate) fn seen_from(now: Option<u64>, text: &str) -> Self {
        Self { text: text.to_owned(), minute: relative(now, text) }
    }

    /// `2020-11-18 09:25:12Z`; this one is exact to the second.
    pub(crate) fn iso(title: &str, text: &str) -> Self {
        let minute = title.strip_suffix('Z').and_then(|title| {
            let (date, time) = title.split_once([' ', 'T'])?;
            Some(date.parse::<Day>().ok()?.unix_seconds() + hms(time)?)
        });
        Self { text: text.to_owned(), minute }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What is no day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2018-10-30")]
#[non_exhaustive]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next().unwrap_or_default();
        Self::from_parts(part(), part(), part()).ok_or(NotADay)
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// A date as headers have it: `Wed, 21 Oct 2026 07:28:00 GMT`, and in cookies also `Wed, 21-Oct-2026 07:28:00 GMT` and
/// the like with two digits for the year (RFC 6265, 5.1.1). A time before 1970 is 0.
pub(crate) fn http_date(text: &str) -> Option<u64> {
    let (_, date) = text.split_once(',')?;
    let mut parts = date.split([' ', '-']).filter(|part| !part.is_empty());
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let year = match (year.len(), year.parse().ok()?) {
        (2, year @ 0..70) => 2000 + year,
        (2, year) => 1900 + year,
        (_, year) => year,
    };
    let time = hms(time)?;
    if year < 1970 {
        return Some(0);
    }
    Some(Day::new(year, month_number(month)?, day.parse().ok()?)?.unix_seconds() + time)
}

fn relative(now: Option<u64>, text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split([' ', ',', '\u{a0}']).filter(|word| !word.is_empty()).collect();
    let (time, before) = words.split_last_chunk::<2>().map(|(before, time)| (time, before))?;
    let clock = clock(&time.join(" "))?;
    if let [month, day, year] = before {
        return Some(Day::new(year.parse().ok()?, month_number(month)?, day.parse().ok()?)?.unix_seconds() + clock);
    }
    let now = now?;
    let today = now - now % DAY;
    // A minute that has not come yet lies one step back.
    let back = |at: u64, step: u64| if at > now + DAY / 24 { at.checked_sub(step) } else { Some(at) };
    match before {
        [] => back(today + clock, DAY),
        ["yst"] => today.checked_sub(DAY).map(|day| day + clock),
        [weekday] => {
            let name = weekday.get(..3)?.to_ascii_lowercase();
            let wanted = (0_u64..).zip(WEEKDAYS).find(|(_, known)| *known == name)?.0;
            let ago = (now / DAY % 7 + 7 - wanted) % 7;
            back((today + clock).checked_sub(ago * DAY)?, 7 * DAY)
        }
        [month, day] => {
            let (month, day) = (month_number(month)?, day.parse().ok()?);
            let this = Day::of(now).year;
            let in_year = |year| Some(Day::new(year, month, day)?.unix_seconds() + clock);
            in_year(this).filter(|at| *at <= now + DAY).or_else(|| in_year(this - 1))
        }
        _ => None,
    }
}

fn month_number(name: &str) -> Option<u8> {
    let name = name.get(..3)?.to_ascii_lowercase();
    (1..).zip(MONTHS).find(|(_, month)| *month == name).map(|(number, _)| number)
}

/// `3:45 PM` in seconds of the day.
fn clock(text: &str) -> Option<u64> {
    let (time, half) = text.trim().split_once([' ', '\u{a0}'])?;
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute) = (hour.parse::<u64>().ok()?, minute.parse::<u64>().ok()?);
    let afternoon = match half.trim().to_ascii_uppercase().as_str() {
        "AM" => 0,
        "PM" => 12,
        _ => return None,
    };
    ((1..=12).contains(&hour) && minute < 60).then_some((hour % 12 + afternoon) * 3600 + minute * 60)
}

/// `09:25:12` in seconds of the day.
fn hms(text: &str) -> Option<u64> {
    let mut parts = text.splitn(3, ':').map(str::parse::<u64>);
    let (hour, minute, second) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    (hour < 24 && minute < 60 && second < 61).then_some(hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_of_the_calendar() {
        let day = |text: &str| text.parse::<Day>();
        assert_eq!(Day::of(1_540_900_000).to_string(), "2018-10-30");
        assert_eq!(day("2020-02-29").unwrap().next().to_string(), "2020-03-01");
        assert_eq!(day("2021-01-01").unwrap().previous().to_string(), "2020-12-31");
        assert_eq!(day("1970-01-01").unwrap().unix_seconds(), 0);
        assert_eq!(Day::of(u64::MAX).to_string(), "9999-12-31");
        for text in ["2021-02-29", "2018-13-01", "2018-00-01", "2018-1", "", "1969-12-31", "x-y-z", "2018-10-30-1"] {
            assert_eq!(day(text), Err(NotADay), "{text}");
        }
        assert_eq!(serde_json::to_string(&day("2018-1-3").unwrap()).unwrap(), "\"2018-01-03\"");
        assert!(serde_json::from_str::<Day>("\"2018-02-30\"").is_err());
    }

    #[test]
    fn times_as_pages_show_them() {
        // Wednesday, 2026-10-21 07:28:00.
        let now = http_date("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(now, Some(1_792_567_680));
        for (text, minute) in [
            ("7:20 AM", Some("2026-10-21 07:20:00Z")),
            ("11:00 PM", Some("2026-10-20 23:00:00Z")),
            ("yst 3:45 PM", Some("2026-10-20 15:45:00Z")),
            ("Mon 12:05 AM", Some("2026-10-19 00:05:00Z")),
            ("Wed 11:05 PM", Some("2026-10-14 23:05:00Z")),
            ("Jan 5 3:45 PM", Some("2026-01-05 15:45:00Z")),
            ("Dec 5 3:45 PM", Some("2025-12-05 15:45:00Z")),
            ("Jan 5, 2019 3:45 PM", Some("2019-01-05 15:45:00Z")),
            ("Feb 30, 2019 3:45 PM", None),
            ("13:45", None),
            ("soon", None),
            ("", None),
        ] {
            let read = PageTime::seen_from(now, text);
            assert_eq!(read.minute, minute.and_then(|iso| PageTime::iso(iso, "").minute), "{text}");
            assert_eq!(read.text, text);
        }
        assert_eq!(PageTime::seen_from(None, "3:45 PM").minute, None);
        assert!(PageTime::seen_from(None, "Jan 5, 2019 3:45 PM").minute.is_some());
        assert_eq!(PageTime::on(Day::of(0), "1:05 PM").minute, Some(47_100));
        assert_eq!(PageTime::iso("2020-11-18 09:25:12Z", "46 mins ago").minute, Some(1_605_691_512));
    }

    #[test]
    fn dates_of_headers() {
        let iso = |text: &str| PageTime::iso(text, "").minute;
        for (text, time) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", iso("1994-11-06 08:49:37Z")),
            ("Sun, 23-May-2027 00:00:00 GMT", iso("2027-05-23 00:00:00Z")),
            ("Sunday, 06-Nov-94 08:49:37 GMT", iso("1994-11-06 08:49:37Z")),
            ("Thu, 1 jan 69 00:00:01 GMT", iso("2069-01-01 00:00:01Z")),
            ("Mon, 01-Jan-0001 00:00:00 GMT", Some(0)),
            ("Fri, 31-Dec-9999 23:59:59 GMT", iso("9999-12-31 23:59:59Z")),
            ("Sun, 31 Feb 2027 00:00:00 GMT", None),
            ("Sun, 23 May 2027", None),
            ("Sun, 23 May 2027 24:00:00 GMT", None),
            ("23 May 2027 00:00:00", None),
            ("-1", None),
        ] {
            assert_eq!(http_date(text), time, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_day_is_the_day_of_its_first_and_last_second(days in 0_u64..2_932_896) {
            let day = Day::of(days * DAY);
            prop_assert_eq!(day.unix_seconds(), days * DAY);
            prop_assert_eq!(Day::of(days * DAY + DAY - 1), day);
            prop_assert_eq!(day.to_string().parse(), Ok(day));
        }

        #[test]
        fn no_text_makes_a_panic(now in any::<Option<u64>>(), text in "\\PC{0,20}|[0-9APM: ,a-z]{0,20}") {
            let now = now.map(|now| now % 253_402_300_800);
            PageTime::seen_from(now, &text);
            PageTime::iso(&text, &text);
            http_date(&text);
        }
    }
}
