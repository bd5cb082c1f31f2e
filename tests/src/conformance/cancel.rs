//! Calls and streams that are dropped half-way: what they leave behind must not show.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::future::{BoxFuture, Either, FutureExt, select};
use sechat_client::{Chat, Error, Reply, Runtime};

use super::stage::{network, read_until, setup};
use super::{Adapter, Driven, Stage};
use crate::{BOT, ROOM};

/// More than any call takes.
const MOST: usize = 60;

/// A call on a new connection, and the text that it would post.
type Begin<R> = fn(&Chat<Driven<R>>, &str) -> BoxFuture<'static, Result<(), Error>>;

/// What a bot does, with all the steps from the login on.
fn calls<R: Runtime>() -> [(&'static str, Begin<R>); 5] {
    [
        ("send", |chat, text| boxed(chat.room(ROOM).send(text))),
        ("join", |chat, _| boxed(chat.join(ROOM))),
        ("log_in", |chat, _| boxed(chat.log_in())),
        ("present", |chat, _| boxed(chat.call(sechat_client::endpoint::ChatHome))),
        ("close", |chat, text| {
            let sent = chat.room(ROOM).send(text);
            let closed = chat.close();
            boxed_with(closed, sent)
        }),
    ]
}

fn boxed<T: Send + 'static>(reply: Reply<T>) -> BoxFuture<'static, Result<(), Error>> {
    reply.map(|result| result.map(drop)).boxed()
}

/// The first, with the second dropped as late as itself.
fn boxed_with<T: Send + 'static>(reply: Reply<()>, kept: Reply<T>) -> BoxFuture<'static, Result<(), Error>> {
    async move {
        let _kept = kept;
        reply.await
    }
    .boxed()
}

/// Each call is dropped when the server has seen none, one, two… of its requests, until it ends by itself.
pub fn calls_dropped_after_each_request<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(after_each_request(&stage)).await;
    });
}

async fn after_each_request<R: Runtime>(stage: &Stage<R>) {
    for (name, begin) in calls() {
        let ended = async |requests: usize, call: &mut BoxFuture<'static, Result<(), Error>>| {
            let enough = stage.look(|server| server.audit().count) + requests as u64;
            let seen = stage.sees("its requests", move |server| server.audit().count >= enough);
            match select(call, pin!(seen)).await {
                Either::Left((result, _)) => Some(result),
                Either::Right(_) => None,
            }
        };
        drop_each_time(stage, name, begin, ended).await;
    }
}

/// Each call is dropped when it was polled never, once, twice…, until it ends by itself.
pub fn calls_dropped_after_each_poll<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(after_each_poll(&stage)).await;
    });
}

async fn after_each_poll<R: Runtime>(stage: &Stage<R>) {
    for (name, begin) in calls() {
        let ended =
            async |polls: usize, call: &mut BoxFuture<'static, Result<(), Error>>| poll_times(call, polls).await;
        drop_each_time(stage, name, begin, ended).await;
    }
}

/// Drops a call after no step, one step, two steps…, and uses the account after each.
async fn drop_each_time<R: Runtime>(
    stage: &Stage<R>,
    name: &str,
    begin: Begin<R>,
    ended: impl AsyncFn(usize, &mut BoxFuture<'static, Result<(), Error>>) -> Option<Result<(), Error>>,
) {
    for steps in 0..MOST {
        let chat = stage.chat();
        let (text, next) = (format!("{name} {steps}"), format!("after {name} {steps}"));
        let before = stage.look(|server| server.audit().requests.len());
        let mut call = begin(&chat, &text);
        let result = ended(steps, &mut call).await;
        drop(call);
        // A post needs the fkey of this page. Closing sends what waits, whoever has dropped it.
        let asked = stage.look(|server| server.audit().requests[before..].iter().any(|r| r.path == "/"));
        let unsent = !asked && name != "close";
        still_works(stage, chat, name, &text, &next).await;
        assert!(!unsent || !stage.texts(ROOM).contains(&text), "{text} was posted though it was dropped before");
        if let Some(result) = result {
            assert_eq!(result, Ok(()), "{name} after {steps} steps");
            return;
        }
    }
    panic!("{name} does not end");
}

async fn still_works<R: Runtime>(stage: &Stage<R>, chat: Chat<Driven<R>>, name: &str, text: &str, next: &str) {
    let posted = if name == "close" {
        // It had begun, and goes on without anybody who waits for it.
        assert_eq!(chat.room(ROOM).send("too late").await, Err(Error::Closed));
        stage.chat().room(ROOM).send(next).await
    } else {
        chat.room(ROOM).send(next).await
    };
    let id = posted.unwrap_or_else(|error| panic!("{next}: {error}"));
    chat.close().await.expect("an end");
    let texts = stage.texts(ROOM);
    let copies = |of: &str| texts.iter().filter(|text| *text == of).count();
    assert!(copies(text) <= 1 && copies(next) == 1 && copies("too late") == 0, "{texts:?}");
    if name != "close" && copies(text) == 1 {
        assert_eq!(texts[texts.len() - 2..], [text, next], "{texts:?}");
    }
    assert_eq!(
        stage.look(|server| server.message(id).map(|message| message.source().to_owned())).as_deref(),
        Some(next)
    );
    stage.sees("no socket, no bot", |server| server.sockets().is_empty() && !server.present(ROOM).contains(&BOT)).await;
}

/// Every wait for an event is dropped after no poll, one poll, two polls…: each event is read once, in order.
pub fn streams_dropped_after_each_poll<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::hurried(A::runtime(network()), setup());
        stage.play(streams(&stage)).await;
    });
}

async fn streams<R: Runtime>(stage: &Stage<R>) {
    const MESSAGES: usize = 100;
    let chat = stage.chat();
    let mut events = chat.join(ROOM).await.expect("a room").events();
    let all: Vec<String> = (0..MESSAGES).map(|number| number.to_string()).collect();
    let mut read = Vec::new();
    for (number, text) in all.iter().enumerate() {
        // Some are there when they are waited for, some are not yet.
        if number % 2 == 0 {
            stage.ada_says(ROOM, text);
        }
        let polled = poll_times(&mut pin!(events.next()), number % 4).await;
        read.extend(polled.map(|event| event.expect("the stream goes on")));
        if number % 2 == 1 {
            stage.ada_says(ROOM, text);
        }
    }
    let mut read: Vec<String> = read.iter().filter_map(super::stage::text_of).map(str::to_owned).collect();
    if read.last() != all.last() {
        read.extend(read_until(&mut events, &all[MESSAGES - 1]).await);
    }
    assert_eq!(read, all);
    let ids: BTreeSet<_> = stage.look(|server| server.messages(ROOM).iter().map(|message| message.id).collect());
    assert_eq!(ids.len(), MESSAGES);
    chat.close().await.expect("an end");
}

/// Polls at each wake-up, but so many times only.
pub(super) async fn poll_times<F: Future + Unpin>(future: &mut F, times: usize) -> Option<F::Output> {
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match Pin::new(&mut *future).poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
