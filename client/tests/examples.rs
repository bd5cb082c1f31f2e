//! The example, run against a simulated server.

#![cfg(unix)]

use sechat_fixtures::{Listener, Setup};
use sechat_tests::{ADA, BOT, Example, PATIENCE, ROOM, example};

#[test]
fn a_game_gives_chat_its_turns() {
    let listener = Listener::start(Setup::default()).unwrap();
    let mut game = Example::start(example("foreign_loop", &listener.url(), &std::env::temp_dir(), &["1"]));
    let joined = listener.wait_for(PATIENCE, |server| server.present(ROOM).contains(&BOT).then_some(()));
    assert!(joined.is_some(), "it joins");
    let asked = listener.with_server(|server, now| server.say(now, ADA, ROOM, "!!frame"));
    let answer = listener.wait_for(PATIENCE, |server| {
        let answer = server.messages(ROOM).into_iter().find(|message| message.author == BOT)?;
        Some((answer.source().to_owned(), answer.parent))
    });
    let (text, parent) = answer.expect("it answers");
    assert_eq!(parent, Some(asked));
    let frame = text.strip_prefix("This is frame ").and_then(|rest| rest.strip_suffix('.')).unwrap();
    assert_eq!(game.line(), format!("frame {frame}: Ada: !!frame"));
    game.interrupt();
    let ended = game.end().expect(0);
    assert_eq!((ended.out.as_str(), ended.err.as_str()), ("", ""));
    listener.with_server(|server, _| {
        assert!(!server.present(ROOM).contains(&BOT), "it has left");
        assert_eq!(server.messages(ROOM).len(), 2);
    });
}
