//! What an example that echoes has to do, on whatever runtime.

use sechat_fixtures::{Listener, Setup};

use crate::cast::{ADA, BOT, ROOM};
use crate::example::{Example, PATIENCE, example};

/// It answers others, once and in order, does not answer itself, and leaves its room at Ctrl-C.
///
/// # Panics
///
/// Unless it does.
pub fn answers_others_once(program: &str) {
    let listener = Listener::start(Setup::default()).expect("a port is free");
    let home = tempfile::tempdir().expect("a folder for its session");
    let bot = Example::start(example(program, &listener.url(), home.path(), &["1"]));
    let joined = listener.wait_for(PATIENCE, |server| server.present(ROOM).contains(&BOT).then_some(()));
    assert!(joined.is_some(), "it joins");
    let said = ["!!echo one", "two", "!!echo !!echo three", "!!echo four"];
    let said = said.map(|text| listener.with_server(|server, now| server.say(now, ADA, ROOM, text)));
    let answers = || {
        listener.wait_for(PATIENCE, |server| {
            let by_bot = server.messages(ROOM).into_iter().filter(|message| message.author == BOT);
            let answers: Vec<_> = by_bot.map(|answer| (answer.source().to_owned(), answer.parent)).collect();
            (answers.len() == 3).then_some(answers)
        })
    };
    let expected = [("one", said[0]), ("!!echo three", said[2]), ("four", said[3])];
    let expected = expected.map(|(text, to)| (text.to_owned(), Some(to)));
    assert_eq!(answers().as_deref(), Some(&expected[..]));
    bot.interrupt();
    let ended = bot.end().expect(0);
    assert_eq!(ended.err, "");
    assert!(!listener.with_server(|server, _| server.present(ROOM).contains(&BOT)), "it has left");
    assert_eq!(answers().as_deref(), Some(&expected[..]), "and said nothing more");
}
