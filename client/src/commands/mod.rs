//! Commands that people give to a bot: `!!echo hello`, `@Marvin echo hello`.
//!
//! [`Commands`] is a table. [`decide`](Commands::decide) is given every event and the time, and finds the [`Task`] that
//! somebody asks for, if anybody does: who may, whether it is too soon, and what the words mean is settled by then, and
//! nothing has run. Running the task gives an [`Outcome`], and posting that is a step of its own, so that a bot can be
//! tested without any network:
//!
//! ```
//! use std::time::Instant;
//!
//! use sechat_client::commands::{Commands, Rest};
//! use sechat_client::{Event, Me, UserId};
//!
//! let mut commands = Commands::new(Me::new(UserId(5), "Marvin"))
//!     .prefix("!!")
//!     .mentions()
//!     .command("echo TEXT", "says it again", |_, (Rest(text),): (Rest,)| text)
//!     .command("add|sum NUMBER NUMBER", "adds", |_, (a, b): (i32, i32)| {
//!         a.checked_add(b).map(|sum| sum.to_string()).ok_or("that is too much for me")
//!     })
//!     .help("help")
//!     .post_errors(|error| Some(error.to_string()));
//!
//! let mut say = |html: &str| {
//!     let event = serde_json::json!({"event_type": 1, "id": 9, "room_id": 1, "message_id": 70, "user_id": 7,
//!         "user_name": "Ann", "content": html});
//!     let task = commands.decide(&Event::parse(event.to_string().as_bytes()), Instant::now())?;
//!     task.wait().reply
//! };
//! assert_eq!(say("!!echo 5 &lt; 6").as_deref(), Some("5 < 6"));
//! assert_eq!(say("@marvin sum 2 3").as_deref(), Some("5"));
//! assert_eq!(say("!!add 2147483647 1").as_deref(), Some("that is too much for me"));
//! assert_eq!(say("!!add two 3").as_deref(), Some("\"two\": invalid digit found in string. Try: !!add NUMBER NUMBER"));
//! assert_eq!(say("!!help add").as_deref(), Some("!!add NUMBER NUMBER: adds"));
//! assert_eq!(say("good morning"), None);
//! ```
//!
//! With a connection, a whole bot is this; in blocking modes it is the same without `async` and `.await`, with a `for`
//! loop over the events and with `task.wait()`:
//!
//! ```no_run
//! # mod sechat_tokio {
//! #     use std::{future::{Future, pending}, time::Instant};
//! #     use sechat_client::{bytes::Bytes, http::{Request, Response}};
//! #     use sechat_client::{AsyncMode, Mode, Reply, Runtime, Socket, TransportError};
//! #     pub use sechat_client::{commands, Error};
//! #     pub type Chat = sechat_client::Chat<Tokio>;
//! #     #[derive(Clone, Debug)]
//! #     pub struct Tokio;
//! #     pub struct Nowhere;
//! #     impl Socket for Nowhere {
//! #         async fn next(&mut self) -> Option<Result<Bytes, TransportError>> { None }
//! #         async fn close(&mut self) {}
//! #     }
//! #     impl Runtime for Tokio {
//! #         type Socket = Nowhere;
//! #         async fn fetch(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> { pending().await }
//! #         async fn open(&self, _: Request<()>) -> Result<Nowhere, TransportError> { pending().await }
//! #         async fn sleep_until(&self, _: Instant) {}
//! #         fn spawn(&self, _: impl Future<Output = ()> + Send + 'static) {}
//! #     }
//! #     impl Mode for Tokio {
//! #         type Runtime = Self;
//! #         type Reply<T: Send + 'static> = Reply<T>;
//! #         fn runtime() -> Result<Self, Error> { Ok(Self) }
//! #         fn hand_over<T: Send + 'static>(reply: Reply<T>) -> Reply<T> { reply }
//! #     }
//! #     impl AsyncMode for Tokio {}
//! # }
//! use sechat_tokio::commands::{Check, Command, Commands, Rest};
//! use sechat_tokio::{Chat, Error};
//!
//! async fn marvin(chat: Chat) -> Result<(), Error> {
//!     let room = chat.join(1).await?;
//!     let mut events = room.events();
//!     // It is known now, for joining uses the session.
//!     let me = chat.me().ok_or(Error::NotLoggedIn)?;
//!     let owners: Vec<_> = room.access().await?.owners.into_iter().filter_map(|card| card.user.id).collect();
//!     let echo = |_, (Rest(text),): (Rest,)| async move { text };
//!     let mut commands = Commands::new(me)
//!         .prefix("!!")
//!         .mentions()
//!         .with(Command::asynchronous("echo TEXT", "says it again", echo))
//!         .with(Command::new("ping", "for owners", |_, (): ()| "pong").check(Check::users(owners)))
//!         .help("help")
//!         .post_errors(|error| Some(error.to_string()));
//!
//!     while let Some(event) = events.next().await {
//!         let Some(task) = commands.decide(&event, chat.now().mono) else { continue };
//!         // The next command waits until this one is answered. Where that is too long, spawn what follows.
//!         let Some(reply) = task.run().await.post(&chat) else { continue };
//!         // A reply that is dropped is a post taken back, unless it is on its way already: await it.
//!         if let Err(error) = reply.await {
//!             eprintln!("nobody saw the answer: {error}");
//!         }
//!     }
//!     events.result()
//! }
//! ```

