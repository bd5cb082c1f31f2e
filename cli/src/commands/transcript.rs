//! `sechat transcript`.

mod bookkeeping;
mod progress;

use std::io;
use std::path::PathBuf;

use clap::Args;
use sechat_blocking::endpoint::{Transcript as Call, TranscriptMessage};
use sechat_blocking::{Day, Error, MessageId, Onward, ReadBack, RoomId};
use serde::Serialize;

use self::bookkeeping::Place;
use self::progress::Progress;
use crate::exit::{EXIT_CODES, Failure};
use crate::time::clock;
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat transcript 1 --from 2026-01-01 --to 2026-01-31
  sechat transcript 1 --json --resume room1.place >> room1.jsonl       Again later: only what is new
";

/// Print what was said in a room, day by day
///
/// No account is needed for public rooms. Standard error tells at the end how far it came.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Transcript {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// The first day, as in 2026-01-31, in UTC; by default the first of the room
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,

    /// The last day; by default the last on which something was said
    #[arg(long, value_name = "DAY")]
    to: Option<Day>,

    /// Keep in this file how far it came, and go on from there
    ///
    /// It is written after each page: whoever interrupts this gets the page that was under way once more. When there is
    /// a place in it, --from is not asked.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,

    #[command(flatten)]
    reader: Reader,

    /// Print a line of JSON for each message: room, day, id, user, time, content, parent, edited, stars and more
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    room: RoomId,
    day: Day,
    #[serde(flatten)]
    message: &'a TranscriptMessage,
}

impl Transcript {
    pub(crate) fn is_resumed(&self) -> bool {
        self.resume.is_some()
    }

    pub(crate) fn run(self) -> Result<(), Failure> {
        let place = self.resume.as_deref().map_or(Ok(None), |file| Place::read(file, self.room))?;
        self.reader.read(|chat| {
            let start = match (place, self.from) {
                (Some(place), _) => place.call,
                (None, Some(day)) => Call::Day(self.room, day),
                (None, None) => {
                    let latest = chat.call(Call::Latest(self.room))?;
                    Call::Day(self.room, latest.first_day.unwrap_or(latest.day))
                }
            };
            self.print(chat.read_back(Onward(start)), place.and_then(|place| place.last))
        })
    }

    fn print(&self, mut pages: ReadBack<Onward>, seen: Option<MessageId>) -> Result<(), Failure> {
        let (mut last, mut count, mut here) = (seen, 0_usize, None);
        let mut progress = Progress::new(self.to);
        while let Some(Onward(call)) = pages.cursor().copied() {
            let page = match pages.next() {
                Some(Ok(page)) if self.to.is_none_or(|to| page.day <= to) => page,
                Some(Err(error)) => return Err(self.interrupted(error, here)),
                _ => break,
            };
            // A page that was printed before may have become longer.
            for message in page.messages.iter().filter(|message| seen.is_none_or(|seen| message.id > seen)) {
                progress.aside(|| self.show(page.day, message))?;
                last = last.max(Some(message.id));
                count += 1;
            }
            if let Some(file) = &self.resume {
                Place::new(self.room, call, last).write(file)?;
            }
            progress.show(&page, count);
            here = Some(page.day);
        }
        drop(progress);
        match last {
            Some(last) => eprintln!("-- {}, up to #{last}", plain::count(count as u64, "message")),
            None => eprintln!("-- no messages"),
        }
        Ok(())
    }

    fn interrupted(&self, error: Error, printed: Option<Day>) -> Failure {
        let failure = Failure::from(error);
        let Some(day) = printed.filter(|_| self.resume.is_none()) else { return failure };
        failure.hint(format!("Everything up to {day} is printed; go on with --from {}.", day.next()))
    }

    fn show(&self, day: Day, message: &TranscriptMessage) -> io::Result<()> {
        if self.json {
            return output::json(&Line { room: self.room, day, message });
        }
        let time = message.time.as_ref().map(clock).unwrap_or_default();
        let text = message.content.as_deref().map_or_else(|| "(removed)".to_owned(), plain::from_html);
        let cut = if message.truncated { " …" } else { "" };
        let name = plain::harmless(&message.user.name);
        let text = text.replace('\n', "\n         ");
        output::line(format_args!("{day} {time:>5} #{} {name}: {text}{cut}", message.id))
    }
}
