//! Idle connections.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Instant;

use futures_util::io::AsyncRead;

use crate::network::{IDLE, KEPT, Stream, Target};

#[derive(Default)]
pub(super) struct Pool {
    idle: Mutex<BTreeMap<Target, Vec<(Instant, Stream)>>>,
}

impl Pool {
    /// The connection used last, if it is still good.
    pub(super) fn take(&self, target: &Target) -> Option<Stream> {
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = all.get_mut(target)?;
        while let Some((since, mut stream)) = idle.pop() {
            if since.elapsed() < IDLE && is_quiet(&mut stream) {
                return Some(stream);
            }
        }
        None
    }

    pub(super) fn put(&self, target: Target, stream: Stream) {
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, idle| {
            idle.retain(|(since, _)| since.elapsed() < IDLE);
            !idle.is_empty()
        });
        let idle = all.entry(target).or_default();
        if idle.len() == KEPT {
            idle.remove(0);
        }
        idle.push((Instant::now(), stream));
    }
}

/// Whether nothing has come in: neither the end nor bytes that nobody asked for.
fn is_quiet(stream: &mut Stream) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(stream).poll_read(&mut context, &mut [0]).is_pending()
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}
