//! `sechat transcript`.

mod bookkeeping;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use sechat_blocking::endpoint::{Transcript as Call, TranscriptMessage, TranscriptPage};
use sechat_blocking::sechat_core::Day;
use sechat_blocking::{Chat, Error, MessageId, RoomId};
use serde::Serialize;

use self::bookkeeping::Place;
use crate::exit::{EXIT_CODES, Failure};
use crate::work::Reader;
use crate::{output, plain};

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
    pub(crate) fn run(self) -> Result<(), Failure> {
        let place = self.resume.as_deref().map_or(Ok(None), |file| Place::read(file, self.room))?;
        self.reader.read(|chat| {
            let first = match (place, self.from) {
                (Some(place), _) => Some(chat.call(place.call).map(|page| (place.call, page))?),
                (None, Some(day)) => self.day(chat, day)?,
                (None, None) => match chat.call(Call::Latest(self.room))? {
                    latest if latest.messages.is_empty() => None,
                    latest => self.day(chat, latest.first_day.unwrap_or(latest.day))?,
                },
            };
            self.print(chat, first, place.and_then(|place| place.last))
        })
    }

    /// The page of a day, or of the first day after it on which something was said.
    fn day(&self, chat: &Chat, day: Day) -> Result<Option<(Call, TranscriptPage)>, Failure> {
        let call = Call::Day(self.room, day);
        let page = chat.call(call)?;
        if !page.messages.is_empty() {
            return Ok(Some((call, page)));
        }
        let next = page.next_day.or(page.first_day).filter(|next| *next > day);
        let Some(call) = next.map(|next| Call::Day(self.room, next)) else { return Ok(None) };
        Ok(Some((call, chat.call(call)?)))
    }

    fn print(
        &self,
        chat: &Chat,
        first: Option<(Call, TranscriptPage)>,
        mut seen: Option<MessageId>,
    ) -> Result<(), Failure> {
        let (mut last, mut count) = (seen, 0_usize);
        let mut here = first;
        let watched = io::stderr().is_terminal();
        while let Some((call, page)) = here.take().filter(|(_, page)| self.to.is_none_or(|to| page.day <= to)) {
            // Only the first page may have been printed before, in part.
            let seen = seen.take();
            let fresh = page.messages.iter().filter(|message| seen.is_none_or(|seen| message.id > seen));
            let mut printed = 0;
            for message in fresh {
                self.show(page.day, message)?;
                last = last.max(Some(message.id));
                printed += 1;
            }
            count += printed;
            if let Some(file) = &self.resume {
                Place::new(self.room, call, last).write(file)?;
            }
            if watched {
                eprint!("\r-- {}: {count} messages ", page.day);
            }
            let Some(next) = page.next() else { break };
            match chat.call(next) {
                Ok(page) => here = Some((next, page)),
                Err(error) => {
                    if watched {
                        eprintln!();
                    }
                    return Err(self.interrupted(error, page.day));
                }
            }
        }
        if watched {
            eprintln!();
        }
        match last {
            Some(last) => eprintln!("-- {count} messages, up to #{last}"),
            None => eprintln!("-- no messages"),
        }
        Ok(())
    }

    fn interrupted(&self, error: Error, day: Day) -> Failure {
        let failure = Failure::from(error);
        if self.resume.is_some() {
            return failure;
        }
        failure.hint(format!("Everything up to {day} is printed; go on with --from {}.", day.next()))
    }

    fn show(&self, day: Day, message: &TranscriptMessage) -> io::Result<()> {
        if self.json {
            return output::json(&Line { room: self.room, day, message });
        }
        let time = message.time.as_ref().map_or("", |time| &time.text);
        let text = message.content.as_deref().map_or_else(|| "(removed)".to_owned(), plain::from_html);
        let cut = if message.truncated { " …" } else { "" };
        let name = plain::harmless(&message.user.name);
        let text = text.replace('\n', "\n         ");
        output::line(format_args!("{day} {:>8} #{} {name}: {text}{cut}", plain::harmless(time), message.id))
    }
}
