//! A bot in a process of its own, killed while people talk: what it had dealt with and stored is all that counts.

use sechat_core::MessageId;
use sechat_fixtures::{Listener, Rng, Setup};
use sechat_tests::{ADA, Example, ROOM, example};

const LIVES: usize = 8;

/// Every message is seen; twice only the one that was being dealt with when the bot was killed.
#[test]
fn a_killed_bot_goes_on_where_it_stood() {
    let listener = Listener::start(Setup::default()).expect("a free port");
    let home = tempfile::tempdir().expect("a folder for its state");
    let mut rng = Rng::new(5);
    let mut said = Vec::new();
    let mut say = |count: u64| {
        said.extend((0..count).map(|_| listener.with_server(|server, now| server.say(now, ADA, ROOM, "talk"))));
    };
    let mut lives: Vec<Vec<MessageId>> = Vec::new();
    for _ in 0..LIVES {
        let mut bot = Example::start(example("survivor", &listener.url(), home.path(), &[]));
        assert_eq!(bot.line(), "ready");
        let mut seen = Vec::new();
        for _ in 0..rng.below(20) {
            say(1 + rng.below(3));
            seen.push(id(&bot.line()));
        }
        // Some are under way, some come while there is no bot.
        say(rng.below(5));
        seen.extend(bot.kill().out.lines().map(id));
        say(rng.below(5));
        lives.push(seen);
    }
    say(1);
    let last = *said.last().expect("somebody has talked");
    let mut bot = Example::start(example("survivor", &listener.url(), home.path(), &[]));
    assert_eq!(bot.line(), "ready");
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        seen.push(id(&bot.line()));
    }
    lives.push(seen);

    let mut all: Vec<MessageId> = Vec::new();
    for life in &lives {
        let again = usize::from(life.first().is_some_and(|first| all.last() == Some(first)));
        all.extend(&life[again..]);
    }
    assert_eq!(all, said, "in {lives:?}");
}

fn id(line: &str) -> MessageId {
    MessageId(line.parse().expect("an id"))
}
