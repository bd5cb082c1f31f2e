//! Somebody talks with a bot, and makes trouble for it.

use std::thread;
use std::time::Duration;

use sechat_blocking::{Chat, Error, EventKind, Server};
use sechat_fixtures::{Listener, Message, Setup};
use sechat_tests::{ADA, BOT, EMAIL, PASSWORD, ROOM};
use serde_json::json;

use crate::chromium::Tab;
use crate::{LIVE, local_chat};

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for a message that is as it should be.
fn wait(listener: &Listener, what: &str, like: impl Fn(&Message) -> bool) -> Message {
    let found = listener.wait_for(PATIENCE, |server| server.messages(ROOM).into_iter().find(|m| like(m)).cloned());
    found.unwrap_or_else(|| panic!("{what}: not seen"))
}

fn shown(text: &str) -> String {
    format!(
        "[...document.querySelectorAll('#local-log .text')].some((one) => one.textContent.includes({}))",
        json!(text)
    )
}

#[test]
fn every_button_does_what_it_says() {
    let listener = local_chat(Setup::default());
    let Some(mut tab) = Tab::open() else { return };
    tab.go(&format!("{}/rooms/1", listener.url()));
    tab.until(LIVE);
    tab.until("document.querySelector('#local-who').selectedOptions[0]?.text === 'Ada'");

    // Post, by the button.
    tab.click("#local-text");
    tab.type_text("Is anybody here?");
    tab.click("#local-send");
    let posted = wait(&listener, "the post", |m| m.author == ADA && m.source() == "Is anybody here?");
    tab.until(&shown("Is anybody here?"));

    // What others say is there without asking.
    let said = listener.with_server(|server, now| server.say(now, BOT, ROOM, "I am, **of course**."));
    tab.until(&format!("document.querySelector('#local-m{said} .text b')?.textContent === 'of course'"));

    // Reply, by the keyboard.
    tab.click(&format!("#local-m{said} [data-act=reply]"));
    tab.type_text("Good.");
    tab.press("Enter", 13);
    let reply = wait(&listener, "the reply", |m| m.source() == "Good." && m.parent == Some(said));
    assert!(reply.show_parent);
    tab.until(&format!("document.querySelector('#local-m{} .parent').textContent.includes('Bot: I am')", reply.id));

    // Edit: the old source is there to be changed.
    let id = posted.id;
    tab.click(&format!("#local-m{id} [data-act=edit]"));
    tab.until("document.querySelector('#local-text').value === 'Is anybody here?'");
    tab.type_text(" Please!");
    tab.click("#local-send");
    wait(&listener, "the edit", |m| m.id == id && m.source() == "Is anybody here? Please!");
    tab.until(&shown("Please!"));

    // Star and pin, and take both back.
    tab.click(&format!("#local-m{said} [data-act=star]"));
    wait(&listener, "the star", |m| m.id == said && m.stars.contains(&ADA));
    tab.until(&format!("document.querySelector('#local-m{said} .stars')"));
    tab.click(&format!("#local-m{said} [data-act=star]"));
    wait(&listener, "the star taken back", |m| m.id == said && m.stars.is_empty());
    tab.until(&format!("!document.querySelector('#local-m{said} .stars')"));
    tab.click(&format!("#local-m{said} [data-act=pin]"));
    wait(&listener, "the pin", |m| m.id == said && m.pins.contains(&ADA));
    tab.until(&format!("document.querySelector('#local-m{said}.pinned')"));

    // Delete.
    tab.click(&format!("#local-m{} [data-act=delete]", reply.id));
    wait(&listener, "the deletion", |m| m.id == reply.id && m.deleted == Some(ADA));
    tab.until(&format!("document.querySelector('#local-m{} .faint')", reply.id));

    // Somebody new, who talks at once.
    tab.click("#local-name");
    tab.type_text("Grace");
    tab.press("Enter", 13);
    tab.until("document.querySelector('#local-who').selectedOptions[0]?.text === 'Grace'");
    tab.click("#local-text");
    tab.type_text("Hello from me");
    tab.press("Enter", 13);
    tab.until(&shown("Hello from me"));
    tab.until("document.querySelectorAll('#local-people .present').length === 3");

    let errors = tab.told("Runtime.exceptionThrown");
    assert!(errors.is_empty(), "{errors:?}");
    let elsewhere: Vec<_> = tab.asked().into_iter().filter(|url| !url.contains(&listener.addr().to_string())).collect();
    assert!(elsewhere.is_empty(), "it asked elsewhere: {elsewhere:?}");
}

