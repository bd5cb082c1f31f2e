//! A command that is about to run, and what came of it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use sechat_core::{Error, MessageId, RoomId};

use super::ErrorText;
use super::error::CommandError;
use super::invocation::Invocation;
use crate::blocking::wait;
use crate::chat::Chat;
use crate::reply::Reply;
use crate::runtime::Mode;

/// What makes an answer differ from an equal one, and is not seen; trimming leaves it. And how often it may be added.
const INVISIBLE: char = '\u{200b}';
const VARIANTS: usize = 4;

type Answer = Result<Option<String>, CommandError>;

pub(super) enum Job {
    /// Nothing needs to run.
    Ready(Answer),
    Blocking(Box<dyn FnOnce() -> Answer + Send>),
    Async(Pin<Box<dyn Future<Output = Answer> + Send>>),
}

/// A command that somebody asks for, with its arguments, ready to run; or the error that it comes to without running.
///
/// It borrows nothing, so that it can be run beside the loop that reads events: by `spawn`, on a thread, or right there.
#[must_use = "a task does nothing until it is run"]
pub struct Task {
    invocation: Invocation,
    job: Job,
    error_text: ErrorText,
}

/// What came of a command.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "somebody may wait for the reply: post it"]
pub struct Outcome {
    /// The room that it was asked for in.
    pub room: RoomId,
    /// The message that asked for it.
    pub message: MessageId,
    /// What to post: the answer of the handler, or the text that
    /// [`Commands::post_errors`](super::Commands::post_errors) has for the error.
    pub reply: Option<String>,
    /// Why there is no answer.
    pub error: Option<CommandError>,
}

impl Task {
    /// Runs the handler. A handler that blocks will do so while this is polled: see [`is_blocking`](Self::is_blocking).
    pub async fn run(self) -> Outcome {
        let answer = match self.job {
            Job::Ready(answer) => answer,
            Job::Blocking(job) => job(),
            Job::Async(job) => job.await,
        };
        let Invocation { room, message, .. } = self.invocation;
        match answer {
            Ok(reply) => Outcome { room, message, reply, error: None },
            Err(error) => Outcome { room, message, reply: (self.error_text)(&error), error: Some(error) },
        }
    }

    /// Runs the handler on this thread, to its end. Not for async code.
    pub fn wait(self) -> Outcome {
        wait(self.run())
    }

    /// Whether the handler blocks its thread: async bots [`wait`](Self::wait) for such a one where that does no harm, as
    /// in `tokio::task::spawn_blocking`.
    pub fn is_blocking(&self) -> bool {
        matches!(self.job, Job::Blocking(_))
    }

    /// The error that this comes to without running anything.
    pub fn error(&self) -> Option<&CommandError> {
        if let Job::Ready(Err(error)) = &self.job { Some(error) } else { None }
    }

    /// Who asks for what.
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    pub(super) fn new(invocation: Invocation, job: Job, error_text: ErrorText) -> Self {
        Self { invocation, job, error_text }
    }
}

impl Outcome {
    /// Posts the reply, if there is one, to the message that asked. The answer of a handler that has said the same a
    /// moment ago would be dropped by the server; then this posts it again with a zero-width space or a few at its end.
    /// [`Room::reply`](crate::Room::reply) posts a text as it is.
    ///
    /// # Errors
    ///
    /// Those of [`Room::reply`](crate::Room::reply): [`Error::Duplicate`] where no such space fits, or several such
    /// answers were dropped one after the other.
    pub fn post<M: Mode>(self, chat: &Chat<M>) -> Option<M::Reply<MessageId>> {
        let (mut text, room, question, chat) = (self.reply?, self.room, self.message, chat.clone());
        let post = move |text: String| {
            chat.connection().call("send", move |engine, now| engine.send(now, room, text, Some(question)))
        };
        let first = post(text.clone());
        Some(M::hand_over(Reply::new(async move {
            let mut posted = first.await;
            for _ in 0..VARIANTS {
                if posted != Err(Error::Duplicate) {
                    break;
                }
                text.push(INVISIBLE);
                match post(text.clone()).await {
                    Err(Error::Invalid(_)) => break,
                    other => posted = other,
                }
            }
            posted
        })))
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("invocation", &self.invocation)
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}
