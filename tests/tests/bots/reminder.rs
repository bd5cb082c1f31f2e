//! Reminds people of the tea, after a time that nobody has to wait for in a test.

use std::time::Duration;

use sechat_fixtures::Sim;
use sechat_tokio::{Chat, Error, EventKind, RoomId};

async fn remind(chat: Chat, room: RoomId) -> Result<(), Error> {
    let room = chat.join(room).await?;
    let mut events = room.events();
    while let Some(event) = events.next().await {
        if let EventKind::MessagePosted(message) = event.kind
            && message.content.as_deref() == Some("tea, please")
        {
            chat.sleep(Duration::from_secs(240)).await?;
            room.reply(message.id, "Your tea is ready.").await?;
        }
    }
    Ok(())
}

#[test]
fn the_tea_takes_four_minutes() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| remind(chat, room.id()));
    ada.say(&room, "tea, please");
    sim.run_until_quiet();
    sim.advance(Duration::from_secs(230));
    assert!(bot.sent().is_empty());
    sim.advance(Duration::from_secs(20));
    assert_eq!(bot.sent(), ["Your tea is ready."]);
}
