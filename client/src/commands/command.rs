//! One command.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sechat_core::UserId;

use super::arguments::{Arguments, BadArguments, Words};
use super::check::Check;
use super::error::CommandError;
use super::invocation::Invocation;
use super::task::Job;

type Prepare = Box<dyn Fn(&Invocation, &mut Words<'_>) -> Result<Job, BadArguments> + Send + Sync>;

/// A command: what it is called, who may use it and how often, and what it does.
///
/// ```
/// use std::time::Duration;
///
/// use sechat_client::commands::{Check, Command, Invocation};
/// use sechat_client::{Error, MessageId};
///
/// async fn delete(message: MessageId) -> Result<(), Error> {
///     # let _ = message;
///     Ok(()) // `room.delete(message).await`
/// }
///
/// let command = Command::asynchronous("delete|del MESSAGE", "deletes it", |_, (message,): (MessageId,)| delete(message))
///     .check(Check::owners())
///     .cooldown(Duration::from_secs(5));
/// assert_eq!(command.usage(), "delete MESSAGE");
/// ```
#[must_use = "add it to the table"]
pub struct Command {
    names: Vec<String>,
    arguments: String,
    help: String,
    checks: Vec<Check>,
    cooldown: Option<(Duration, Sharing)>,
    prepare: Prepare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    EachUser,
    Everybody,
}

/// What a handler may give back: nothing, a text to post as a reply, an `Option` of one, or a `Result` of these whose
/// error [`Commands::post_errors`](super::Commands::post_errors) decides about.
pub trait IntoAnswer {
    /// The text to post, if there is one.
    fn into_answer(self) -> Result<Option<String>, Box<dyn Error + Send + Sync>>;
}

impl Command {
    /// A command whose handler runs on the thread that waits for its [`Task`](super::Task).
    ///
    /// `usage` is its names, separated by `|` and without regard to case, and then what it takes, for people to read:
    /// `"kick|boot USER [REASON]"`. What it takes in truth is the type of the handler's second argument, a tuple of
    /// [`Argument`](super::Argument)s.
    pub fn new<A: Arguments, R: IntoAnswer>(
        usage: &str,
        help: &str,
        handler: impl Fn(Invocation, A) -> R + Send + Sync + 'static,
    ) -> Self {
        let handler = Arc::new(handler);
        Self::prepared(usage, help, move |invocation, words| {
            let (handler, invocation, arguments) = (Arc::clone(&handler), invocation.clone(), A::take(words)?);
            Ok(Job::Blocking(Box::new(move || {
                handler(invocation, arguments).into_answer().map_err(CommandError::Failed)
            })))
        })
    }

    /// As [`new`](Self::new), with a handler that gives a future.
    pub fn asynchronous<A: Arguments, F>(
        usage: &str,
        help: &str,
        handler: impl Fn(Invocation, A) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: IntoAnswer> + Send + 'static,
    {
        let handler = Arc::new(handler);
        Self::prepared(usage, help, move |invocation, words| {
            let (handler, invocation, arguments) = (Arc::clone(&handler), invocation.clone(), A::take(words)?);
            // Nothing of the handler runs before the task does.
            Ok(Job::Async(Box::pin(async move {
                let answer = handler(invocation, arguments);
                answer.await.into_answer().map_err(CommandError::Failed)
            })))
        })
    }

    /// Only for some. Of several checks, all must pass; [`Check::or`] makes one of two that need not.
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// How long each user has to wait until they may use it again.
    pub fn cooldown(mut self, span: Duration) -> Self {
        self.cooldown = Some((span, Sharing::EachUser));
        self
    }

    /// How long everybody has to wait once somebody has used it, in any room.
    pub fn shared_cooldown(mut self, span: Duration) -> Self {
        self.cooldown = Some((span, Sharing::Everybody));
        self
    }

    /// Its name and what it takes.
    pub fn usage(&self) -> String {
        let name = self.names.first().map_or("", String::as_str);
        if self.arguments.is_empty() { name.to_owned() } else { format!("{name} {}", self.arguments) }
    }

    pub(super) fn help(&self) -> &str {
        &self.help
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    pub(super) fn allows(&self, invocation: &Invocation) -> Result<(), CommandError> {
        match self.checks.iter().find(|check| !check.passes(invocation)) {
            Some(check) => Err(CommandError::NotAllowed { whom: check.to_string() }),
            None => Ok(()),
        }
    }

    pub(super) fn job(&self, invocation: &Invocation, words: &str) -> Result<Job, BadArguments> {
        (self.prepare)(invocation, &mut Words::new(words))
    }

    /// How long this user's use keeps whom from using it; `None` is everybody.
    pub(super) fn cooldown_of(&self, user: UserId) -> Option<(Duration, Option<UserId>)> {
        self.cooldown.map(|(span, sharing)| (span, (sharing == Sharing::EachUser).then_some(user)))
    }

    fn prepared(
        usage: &str,
        help: &str,
        prepare: impl Fn(&Invocation, &mut Words<'_>) -> Result<Job, BadArguments> + Send + Sync + 'static,
    ) -> Self {
        let (names, arguments) = usage.trim().split_once(char::is_whitespace).unwrap_or((usage.trim(), ""));
        Self {
            names: names.split('|').map(str::to_lowercase).collect(),
            arguments: arguments.trim_start().to_owned(),
            help: help.to_owned(),
            checks: Vec::new(),
            cooldown: None,
            prepare: Box::new(prepare),
        }
    }
}

impl IntoAnswer for () {
    fn into_answer(self) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        Ok(None)
    }
}

impl IntoAnswer for String {
    fn into_answer(self) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        Ok(Some(self))
    }
}

impl IntoAnswer for &str {
    fn into_answer(self) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        Ok(Some(self.to_owned()))
    }
}

impl<T: IntoAnswer> IntoAnswer for Option<T> {
    fn into_answer(self) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        self.map_or(Ok(None), T::into_answer)
    }
}

impl<T: IntoAnswer, E: Into<Box<dyn Error + Send + Sync>>> IntoAnswer for Result<T, E> {
    fn into_answer(self) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        self.map_err(Into::into)?.into_answer()
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").field("names", &self.names).field("checks", &self.checks).finish_non_exhaustive()
    }
}
