//! Texts that are too long for one message.

use sechat_core::MessageId;
use sechat_core::text::{MAX_LINE, Split, split, split_within};

use super::Room;
use crate::reply::Reply;
use crate::runtime::Mode;

impl<M: Mode> Room<M> {
    /// Posts a text as one or several messages, cut as [`Split`] says, and gives their ids in order.
    ///
    /// [`Split::AtWord`] is for prose; the default, [`Split::Never`], cuts nothing and refuses what is too long.
    ///
    /// All parts are queued now and in one step, so that nothing else of its priority comes between them, whatever other
    /// threads do. If one fails, or the reply is dropped, those that are not sent yet are taken back.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), for the first part that fails. Where parts before it are posted, the error is
    /// [`Error::Partly`](crate::Error::Partly), which holds their ids and that error.
    /// [`Error::QueueFull`](crate::Error::QueueFull), with no part taken in, if the queue has no room for all.
    pub fn send_split(&self, text: impl AsRef<str>, how: Split) -> M::Reply<Vec<MessageId>> {
        self.post_split(split(text.as_ref(), how), None)
    }

    /// As [`send_split`](Self::send_split), as an answer to a message of this room: its first part is the reply.
    pub fn reply_split(&self, to: impl Into<MessageId>, text: impl AsRef<str>, how: Split) -> M::Reply<Vec<MessageId>> {
        let (to, text) = (to.into(), text.as_ref());
        let parts = match how {
            // Nothing is cut: the engine knows whether the text fits.
            Split::Never => Ok(vec![text.to_owned()]),
            // Replies may be sent with `:ID ` before their text.
            _ => split_within(text, how, MAX_LINE - format!(":{to} ").len()),
        };
        self.post_split(parts, Some(to))
    }

    fn post_split(
        &self,
        parts: Result<Vec<String>, sechat_core::Invalid>,
        reply_to: Option<MessageId>,
    ) -> M::Reply<Vec<MessageId>> {
        let first = std::iter::once(reply_to).chain(std::iter::repeat(None));
        let message = |(text, reply_to)| self.message(text, reply_to);
        let queued = parts.map_err(Into::into).and_then(|parts| {
            let posts: Vec<_> = parts.into_iter().zip(first).map(message).collect();
            self.chat.connection().calls("send", |engine, now| {
                engine.check_queue(posts.len())?;
                Ok(posts.into_iter().map(|post| engine.post(now, post)).collect())
            })
        });
        let replies = match queued {
            Ok(replies) => replies,
            Err(error) => return M::hand_over(Reply::ready(Err(error))),
        };
        M::hand_over(Reply::new(async move {
            let mut ids = Vec::with_capacity(replies.len());
            for reply in replies {
                match reply.await {
                    Ok(id) => ids.push(id),
                    Err(error) => return Err(error.after(ids)),
                }
            }
            Ok(ids)
        }))
    }
}
