//! A bot made of a table of commands.

use sechat_client::commands::{Commands, Rest};
use sechat_fixtures::Sim;
use sechat_tokio::{Chat, Error, RoomId};

async fn serve(chat: Chat, room: RoomId) -> Result<(), Error> {
    let room = chat.join(room).await?;
    let mut events = room.events();
    let Some(me) = chat.me() else { return Err(Error::NotLoggedIn) };
    let mut commands = Commands::new(me)
        .prefix("!!")
        .mentions()
        .command("say TEXT", "says it", |_, (Rest(text),): (Rest,)| text)
        .command("add NUMBER NUMBER", "adds", |_, (a, b): (i32, i32)| {
            a.checked_add(b).map(|sum| sum.to_string()).ok_or("that is too much for me")
        })
        .post_errors(|error| Some(error.to_string()));
    while let Some(event) = events.next().await {
        if let Some(task) = commands.decide(&event, chat.now().mono)
            && let Some(reply) = task.run().await.post(&chat)
        {
            reply.await?;
        }
    }
    Ok(())
}

#[test]
fn it_does_as_it_is_told() {
    let sim = Sim::new();
    let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
    let bot = sim.start(|chat| serve(chat, room.id()));
    for text in ["!!say hello", "@Bot add 2 3", "!!add 2147483647 1", "what a day", "!!add two 3"] {
        ada.say(&room, text);
        sim.run_until_quiet();
    }
    let wrong = "\"two\": invalid digit found in string. Try: !!add NUMBER NUMBER";
    assert_eq!(bot.sent(), ["hello", "5", "that is too much for me", wrong]);
}