mod arguments;
mod check;
mod command;
mod cooldown;
mod error;
mod invocation;
mod task;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use sechat_core::text::{Addressed, addressed, mention, pings};
use sechat_core::{Event, EventKind, Me, MessageId, RoomId, UserId};

pub use arguments::{Argument, Arguments, BadArguments, Many, Maybe, Rest, Words};
pub use check::Check;
pub use command::{Command, IntoAnswer};
pub use error::CommandError;
pub use invocation::{Invocation, Trigger};
pub use task::{Outcome, Task};

use crate::presence::Roles;
use cooldown::Cooldowns;
use invocation::Found;
use task::Job;

type IsOwn = Box<dyn Fn(MessageId) -> bool + Send + Sync>;
type RolesOf = Box<dyn Fn(RoomId, UserId) -> Roles + Send + Sync>;
type ErrorText = Arc<dyn Fn(&CommandError) -> Option<String> + Send + Sync>;

/// The commands of a bot; see the [module](self).
///
/// New messages are looked at, and edited ones if [`edits`](Self::edits) says so. Those of the account itself, of the
/// system and its feeds, and of anonymised users are nobody's commands; neither is a prefix in code or in a quote.
#[must_use = "a table does nothing until it is asked to decide"]
pub struct Commands {
    me: Me,
    prefixes: Vec<String>,
    mentions: bool,
    edits: bool,
    own: Option<IsOwn>,
    roles: RolesOf,
    help: Option<Command>,
    known: Vec<Command>,
    cooldowns: Cooldowns,
    error_text: ErrorText,
}

impl Commands {
    /// An empty table for this account, which is [`Chat::me`](crate::Chat::me). Nothing triggers it yet.
    pub fn new(me: Me) -> Self {
        Self {
            me,
            prefixes: Vec::new(),
            mentions: false,
            edits: false,
            own: None,
            roles: Box::new(|_, _| Roles::default()),
            help: None,
            known: Vec::new(),
            cooldowns: Cooldowns::default(),
            error_text: Arc::new(|_| None),
        }
    }

