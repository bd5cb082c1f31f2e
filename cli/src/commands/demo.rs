//! `sechat demo`.

mod bot;

use std::time::Instant;

use clap::Args;
use sechat_blocking::{EventKind, FeedChange, MessageId, RoomId, Server, UserId};
use sechat_fixtures::{Close, Listener, Setup, User};

use crate::exit::{EXIT_CODES, Failure};
use crate::output;
use bot::{Bot, failed};

const ROOM: RoomId = RoomId(1);
/// Of the usual setup: somebody without a client.
const ADA: UserId = UserId(102);
const PASSWORD: &str = "correct horse";

/// See two bots talk on a simulated server, survive a lost connection, and miss nothing
///
/// Everything happens on this machine, in some seconds. Each step is checked: the exit code is 1 if one went wrong.
#[derive(Debug, Default, Args)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Demo {}

impl Demo {
    #[expect(clippy::unused_self, reason = "every command runs like this")]
    pub(crate) fn run(self) -> Result<(), Failure> {
        let start = Instant::now();
        let setup = Setup::default().account("marvin@example.com", PASSWORD, User::new(UserId(103), "Marvin"));
        let listener = Listener::start(setup)?;
        say("server", format_args!("a simulated chat listens on {}, in this process", listener.url()))?;
        let (mut bot, mut marvin) = log_in(&listener)?;
        talk(&mut bot, &mut marvin)?;
        lose_the_connection(&listener, &mut bot, &mut marvin)?;
        compare(&listener, &mut bot, &mut marvin)?;
        leave(&listener, &bot, &marvin)?;
        let seconds = start.elapsed().as_secs_f64();
        say(
            "done",
            format_args!("all as it should be, in {seconds:.1} s; `sechat serve` is this server, for your own bot"),
        )
    }
}

fn log_in(listener: &Listener) -> Result<(Bot, Bot), Failure> {
    let server = Server::custom(&listener.url(), &listener.url())?;
    let bot = Bot::log_in(server.clone(), "bot@example.com", PASSWORD)?;
    let marvin = Bot::log_in(server, "marvin@example.com", PASSWORD)?;
    say("login", format_args!("{} and {} have a session each", bot.name, marvin.name))?;
    let (bot, marvin) = (bot.join(ROOM)?, marvin.join(ROOM)?);
    say("join", format_args!("both are in room {ROOM}, with one WebSocket each"))?;
    Ok((bot, marvin))
}

fn talk(bot: &mut Bot, marvin: &mut Bot) -> Result<(), Failure> {
    let question = bot.room.send("Is anybody here?")?;
    marvin.until("the question", |kind| match kind {
        EventKind::MessagePosted(message) if message.id == question => Some(()),
        _ => None,
    })?;
    say("send", format_args!("{}: \"Is anybody here?\"; {} saw it as message {question}", bot.name, marvin.name))?;

    let answer = marvin.room.reply(question, "I am. Life!")?;
    bot.until("the answer, as a reply to the question", |kind| match kind {
        EventKind::MessageReply(message) if message.id == answer => {
            (message.reply_to() == Some(question)).then_some(())
        }
        _ => None,
    })?;
    say("reply", format_args!("{}: \"I am. Life!\"; {} was told of the reply {answer}", marvin.name, bot.name))?;

    let text = "I am. Don't talk to me about *life*.";
    marvin.room.edit(answer, text)?;
    let content = bot.until("the edit", |kind| match kind {
        EventKind::MessageEdited(message) if message.id == answer => message.content.clone(),
        _ => None,
    })?;
    if !content.contains("<i>life</i>") {
        return Err(failed(&format!("the edited message reads {content:?}")));
    }
    say("edit", format_args!("{}: \"{text}\"; the throttle made it wait its turn", marvin.name))
}

fn lose_the_connection(listener: &Listener, bot: &mut Bot, marvin: &mut Bot) -> Result<(), Failure> {
    // One step of the server: no socket can have come back before the last message.
    let meanwhile: Vec<MessageId> = listener.with_server(|server, now| {
        server.cut_sockets(now, &Close::Drop);
        (1..=5).map(|n| server.say(now, ADA, ROOM, &format!("You are offline, and this is message {n}."))).collect()
    });
    say("cut", format_args!("both WebSockets were dropped, and Ada posted {} messages meanwhile", meanwhile.len()))?;
    for each in [bot, marvin] {
        each.until("the loss of the connection", |kind| match kind {
            EventKind::Feed(FeedChange::Reconnecting { .. }) => Some(()),
            _ => None,
        })?;
        let missed = each.until("the end of the recovery", |kind| match kind {
            EventKind::Feed(FeedChange::Resumed { missed, .. }) => Some(*missed),
            _ => None,
        })?;
        if !each.posts().ends_with(&meanwhile) {
            return Err(failed(&format!("{} saw {:?} instead of {meanwhile:?}", each.name, each.posts())));
        }
        say("resume", format_args!("{} is connected again and caught up with {missed} events", each.name))?;
    }
    Ok(())
}

/// What the bots saw and what the server holds must be the same list.
fn compare(listener: &Listener, bot: &mut Bot, marvin: &mut Bot) -> Result<(), Failure> {
    let last = listener.with_server(|server, now| server.say(now, ADA, ROOM, "Goodbye."));
    let held: Vec<MessageId> =
        listener.with_server(|server, _| server.messages(ROOM).iter().map(|message| message.id).collect());
    for each in [bot, marvin] {
        each.until("the last message", |kind| match kind {
            EventKind::MessagePosted(message) if message.id == last => Some(()),
            _ => None,
        })?;
        if each.posts() != held {
            return Err(failed(&format!("{} saw {:?}, and the server has {held:?}", each.name, each.posts())));
        }
    }
    say("compare", format_args!("both saw all {} messages of the room, in order, none twice", held.len()))
}

fn leave(listener: &Listener, bot: &Bot, marvin: &Bot) -> Result<(), Failure> {
    bot.chat.close()?;
    marvin.chat.close()?;
    let present = listener.with_server(|server, _| server.present(ROOM));
    if present != [ADA] {
        return Err(failed(&format!("still in the room: {present:?}")));
    }
    say("leave", format_args!("both have left; Ada is alone again"))
}

fn say(step: &str, text: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    Ok(output::line(format_args!("{step:>8}  {text}"))?)
}