/// Answers `!!echo` until its chat is closed.
fn echo(chat: &Chat) -> Result<(), Error> {
    let room = chat.join(1)?;
    let mut events = room.events().by_others();
    for event in &mut events {
        if let EventKind::MessagePosted(message) = event.kind
            && let Some(words) = message.markdown().strip_prefix("!!echo ")
        {
            // Where nobody knows what has become of it, it is not posted again; the next one is.
            match room.reply(message.id, words) {
                Ok(_) | Err(Error::Uncertain { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    events.result()
}

#[test]
fn the_panel_makes_trouble_and_one_sees_what_the_bot_does() {
    let listener = local_chat(Setup::default());
    let Some(mut tab) = Tab::open() else { return };
    let home = tempfile::tempdir().unwrap();
    let server: Server = listener.url().parse().unwrap();
    let chat = Chat::open(home.path().join("session.json"), EMAIL, PASSWORD, server).unwrap();
    let bot = thread::spawn({
        let chat = chat.clone();
        move || echo(&chat)
    });
    tab.go(&format!("{}/rooms/1", listener.url()));
    tab.until(LIVE);
    tab.until("document.querySelector('#local-people .wired b')?.textContent === 'Bot'");
    let talk = |tab: &mut Tab, words: &str| {
        tab.click("#local-text");
        tab.type_text(&format!("!!echo {words}"));
        tab.press("Enter", 13);
        tab.until(&shown(words));
        wait(&listener, words, |m| m.author == BOT && m.source().ends_with(words));
        tab.until(&format!(
            "document.querySelector('#local-log [data-user=\"{BOT}\"]:last-of-type') && {}",
            shown(words)
        ));
    };
    talk(&mut tab, "one");

    // The sockets are cut, and all come back.
    for (how, times) in [("drop", 2), ("close", 3)] {
        tab.choose("#local-how", how);
        tab.click("#local-cut");
        tab.until(&format!("document.querySelector('#local-link').dataset.times === '{times}' && {LIVE}"));
        tab.until("document.querySelector('#local-people .wired b')?.textContent === 'Bot'");
        talk(&mut tab, how);
    }

    // The logins end: the bot logs in again, which the list of requests shows.
    let logins = "[...document.querySelectorAll('#local-asked code')].filter((one) => \
                  one.textContent === 'POST /users/login').length";
    assert_eq!(tab.value(logins), 1);
    tab.click("#local-expire");
    talk(&mut tab, "who are you");
    tab.until(&format!("{logins} === 2"));

    // The answer to its next post is lost. It does not post again.
    tab.click("#local-lose");
    talk(&mut tab, "lost");
    tab.until("[...document.querySelectorAll('#local-asked .bad .status')].some((one) => one.textContent === 'cut')");
    talk(&mut tab, "after");
    let twice = listener.with_server(|server, _| {
        server.messages(ROOM).into_iter().filter(|m| m.author == BOT && m.source().ends_with("lost")).count()
    });
    assert_eq!(twice, 1);

    // The server is away, though not for the page.
    tab.choose("#local-seconds", "300");
    tab.click("#local-outage");
    tab.until("document.querySelector('#local-outage').textContent.startsWith('End')");
    assert_eq!(tab.value("fetch('/faq').then((answer) => answer.status)"), 503);
    tab.click("#local-text");
    tab.type_text("!!echo patience");
    tab.press("Enter", 13);
    tab.until(
        "[...document.querySelectorAll('#local-asked .status')].filter((one) => one.textContent === '503').length > 1",
    );
    tab.click("#local-outage");
    tab.until("document.querySelector('#local-outage').textContent === 'Start'");
    talk(&mut tab, "back again");

    tab.choose("#local-curve", "off");
    let off = |server: &sechat_fixtures::ChatServer| {
        (server.switches().throttle == sechat_fixtures::switches::ThrottleCurve::Off).then_some(())
    };
    assert!(listener.wait_for(PATIENCE, off).is_some());

    chat.close().unwrap();
    bot.join().unwrap().unwrap();
}
