//! Pages that are made to be hard to read: every reader ends in an answer or an error, soon, and on a small stack.

use std::thread;
use std::time::Instant;

use bytes::Bytes;
use http::Response;
use sechat_core::Event;
use sechat_core::text::Content;
use sechat_tests::read_by_all;

/// The smallest stack that threads of the usual runtimes have is four times as large.
const STACK: usize = 512 << 10;
const SIZE: usize = 64 << 10;

/// Runs in a thread of its own: the main thread's stack would hide what this is about.
fn on_a_small_stack(read: impl FnOnce() + Send + 'static) {
    let reader = thread::Builder::new().stack_size(STACK).spawn(read).expect("a thread");
    reader.join().expect("it ends in order");
}

/// Two million bytes of each of these.
fn pieces() -> Vec<&'static str> {
    vec![
        "<b>",
        "<div>",
        "<div class=message id=message-1>",
        "<div class=monologue><div class=username><a href=/users/1/x>",
        "<div class=roomcard id=room-1><span class=room-name>",
        "<div class=usercard><a class=username href=/users/7/x>",
        "<div class=content>",
        "<li id=summary_1>",
        "<div class=onebox>",
        "<div class=pager><span class=page-numbers>",
        "<a class=tag>",
        "<p><br/>",
        "<td class=room-keycell>",
        "<span class=stars><span class=times>",
    ]
}

#[test]
fn nested_tags_end_in_an_answer_or_an_error() {
    on_a_small_stack(|| {
        for piece in pieces() {
            let start = Instant::now();
            let nested = piece.repeat(SIZE / piece.len());
            let page = format!("<!DOCTYPE html><html><body>{nested}</body></html>");
            for body in [page, format!("{nested}</li>")] {
                for (name, error) in read_by_all(&Response::new(Bytes::from(body))) {
                    if let Some(error) = error {
                        assert!(error.to_string().len() < 4096, "{name}");
                    }
                }
            }
            let t1 = start.elapsed();
            for closed in ["b", "div", "a", "span", "li"] {
                let nested =
                    format!("{}{}", piece.repeat(SIZE / 2 / piece.len()), format!("</{closed}>").repeat(SIZE / 6));
                let page = format!("<!DOCTYPE html><html><body>{nested}</body></html>");
                read_by_all(&Response::new(Bytes::from(page)));
            }
            let t2 = start.elapsed();
            let content = Content::parse(&nested);
            let _ = (content.to_text(), content.to_markdown(), content.clone() == content, format!("{content:?}"));
            eprintln!("{piece:?} {t1:?} {t2:?} {:?}", start.elapsed());
        }
    });
}

#[test]
fn nested_json() {
    on_a_small_stack(|| {
        for piece in ["[", "{\"e\":", "{\"r1\":{\"e\":[", "[{\"a\":"] {
            let nested = piece.repeat(SIZE / piece.len());
            let _ = (Event::parse(nested.as_bytes()), sechat_core::Frame::parse(nested.as_bytes()).is_err());
            read_by_all(&Response::new(Bytes::from(nested)));
        }
    });
}
