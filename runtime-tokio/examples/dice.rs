//! A bot of commands, and its tests, which need no network: `!!roll 2d6`, `!!help`.
//!
//! ```sh
//! cargo test -p sechat-tokio --example dice
//! cargo run -- serve --listen 8080    # and to see it live
//! export SECHAT_SERVER=http://127.0.0.1:8080 SECHAT_EMAIL=bot@example.com SECHAT_PASSWORD='correct horse'
//! cargo run -p sechat-tokio --example dice -- 1
//! ```

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

use sechat_tokio::commands::Commands;
use sechat_tokio::{Chat, Error, RoomId, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let set = |name| env::var(name).map_err(|_| format!("set {name}"));
    let room = env::args().nth(1).ok_or("which room?")?.parse()?;
    let server = env::var("SECHAT_SERVER").map_or(Ok(Server::StackExchange), |server| server.parse())?;
    let chat = Chat::open("session.json", set("SECHAT_EMAIL")?, set("SECHAT_PASSWORD")?, server).await?;

    let closer = chat.closer();
    ctrlc::set_handler(move || closer.close())?;
    let die = |sides| RandomState::new().hash_one(()) % sides + 1;
    let ended = dice(chat.clone(), room, die).await;
    Ok(chat.finish(ended).await?)
}

/// Rolls dice for everybody in the room: `die` is given the number of sides.
pub async fn dice(chat: Chat, room: RoomId, die: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Result<(), Error> {
    let room = chat.join(room).await?;
    let mut events = room.events();
    let me = chat.me().ok_or(Error::NotLoggedIn)?;
    let mut commands = Commands::new(me)
        .prefix("!!")
        .mentions()
        .command("roll DICE", "rolls dice, such as 2d6", move |_, (dice,): (Dice,)| {
            let rolls: Vec<_> = (0..dice.count).map(|_| die(dice.sides)).collect();
            format!("{}: {rolls:?}", rolls.iter().sum::<u64>())
        })
        .help("help")
        .post_errors(|error| Some(error.to_string()));

    while let Some(event) = events.next().await {
        let Some(task) = commands.decide(&event, chat.now().mono) else { continue };
        if let Some(answer) = task.run().await.post(&chat)
            && let Err(error) = answer.await
        {
            eprintln!("nobody saw the answer: {error}");
        }
    }
    events.result()
}

/// So many dice of so many sides.
struct Dice {
    count: u64,
    sides: u64,
}

impl FromStr for Dice {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let dice = word.split_once('d').and_then(|(count, sides)| {
            let count = if count.is_empty() { 1 } else { count.parse().ok()? };
            Some(Self { count, sides: sides.parse().ok()? })
        });
        let dice = dice.ok_or("write it like 2d6")?;
        if (1..=20).contains(&dice.count) && (2..=1000).contains(&dice.sides) {
            Ok(dice)
        } else {
            Err("1 to 20 dice, of 2 to 1000 sides")
        }
    }
}

#[cfg(test)]
mod tests {
    use sechat_fixtures::{Fault, Sim};

    use super::*;

    #[test]
    fn it_rolls_what_it_is_asked_to() {
        let sim = Sim::new();
        let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
        let bot = sim.start(|chat| dice(chat, room.id(), |sides| sides));
        for asked in ["!!roll 2d6", "good morning", "@Bot roll d20", "!!roll twice", "!!roll 1d1"] {
            ada.say(&room, asked);
            sim.run_until_quiet();
        }
        let twice = "\"twice\": write it like 2d6. Try: !!roll DICE";
        let sides = "\"1d1\": 1 to 20 dice, of 2 to 1000 sides. Try: !!roll DICE";
        assert_eq!(bot.sent(), ["12: [6, 6]", "20: [20]", twice, sides]);
    }

    #[test]
    fn it_goes_on_after_all_that_goes_wrong() {
        let sim = Sim::new();
        let (room, ada) = (sim.room("Sandbox"), sim.person("Ada"));
        let bot = sim.start(|chat| dice(chat, room.id(), |sides| sides));
        sim.cut();
        ada.say(&room, "!!roll d6");
        sim.run_until_quiet();
        sim.expire_session();
        ada.say(&room, "!!roll d8");
        sim.run_until_quiet();
        // The room is frozen for a moment: that answer is lost, and the bot is not.
        sim.inject(Fault::answer("/chats/1/messages/new", 404, "no room"));
        ada.say(&room, "!!roll d10");
        sim.run_until_quiet();
        ada.say(&room, "!!roll 2d12");
        sim.run_until_quiet();
        assert_eq!(bot.sent(), ["6: [6]", "8: [8]", "24: [12, 12]"]);
        assert!(bot.is_running());
    }

    #[test]
    fn it_ends_well_at_ctrl_c() {
        let sim = Sim::new();
        let room = sim.room("Sandbox");
        let mut closer = None;
        let bot = sim.start(|chat: Chat| {
            closer = Some(chat.closer());
            dice(chat, room.id(), |sides| sides)
        });
        closer.expect("it has started").close();
        sim.run_until_quiet();
        assert_eq!(bot.output(), Some(Ok(())));
        assert!(!sim.with_server(|server, _| server.present(room.id()).contains(&bot.person().id())));
    }
}
