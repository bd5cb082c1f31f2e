//! The picture in the README: `cargo test -p sechat-tests --test browser -- --ignored` draws it anew,
//! and `pngquant` makes it small.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sechat_core::UserId;
use sechat_fixtures::{Listener, Room, Setup, User};
use sechat_tests::{ADA, BOT, EMAIL, PASSWORD, ROOM};
use sechat_tokio::{Chat, Server};
use serde_json::json;

use crate::chromium::Tab;
use crate::dice::dice;
use crate::{LIVE, local_chat};

const GRACE: UserId = UserId(104);
const PATIENCE: Duration = Duration::from_secs(60);

fn setup() -> Setup {
    let bot = User::new(BOT, "Dicebot");
    Setup::empty()
        .account(EMAIL, PASSWORD, bot)
        .user(User::new(ADA, "Ada"))
        .user(User::new(GRACE, "Grace"))
        .room(Room::new(ROOM, "Sandbox").description("Where bots learn to talk"))
}

/// Somebody says something, and the bot answers.
fn ask(listener: &Listener, who: UserId, text: &str) {
    let asked = listener.with_server(|server, now| server.say(now, who, ROOM, text));
    let answered = |server: &sechat_fixtures::ChatServer| {
        server.messages(ROOM).into_iter().any(|message| message.parent == Some(asked)).then_some(())
    };
    listener.wait_for(PATIENCE, answered).expect("the bot answers");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes docs/local-chat.png"]
async fn picture() {
    let listener = local_chat(setup());
    let Some(mut tab) = Tab::open() else { return };
    let say = |who, text: &str| listener.with_server(|server, now| server.say(now, who, ROOM, text));
    listener.with_server(|server, now| server.enter(now, GRACE, ROOM));
    let news = say(ADA, "I have a bot here that rolls dice. Ask it for `!!help`.");
    listener.with_server(|server, now| server.pin_message(now, ADA, news));
    tab.go(&format!("{}/rooms/1", listener.url()));
    tab.until(LIVE);

    let home = tempfile::tempdir().unwrap();
    let server: Server = listener.url().parse().unwrap();
    let chat = Chat::open(home.path().join("session.json"), EMAIL, PASSWORD, server).await.unwrap();
    let thrown = AtomicU64::new(5);
    let die = move |sides| thrown.fetch_add(7, Ordering::Relaxed) * 13 % sides + 1;
    let bot = tokio::spawn(dice(chat.clone(), ROOM, die));
    tab.until("document.querySelector('#local-people .wired')");
    ask(&listener, GRACE, "!!help");
    ask(&listener, GRACE, "!!roll 3d20");
    say(ADA, "Now watch what it does when its *socket is cut* and its **login has expired**:");
    tab.click("#local-cut");
    tab.click("#local-expire");
    tab.until(LIVE);
    ask(&listener, ADA, "!!roll 2d6");
    let last = say(GRACE, "It is back, and it has not missed a word.");
    listener.with_server(|server, now| server.star_message(now, ADA, last));
    tab.until(&format!("document.querySelector('#local-m{last} .stars')"));
    tab.until("document.querySelector('#local-asked').innerText.includes('404')");
    tab.click("#local-text");
    tab.type_text("!!roll 4d6");
    tab.hover(&format!("#local-m{last} .text"));
    tab.until("document.querySelector('#local-asked li:last-child code').textContent.endsWith('/messages/new')");
    let picture = tab.call("Page.captureScreenshot", &json!({ "format": "png" }));
    let picture = data_encoding::BASE64.decode(picture["data"].as_str().unwrap().as_bytes()).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/local-chat.png");
    std::fs::write(path, picture).unwrap();

    chat.close().await.unwrap();
    bot.await.unwrap().unwrap();
}
