//! What is made to be hard to read: every reader ends in an answer or an error, on a small stack, and soon.

use std::fmt::Write as _;
use std::thread;

use bytes::Bytes;
use http::Response;
use sechat_core::text::Content;
use sechat_core::{Event, Frame, RoomSnapshot};
use sechat_tests::read_by_all;

/// A quarter of what threads of the usual runtimes have.
const STACK: usize = 512 << 10;
const SIZE: usize = 2 << 20;

/// A tag that many readers look for.
const LONG: &str = "<div class='message monologue content username roomcard usercard onebox quote signature mention ob-post \
                    usercard-xxl roomcard-xxl user-stats stats-count page-numbers tag full partial messages times' \
                    id='message-1' title='7' href='/users/7/ada'>";

/// Runs in a thread of its own: the main thread's stack would hide what this is about.
fn on_a_small_stack(read: impl FnOnce() + Send + 'static) {
    let reader = thread::Builder::new().stack_size(STACK).spawn(read).expect("a thread");
    reader.join().expect("it ends in order");
}

fn page(body: &str) -> String {
    format!("<!DOCTYPE html><html><body>{body}</body></html>")
}

fn read_everywhere(body: String) {
    for (name, error) in read_by_all(&Response::new(Bytes::from(body))) {
        if let Some(error) = error {
            assert!(format!("{error} {error:?}").len() < 4096, "{name} keeps an excerpt");
        }
    }
}

#[test]
fn pages_of_nested_tags() {
    on_a_small_stack(|| {
        let many = LONG.repeat(SIZE / LONG.len());
        read_everywhere(page(&many));
        read_everywhere(many + "</li>");
    });
}

/// Each is around all that follow, so that their insides together would be the square of the page.
#[test]
fn pages_of_nested_elements() {
    on_a_small_stack(|| {
        let times = (SIZE / 4) / LONG.len();
        read_everywhere(page(&format!("{}{}", LONG.repeat(times), "</div>".repeat(times))));
    });
}

#[test]
fn messages_of_nested_tags() {
    on_a_small_stack(|| {
        for piece in
            [LONG, "<b>", "<div class='onebox ob-post'>", "<a href=x>", "<pre class=full>", "<span class=mention>"]
        {
            let content = Content::parse(&piece.repeat(SIZE / piece.len()));
            let mut shown = String::new();
            write!(shown, "{content:?}").expect("memory");
            assert!(content.clone() == content && content.to_text().len() + content.to_markdown().len() < SIZE);
        }
    });
}

#[test]
fn nested_json() {
    on_a_small_stack(|| {
        for piece in ["[", "{\"e\":", "{\"r1\":{\"e\":[", "[{\"a\":", "{\"events\":["] {
            let nested = piece.repeat(SIZE / piece.len());
            assert_eq!(Event::parse(nested.as_bytes()).event_type(), None);
            assert!(Frame::parse(nested.as_bytes()).is_err() && RoomSnapshot::parse(nested.as_bytes()).is_err());
            let inside =
                format!(r#"{{"event_type":1,"message_id":2,"x":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
            assert_eq!(Event::parse(inside.as_bytes()).event_type(), None);
        }
        read_everywhere("[".repeat(100_000));
        read_everywhere("{\"a\":".repeat(50_000));
    });
}
