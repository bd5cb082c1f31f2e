//! `sechat tail`.

mod line;

use std::time::{Duration, Instant};

use clap::Args;

use sechat_blocking::{Access, Chat, Error, Event, EventKind, Events, FeedChange, Pending, RoomId, TimedOut};

use crate::exit::{Code, EXIT_CODES, Failure};
use crate::target::Target;
use crate::{interrupt, output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat tail 1                                  Until Ctrl-C
  sechat tail 1 --count 1 --for 60               Wait a minute for something to happen
  sechat tail 17 --server chat.stackoverflow.com
  sechat tail 1 --json | jq -r 'select(.event_type == 1) | .user_name + \": \" + .content'
";

/// Watch a room: messages, edits, stars, people who come and go
///
/// With a stored session it joins the room; without one, or with --anonymous, it asks the server every few seconds, which
/// works for public rooms. Lost connections are made again and what was missed is fetched; standard error tells.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Tail {
    /// The number of the room, as in the address …/rooms/1/sandbox
    #[arg(value_parser = values::room)]
    room: RoomId,

    /// End after this many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// End after this many seconds
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,

    /// Do not use the stored session
    #[arg(long)]
    anonymous: bool,

    #[command(flatten)]
    target: Target,

    /// Print each event as a line of JSON, in the server's own form
    ///
    /// Changes of the connection are lines as well: they have a field `feed` and no `event_type`, and do not count for
    /// --count.
    #[arg(long)]
    json: bool,
}

impl Tail {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let file = self.target.session()?;
        let session = if self.anonymous { None } else { file.read(&self.target.server)? };
        let access = session.clone().map_or(Access::Anonymous, |session| Access::Credentials(session.into()));
        let chat = self.target.connect(access)?;
        let mut events = chat.events();
        let deadline = self.seconds.and_then(|seconds| chat.now().mono.checked_add(Duration::from_secs(seconds)));
        let closer = chat.closer();
        interrupt::at_first(move || closer.shut_down(Pending::Drop))?;

        let advise = |failure| self.target.advise(failure);
        let _room = chat.join(self.room).map_err(|error| advise(error.into()))?;
        match chat.me() {
            Some(me) if session.is_some() => {
                eprintln!("-- in room {} as {}", self.room, plain::harmless(&me.name));
            }
            _ => eprintln!("-- reading room {} without an account", self.room),
        }
        let result = self.follow(&chat, &mut events, deadline).map_err(advise);
        if let Some(session) = &session {
            file.renew(session, &chat);
        }
        // The room is left in any case when the connection ends.
        let _ = chat.shut_down(Pending::Drop);
        result
    }

    fn follow(&self, chat: &Chat, events: &mut Events, deadline: Option<Instant>) -> Result<(), Failure> {
        let mut left = self.count;
        while left != Some(0) {
            let event = match next(chat, events, deadline) {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(events.result()?),
                Err(TimedOut) => {
                    return left.map_or(Ok(()), |left| {
                        Err(Failure::new(Code::TimeUp, format!("time is up, and {left} of the events did not come")))
                    });
                }
            };
            if event.room_id.is_none_or(|room| room == self.room) {
                self.show(&event)?;
                if event.event_type().is_some() {
                    left = left.map(|left| left - 1);
                }
            }
            if let EventKind::Feed(FeedChange::RoomLost { room, reason, .. }) = &event.kind {
                return Err(Error::room_closed(*room, reason).into());
            }
        }
        Ok(())
    }

    fn show(&self, event: &Event) -> Result<(), Failure> {
        if self.json {
            output::json(event)?;
        } else if let EventKind::Feed(change) = &event.kind {
            eprintln!("-- {}", line::of_feed(change));
        } else {
            output::line(line::of_event(event))?;
        }
        Ok(())
    }
}

fn next(chat: &Chat, events: &mut Events, deadline: Option<Instant>) -> Result<Option<Event>, TimedOut> {
    match deadline {
        Some(deadline) => events.next_timeout(deadline.saturating_duration_since(chat.now().mono)),
        None => Ok(events.next()),
    }
}
