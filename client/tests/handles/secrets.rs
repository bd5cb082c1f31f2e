//! What is logged can be shown to anybody.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::simulated::{EMAIL, PASSWORD, Site};

/// Keeps all that is logged, at any level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
        self.0.lock().unwrap().push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0.lock().unwrap(), "{field}={value:?} ").unwrap();
    }
}

#[test]
fn the_log_holds_no_secret() {
    let log = Log::default();
    // While there is only one, tracing asks the thread that comes first to a place in the code whether anybody listens
    // there: a test beside this one would say no, for all.
    let _another = tracing::Dispatch::new(log.clone());
    let (chat, credentials) = tracing::subscriber::with_default(log.clone(), || {
        let mut site = Site::new();
        let (chat, room, events) = site.bot();
        site.run(room.send("a post")).unwrap();
        site.cut();
        site.wait(std::time::Duration::from_secs(30));
        let credentials = chat.credentials().unwrap();
        write!(log.0.lock().unwrap(), "{chat:?} {room:?} {events:?} {credentials:?}").unwrap();
        (chat, credentials)
    });
    let log = log.0.lock().unwrap().clone();
    for word in ["path=\"/users/login\"", "path=\"/chats/1/messages/new\"", "opening a socket", "a socket ended"] {
        assert!(log.contains(word), "{word} is not logged:\n{log}");
    }
    for secret in [EMAIL, PASSWORD, "a post"] {
        assert!(!log.contains(secret), "{secret} is logged:\n{log}");
    }
    // Cookies, fkeys and the addresses of sockets all look like this.
    let session = credentials.to_json();
    for text in [&log, &format!("{chat:?}")] {
        let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        assert_eq!(words.find(|word| word.len() >= 16 && word.chars().any(|letter| letter.is_ascii_digit())), None);
    }
    assert!(session.split('"').any(|word| word.len() >= 16), "the check finds what it looks for: {}", session.len());
}
