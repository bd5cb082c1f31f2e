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
    /// All parts are queued now, so that nothing else of this account comes between them. If one fails, or the reply is
    /// dropped, those that are not sent yet are taken back.
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
        let connection = self.chat.connection();
        let fitting = parts.map_err(Into::into).and_then(|parts| {
            connection.look(|engine| engine.check_queue(parts.len()))?;
            Ok(parts)
        });
        let parts = match fitting {
            Ok(parts) => parts,
            Err(error) => return M::hand_over(Reply::ready(Err(error))),
        };
        let mut reply_to = reply_to;
        let post = |text| {
            let post = self.message(text, reply_to.take());
            connection.call("send", |engine, now| engine.post(now, post))
        };
        let replies: Vec<_> = parts.into_iter().map(post).collect();
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