    /// Messages that begin with this are commands. There may be several; of those that fit, the longest counts. An
    /// empty one changes nothing.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefixes.push(prefix.into());
        self.prefixes.retain(|prefix| !prefix.is_empty());
        self.prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        self
    }

    /// Messages that begin with `@` and the account's name, as far as it pings, are commands, as far as they name one;
    /// others are just talk.
    pub fn mentions(mut self) -> Self {
        self.mentions = true;
        self
    }

    /// Replies to the account's messages are commands, as far as they name one; other replies are just talk.
    ///
    /// `own` tells whether a message is the account's: [`OwnMessages::contains`](crate::OwnMessages::contains) knows,
    /// and `|_| false` leaves it to what the reply itself says.
    pub fn replies(mut self, own: impl Fn(MessageId) -> bool + Send + Sync + 'static) -> Self {
        self.own = Some(Box::new(own));
        self
    }

    /// Looks at edited messages too. A command that was understood before the edit runs once more.
    pub fn edits(mut self) -> Self {
        self.edits = true;
        self
    }

    /// How to learn who owns a room or is a moderator: [`Presence::roles`](crate::Presence::roles), or a list of your
    /// own. Without it nobody is either.
    pub fn roles(mut self, roles: impl Fn(RoomId, UserId) -> Roles + Send + Sync + 'static) -> Self {
        self.roles = Box::new(roles);
        self
    }

    /// Adds a command that everybody may use, with a handler that blocks; see [`Command::new`].
    pub fn command<A: Arguments, R: IntoAnswer>(
        self,
        usage: &str,
        help: &str,
        handler: impl Fn(Invocation, A) -> R + Send + Sync + 'static,
    ) -> Self {
        self.with(Command::new(usage, help, handler))
    }

    /// Adds a command. Of two with the same name the first counts.
    pub fn with(mut self, command: Command) -> Self {
        self.known.push(command);
        self
    }

    /// Adds a command that tells what there is, as far as the one who asks may use it.
    pub fn help(mut self, name: &str) -> Self {
        self.help = Some(Command::new(&format!("{name} [COMMAND]"), "tells what there is", |_, (): ()| ()));
        self
    }

    /// What to post for an error; `None` for nothing, which is what happens unless this is set.
    ///
    /// Its `Display` is fit to be posted, if the errors of your handlers are. Where several bots listen to the same
    /// prefix, leave [`CommandError::Unknown`] out.
    pub fn post_errors(mut self, text: impl Fn(&CommandError) -> Option<String> + Send + Sync + 'static) -> Self {
        self.error_text = Arc::new(text);
        self
    }

    /// What the event asks for, if it asks for anything. `now` is for cooldowns, which begin when a task is given out
    /// that may run.
    pub fn decide(&mut self, event: &Event, now: Instant) -> Option<Task> {
        let message = match &event.kind {
            EventKind::MessagePosted(message) => message,
            EventKind::MessageEdited(message) if self.edits => message,
            _ => return None,
        };
        let (room, user) = (event.room_id?, event.user_id.filter(|user| user.0 > 0 && *user != self.me.id)?);
        let html = message.content.as_deref()?;
        let own = |id| self.own.as_ref().is_some_and(|own| own(id));
        let replied = self.own.is_some() && addressed(event, &self.me, own) == Addressed::Reply;
        let Found { trigger, name, words, content } = invocation::find(html, |text| self.trigger(text, replied))?;
        let invocation = Invocation {
            room,
            message: message.id,
            user,
            user_name: event.user_name.as_deref().unwrap_or_default().to_owned(),
            reply_to: message.reply_to(),
            trigger,
            command: name,
            roles: (self.roles)(room, user),
            content,
        };
        let job = match self.job(&invocation, &words, now) {
            // Whoever talks to the account, or of it, need not want a command.
            Err(CommandError::Unknown { name }) if trigger != Trigger::Prefix && name == invocation.command => {
                return None;
            }
            Err(error) => Job::Ready(Err(error)),
            Ok(job) => job,
        };
        Some(Task::new(invocation, job, Arc::clone(&self.error_text)))
    }

    /// What there is, one command a line: as it is used, and what it does.
    pub fn help_text(&self) -> String {
        self.help_lines(|_| true)
    }

    /// How a message calls this account, and what follows that.
    fn trigger<'t>(&self, text: &'t str, replied: bool) -> Option<(Trigger, &'t str)> {
        let prefixed = |text: &'t str| self.prefixes.iter().find_map(|prefix| text.strip_prefix(prefix.as_str()));
        if let Some(rest) = prefixed(text) {
            return Some((Trigger::Prefix, rest));
        }
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let named = name.starts_with('@') && pings(name, &self.me.name);
        let rest = if named { rest.trim_start() } else { text };
        let trigger = if named && self.mentions { Trigger::Mention } else { Trigger::Reply };
        (trigger == Trigger::Mention || replied).then(|| (trigger, prefixed(rest).unwrap_or(rest)))
    }

    fn job(&mut self, invocation: &Invocation, words: &str, now: Instant) -> Result<Job, CommandError> {
        let name = &invocation.command;
        if self.help.as_ref().is_some_and(|help| help.is_called(name)) {
            return self.helped(invocation, words).map(|text| Job::Ready(Ok(Some(text))));
        }
        let unknown = || CommandError::Unknown { name: name.clone() };
        let index = self.known.iter().position(|command| command.is_called(name)).ok_or_else(unknown)?;
        let command = &self.known[index];
        command.allows(invocation)?;
        let usage = |bad: BadArguments| CommandError::Usage { reason: bad.to_string(), usage: self.usage(command) };
        let job = command.job(invocation, words).map_err(usage)?;
        if let Some((span, user)) = command.cooldown_of(invocation.user) {
            self.cooldowns.start((index, user), span, now).map_err(|left| CommandError::Cooldown { left })?;
        }
        Ok(job)
    }

    fn helped(&self, invocation: &Invocation, words: &str) -> Result<String, CommandError> {
        let wanted = Words::new(words).next_word().map(str::to_lowercase);
        let text = self.help_lines(|command| {
            command.allows(invocation).is_ok() && wanted.as_ref().is_none_or(|name| command.is_called(name))
        });
        match wanted {
            Some(name) if text.is_empty() => Err(CommandError::Unknown { name }),
            _ => Ok(text),
        }
    }

    fn help_lines(&self, wanted: impl Fn(&Command) -> bool) -> String {
        let commands = self.known.iter().chain(&self.help).filter(|command| wanted(command));
        let lines: Vec<_> = commands.map(|command| format!("{}: {}", self.usage(command), command.help())).collect();
        lines.join("\n")
    }

    fn usage(&self, command: &Command) -> String {
        // Of several, the shortest is the one to teach.
        let call = match (self.prefixes.last(), mention(&self.me.name)) {
            (Some(prefix), _) => prefix.clone(),
            (None, Some(name)) => name + " ",
            (None, None) => String::new(),
        };
        call + &command.usage()
    }
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commands")
            .field("prefixes", &self.prefixes)
            .field("commands", &self.known)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
