//! One call on its way through the engine, whatever its endpoint.

use std::any::Any;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};

use super::calls::Sink;
use super::io::ExchangeId;
use super::net::Answer;
use super::settle::Settling;
use crate::endpoint::{Endpoint, LeaveAllRooms, LeaveRoom, Nature, NewMessage, Session};
use crate::{Error, MessageId, Now, Refusal, RoomId};

/// A result whose type only its ticket knows.
pub(super) type Boxed = Box<dyn Any + Send>;

/// An endpoint without its type.
pub(super) trait Erased: Send {
    fn nature(&self) -> Nature;
    fn request(&self, session: Session<'_>) -> Request<Bytes>;
    fn parse(&self, response: &Response<Bytes>) -> Result<Boxed, Error>;
    fn settled_by(&self, refusal: &Error) -> Option<Boxed>;
    fn as_any(&self) -> &dyn Any;
    /// The name of its type.
    fn name(&self) -> &'static str;
}

impl<E: Endpoint> Erased for E {
    fn nature(&self) -> Nature {
        E::NATURE
    }

    fn request(&self, session: Session<'_>) -> Request<Bytes> {
        Endpoint::request(self, session)
    }

    fn parse(&self, response: &Response<Bytes>) -> Result<Boxed, Error> {
        Endpoint::parse(self, response).map(|output| Box::new(output) as Boxed)
    }

    fn settled_by(&self, refusal: &Error) -> Option<Boxed> {
        Endpoint::settled_by(self, refusal).map(|output| Box::new(output) as Boxed)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn name(&self) -> &'static str {
        std::any::type_name::<E>().rsplit("::").next().unwrap_or_default()
    }
}

/// A call that has not ended.
pub(super) struct Call {
    pub(super) endpoint: Box<dyn Erased>,
    pub(super) attempts_left: u32,
    pub(super) refusals_left: u32,
    pub(super) tries: u32,
    /// How often it went out again because a page has shown another fkey or cookie.
    pub(super) refreshed: u32,
    pub(super) stage: Stage,
    pub(super) sink: Sink,
    pub(super) sent: Option<Sent>,
    /// An earlier attempt may have been carried out.
    pub(super) maybe_done: bool,
}

/// The circumstances in which a call was sent last.
pub(super) struct Sent {
    pub(super) at: Now,
    /// The state of the session it was built with.
    pub(super) epoch: u64,
    /// How many fkeys there had been.
    pub(super) fkeys: u64,
    /// How often the session had been found to have ended.
    pub(super) session_ends: u64,
    /// The account's latest message known at that time.
    pub(super) latest_own: Option<MessageId>,
}

/// Where a call stands.
#[derive(Debug)]
pub(super) enum Stage {
    /// May be sent, from then on if a time is given.
    Waiting(Option<Instant>),
    /// Sent.
    UnderWay(ExchangeId),
    /// Answered in a way that may mean a bad session; decided when the session has been checked.
    Doubtful(Error),
    /// A post whose fate is being looked up in its room.
    Settling(Settling),
}

/// What an answer means for its call.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It has ended.
    Done(Result<Boxed, Error>),
    /// A passing fault: try again.
    Retry(Error),
    /// The server wants a wait of this long.
    Wait { wait: std::time::Duration, everything: bool },
    /// The session may be bad.
    Doubt(Error),
    /// It may have been carried out. Whether a page came back where something else was due.
    Unknown { error: Error, page: bool },
}

impl Call {
    /// The call's endpoint, if it is of this type.
    pub(super) fn endpoint_as<E: Endpoint>(&self) -> Option<&E> {
        self.endpoint.as_any().downcast_ref()
    }

    /// Whether it leaves a room, or all.
    pub(super) fn leaves(&self) -> bool {
        self.endpoint_as::<LeaveRoom>().is_some() || self.endpoint_as::<LeaveAllRooms>().is_some()
    }

    /// The room that a post was denied in, if that is what the error says.
    pub(super) fn denied_room(&self, error: &Error) -> Option<RoomId> {
        let denied = matches!(error, Error::Refused { reason: Refusal::NoSuchRoomOrNoPermission, .. });
        self.endpoint_as().filter(|_| denied).map(|post: &NewMessage| post.room)
    }

    pub(super) fn judge(&self, answer: Answer) -> Verdict {
        let once = !self.endpoint.nature().is_repeatable();
        let edge_limit = matches!(&answer, Ok(response) if response.status() == 429);
        let page = matches!(&answer, Ok(response) if response.body().trim_ascii_start().starts_with(b"<"));
        let error = match answer.map_err(Error::from).and_then(|response| self.endpoint.parse(&response)) {
            Ok(output) => return Verdict::Done(Ok(output)),
            Err(error) => error,
        };
        if let Some(output) = self.endpoint.settled_by(&error).filter(|_| self.maybe_done) {
            return Verdict::Done(Ok(output));
        }
        match error {
            Error::RateLimited { retry_after } => Verdict::Wait { wait: retry_after, everything: edge_limit },
            Error::Transport(ref fault) if !fault.sent => Verdict::Retry(error),
            Error::Changed { .. } if once => Verdict::Unknown { error, page },
            Error::Transport(_) | Error::Server { .. } if once => Verdict::Unknown { error, page: false },
            Error::Transport(_) | Error::Server { .. } => Verdict::Retry(error),
            Error::Changed { .. }
            | Error::SessionExpired
            | Error::Refused {
                reason: Refusal::NoSuchRoomOrNoPermission | Refusal::BadId | Refusal::Redirected(_) | Refusal::Other(_),
                ..
            } => Verdict::Doubt(error),
            _ if self.maybe_done => Verdict::Done(Err(Error::Uncertain { reason: error.to_string() })),
            _ => Verdict::Done(Err(error)),
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("nature", &self.endpoint.nature())
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
