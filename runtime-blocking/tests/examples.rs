//! The examples, run against a simulated server.

use sechat_fixtures::switches::{Switches, ThrottleCurve};
use sechat_fixtures::{Fault, Listener, Outage, Setup};
use sechat_tests::{BOT, Ended, Example, ROOM, example};
use tempfile::TempDir;

/// What the bot has posted.
fn posts(listener: &Listener) -> Vec<String> {
    listener.with_server(|server, _| {
        let by_bot = server.messages(ROOM).into_iter().filter(|message| message.author == BOT);
        by_bot.map(|message| message.source().to_owned()).collect()
    })
}

#[cfg(unix)]
#[test]
fn the_echo_answers_others_once() {
    sechat_tests::echo::answers_others_once("echo_blocking");
}

#[test]
fn the_code_says_what_became_of_the_message() {
    const NEW: &str = "/chats/1/messages/new";
    // With it, a lost answer could be that of a refusal.
    let mut switches = Switches::default();
    switches.throttle = ThrottleCurve::Off;
    let listener = Listener::start(Setup::default().switches(switches)).unwrap();
    let home = TempDir::new().unwrap();
    let run = |arguments: &[&str], more: &[(&str, &str)]| -> Ended {
        let mut command = example("send_once", &listener.url(), home.path(), arguments);
        command.envs(more.iter().copied());
        Example::start(command).end()
    };

    let sent = run(&["1", "posted"], &[]).expect(0);
    let id = listener.with_server(|server, _| server.messages(ROOM)[0].id);
    assert_eq!(sent.out, format!("{id}\n"));

    assert!(run(&["1"], &[]).expect(64).err.starts_with("usage: "));
    run(&["1", "x"], &[("SECHAT_SERVER", "gopher://chat.example")]).expect(64);
    run(&["1", " "], &[]).expect(65);
    run(&["99", "x"], &[]).expect(69);
    run(&["1", "posted"], &[]).expect(69);

    // The answer to the post is lost: it is there all the same, and the message is found.
    listener.inject(Fault::close_after(NEW));
    run(&["1", "found again"], &[]).expect(0);
    // The request is lost, and nobody can know that.
    listener.inject(Fault::close_before(NEW));
    run(&["1", "lost"], &[]).expect(76);
    listener.outage(Outage::Unavailable);
    run(&["1", "x"], &[]).expect(75);
    listener.outage(Outage::Off);

    assert_eq!(posts(&listener), ["posted", "found again"]);
}

#[test]
fn a_wrong_password_is_told_and_not_shown() {
    let listener = Listener::start(Setup::default()).unwrap();
    let home = TempDir::new().unwrap();
    let mut command = example("send_once", &listener.url(), home.path(), &["1", "x"]);
    command.env("SECHAT_PASSWORD", "open sesame");
    let ended = Example::start(command).end().expect(77);
    assert_eq!((ended.out.as_str(), ended.err.as_str()), ("", "wrong e-mail address or password"));
}
