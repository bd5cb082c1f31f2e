//! How far a transcript has come, for who watches standard error.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressStyle};
use sechat_blocking::Day;
use sechat_blocking::endpoint::TranscriptPage;

const DAY: u64 = 86_400;

/// A bar of days. Where standard error is no terminal it is not drawn.
pub(super) struct Progress {
    bar: ProgressBar,
    start: Option<Day>,
    end: Option<Day>,
}

impl Progress {
    pub(super) fn new(end: Option<Day>) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}").expect("a good template");
        Self { bar: ProgressBar::new(1).with_style(style), start: None, end }
    }

    /// A page is done.
    pub(super) fn show(&mut self, page: &TranscriptPage, messages: usize) {
        let start = *self.start.get_or_insert(page.day);
        let last = page.last_day.unwrap_or(page.day);
        let (done, all) = days(start, page.day, self.end.map_or(last, |end| end.min(last)));
        self.bar.set_length(all);
        self.bar.set_position(done);
        self.bar.set_message(format!("{}, {messages} messages", page.day));
    }

    /// Prints without the bar in the way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        if io::stdout().is_terminal() { self.bar.suspend(print) } else { print() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How many days of how many are done, from 1.
fn days(start: Day, here: Day, end: Day) -> (u64, u64) {
    let count = |to: Day| to.unix_seconds().saturating_sub(start.unix_seconds()) / DAY + 1;
    (count(here), count(end.max(here)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_first_to_the_last() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(days(day("2026-01-01"), day("2026-01-01"), day("2026-01-01")), (1, 1));
        assert_eq!(days(day("2026-01-01"), day("2026-02-01"), day("2026-03-01")), (32, 60));
        assert_eq!(days(day("2026-01-05"), day("2026-01-06"), day("2026-01-01")), (2, 2));
    }
}
