use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::*;

fn commands() -> Commands {
    Commands::new(Me::new(UserId(5), "Marvin Bot"))
        .prefix("!!")
        .command("echo|Say TEXT", "says it again", |_, (Rest(text),): (Rest,)| text)
        .command("add NUMBER NUMBER", "adds", |_, (a, b): (u8, u8)| a.checked_add(b).map(|sum| sum.to_string()))
        .post_errors(|error| Some(error.to_string()))
}

/// A new message with this HTML.
fn said(html: &str) -> Event {
    message(html, json!({}))
}

fn message(html: &str, other: Value) -> Event {
    let mut event = json!({"event_type": 1, "id": 9, "room_id": 1, "message_id": 80, "user_id": 7, "user_name": "Ann",
        "content": html});
    let Value::Object(other) = other else { panic!() };
    event.as_object_mut().unwrap().extend(other);
    Event::parse(event.to_string().as_bytes())
}

fn reply(commands: &mut Commands, event: &Event) -> Option<String> {
    commands.decide(event, Instant::now())?.wait().reply
}

/// What comes of messages with this HTML.
fn replies<const N: usize>(mut commands: Commands, html: [&str; N]) -> [Option<String>; N] {
    html.map(|html| reply(&mut commands, &said(html)))
}

#[test]
fn a_prefix_calls_at_the_start_and_not_in_code() {
    for html in ["!!echo hi", " !! SAY  hi ", "<b>!!echo</b> hi", "!!<i>echo</i> <code>hi</code>", "&#33;!echo hi"] {
        assert_eq!(reply(&mut commands(), &said(html)).as_deref(), Some("hi"), "{html}");
    }
    let quote = "<div class='onebox ob-message'><div class='quote'>!!echo hi</div></div>";
    for html in ["echo hi", "so !!echo hi", "<code>!!echo hi</code>", "<pre>!!echo hi</pre>", quote, "!!", "!", "", " "]
    {
        assert!(commands().decide(&said(html), Instant::now()).is_none(), "{html}");
    }
    let two = commands().prefix("!!/").prefix("");
    assert_eq!(replies(two, ["!!/echo 1", "!!echo 2", "echo 3"]).map(Option::unwrap_or_default), ["1", "2", ""]);
}

#[test]
fn lines_and_addresses_arrive_whole() {
    let lines = "<div class='full'>!!echo a <br> b</div>";
    let found = "!!echo <a href=\"https://www.a.example/long/way?x=1&amp;y=2\" rel=\"nofollow\">a.example/long/w…</a>";
    let named = "!!echo <a href=\"https://a.example/\">my page</a>";
    assert_eq!(
        replies(commands(), [lines, found, named]).map(Option::unwrap),
        ["a\nb", "https://www.a.example/long/way?x=1&y=2", "my page"]
    );
}

#[test]
fn mentions_and_replies_call_when_wanted() {
    let by_name = "@MarvinBot echo hi";
    assert_eq!(replies(commands(), [by_name]), [None]);
    let named = [by_name, "@marvin !!echo hi", "<span class='mention'>@Marvin</span>: echo hi", "@Mary echo hi"];
    assert_eq!(replies(commands().mentions(), named).map(Option::unwrap_or_default), ["hi", "hi", "hi", ""]);
    let talk = ["@MarvinBot good morning", "@MarvinBot help what", "!!what", "@MarvinBot add 1"];
    let answered = replies(commands().mentions().help("help"), talk).map(|reply| reply.is_some());
    assert_eq!(answered, [false, true, true, true]);

    let mut commands = commands().replies(|message| message == MessageId(70));
    let mut answer = |html, parent: u64| {
        let event = message(html, json!({"parent_id": parent, "show_parent": true}));
        commands.decide(&event, Instant::now()).map(|task| (task.invocation().trigger, task.wait().reply.unwrap()))
    };
    let hi = Some((Trigger::Reply, "hi".to_owned()));
    assert_eq!((answer("echo hi", 70), answer("@MarvinBot echo hi", 70)), (hi.clone(), hi));
    assert_eq!((answer("thanks", 70), answer("echo hi", 71)), (None, None));
    assert_eq!(answer("!!echo hi", 71).unwrap().0, Trigger::Prefix);
}

#[test]
fn some_have_no_commands() {
    for other in [
        json!({"user_id": 5}),
        json!({"user_id": -2}),
        json!({"user_id": null}),
        json!({"room_id": null}),
        json!({"event_type": 2}),
        json!({"event_type": 8, "target_user_id": 5}),
        json!({"event_type": 10}),
        json!({"content": null}),
    ] {
        assert!(commands().decide(&message("!!echo hi", other.clone()), Instant::now()).is_none(), "{other}");
    }
    let edited = message("!!echo hi", json!({"event_type": 2, "message_edits": 1}));
    assert_eq!(reply(&mut commands().edits(), &edited).as_deref(), Some("hi"));
}

#[test]
fn arguments_are_typed() {
    let commands = commands()
        .command("maybe WORD [NUMBER]", "", |_, (word, Maybe(number)): (String, Maybe<i8>)| format!("{word}{number:?}"))
        .command("many NUMBER…", "", |_, (Many(numbers),): (Many<i8>,)| format!("{numbers:?}"))
        .command("all", "", |_, (a, b, c, d): (RoomId, MessageId, char, bool)| format!("{a} {b} {c} {d}"))
        .command("none", "", |_, (): ()| "nothing");
    let html = [
        "!!add 2 3",
        "!!add 2 x",
        "!!add 2",
        "!!add 2 3 4 5",
        "!!maybe \"a b\" -1",
        "!!maybe a",
        "!!many 1 2 3",
        "!!many",
        "!!all 1 2 x true",
        "!!none",
        "!!echo",
    ];
    assert_eq!(
        replies(commands, html).map(Option::unwrap),
        [
            "5",
            "\"x\": invalid digit found in string. Try: !!add NUMBER NUMBER",
            "something is missing. Try: !!add NUMBER NUMBER",
            "\"4 5\" is more than I need. Try: !!add NUMBER NUMBER",
            "a bSome(-1)",
            "aNone",
            "[1, 2, 3]",
            "[]",
            "1 2 x true",
            "nothing",
            "something is missing. Try: !!echo TEXT",
        ]
    );
}

#[test]
fn checks_tell_whom_a_command_is_for() {
    let roles = |room, user| Roles { owner: room == RoomId(1) && user == UserId(7), moderator: user == UserId(8) };
    let stop = |name, check| Command::new(name, "stops", |_, (): ()| "stopped").check(check);
    let hers = Check::new("people called Ann", |invocation: &Invocation| invocation.user_name == "Ann");
    let mut commands = commands()
        .roles(roles)
        .with(stop("owner", Check::owners()))
        .with(stop("moderator", Check::moderators()))
        .with(stop("user", Check::users([UserId(9)]).or(Check::moderators())))
        .with(stop("room", Check::rooms([RoomId(2)])))
        .with(stop("ann", hers).check(Check::owners()));
    let mut may = |name: &str| {
        [(1, 7), (2, 7), (1, 8), (1, 9)].map(|(room, user)| {
            let event = message(&format!("!!{name}"), json!({"room_id": room, "user_id": user}));
            let task = commands.decide(&event, Instant::now()).unwrap();
            assert_eq!(task.error().is_some(), matches!(task.error(), Some(CommandError::NotAllowed { .. })));
            task.error().is_none()
        })
    };
    assert_eq!(may("owner"), [true, false, true, false]);
    assert_eq!(may("moderator"), [false, false, true, false]);
    assert_eq!(may("user"), [false, false, true, true]);
    assert_eq!(may("room"), [false, true, false, false]);
    assert_eq!(may("ann"), [true, false, true, false]);
    assert_eq!(reply(&mut commands, &said("!!room")).as_deref(), Some("That is for some rooms only"));
}

#[test]
fn cooldowns_go_by_the_given_time() {
    let wait = Duration::from_millis(9500);
    let mut commands = commands()
        .with(Command::new("mine N", "", |_, (_,): (u8,)| "ok").cooldown(wait))
        .with(Command::new("ours", "", |_, (): ()| "ok").shared_cooldown(wait));
    let start = Instant::now();
    let mut at = |millis, html, user| {
        let event = message(html, json!({"user_id": user}));
        commands.decide(&event, start + Duration::from_millis(millis)).unwrap().wait().reply.unwrap()
    };
    assert!(at(0, "!!mine x", 7).contains("Try"), "what does not run begins no cooldown");
    assert_eq!(at(0, "!!mine 1", 7), "ok");
    assert_eq!(at(0, "!!mine 1", 8), "ok");
    assert_eq!(at(1000, "!!mine 1", 7), "Not so fast: try again in 9 s");
    assert_eq!(at(9500, "!!mine 1", 7), "ok");
    assert_eq!(at(0, "!!ours", 7), "ok");
    assert_eq!(at(1000, "!!ours", 8), "Not so fast: try again in 9 s");
    assert_eq!(at(9500, "!!ours", 8), "ok");
}

#[test]
fn help_shows_what_one_may_use() {
    let secret = Command::new("secret", "is one", |_, (): ()| ()).check(Check::users([UserId(8)]));
    let mut commands = commands().with(secret).help("help");
    let all = "!!echo TEXT: says it again\n!!add NUMBER NUMBER: adds\n!!secret: is one\n!!help [COMMAND]: tells what there is";
    assert_eq!(commands.help_text(), all);
    assert_eq!(reply(&mut commands, &message("!!help", json!({"user_id": 8}))).unwrap(), all);
    assert_eq!(reply(&mut commands, &said("!!help")).unwrap(), all.replace("!!secret: is one\n", ""));
    assert_eq!(reply(&mut commands, &said("!!help SAY")).unwrap(), "!!echo TEXT: says it again");
    assert_eq!(reply(&mut commands, &said("!!help secret")).unwrap(), "I know no command \"secret\"");
    let by_name = Commands::new(Me::new(UserId(5), "Marvin Bot")).command("hi", "greets", |_, (): ()| ());
    assert_eq!(by_name.help_text(), "@MarvinBot hi: greets");
}

#[test]
fn nothing_runs_before_the_task_does() {
    let runs = Arc::new(AtomicU32::new(0));
    let (in_async, in_blocking) = (Arc::clone(&runs), Arc::clone(&runs));
    let later = move |invocation: Invocation, (): ()| {
        in_async.fetch_add(1, Ordering::Relaxed);
        async move { Ok::<_, std::io::Error>(format!("hello {}", invocation.user_name)) }
    };
    let now = move |_, (): ()| {
        in_blocking.fetch_add(1, Ordering::Relaxed);
        Err::<(), _>("it broke")
    };
    let mut commands = commands().with(Command::asynchronous("later", "", later)).command("now", "", now);
    let task = commands.decide(&said("!!later"), Instant::now()).unwrap();
    assert_eq!((runs.load(Ordering::Relaxed), task.is_blocking()), (0, false));
    let outcome = futures_lite::future::block_on(task.run());
    assert_eq!((outcome.room, outcome.message), (RoomId(1), MessageId(80)));
    assert_eq!((outcome.reply.as_deref(), runs.load(Ordering::Relaxed)), (Some("hello Ann"), 1));

    let task = commands.decide(&said("!!now"), Instant::now()).unwrap();
    assert_eq!((runs.load(Ordering::Relaxed), task.is_blocking()), (1, true));
    let outcome = std::thread::spawn(|| task.wait()).join().unwrap();
    assert_eq!((outcome.reply.as_deref(), runs.load(Ordering::Relaxed)), (Some("it broke"), 2));
    assert!(matches!(outcome.error, Some(CommandError::Failed(_))));
}

#[test]
fn errors_are_posted_only_if_wanted() {
    let quiet = |error: &CommandError| match error {
        CommandError::Unknown { .. } => None,
        error => Some(error.to_string()),
    };
    let mut commands = commands().post_errors(quiet);
    let outcome = commands.decide(&said("!!what"), Instant::now()).unwrap().wait();
    assert!(outcome.reply.is_none() && matches!(outcome.error, Some(CommandError::Unknown { name }) if name == "what"));
    assert!(reply(&mut commands, &said("!!add")).is_some());
    let mut silent = Commands::new(Me::new(UserId(5), "Marvin Bot")).prefix("!!");
    assert_eq!(reply(&mut silent, &said("!!add")), None);
}

#[test]
fn a_task_can_be_spawned() {
    fn spawned(_: impl Future<Output = Outcome> + Send + 'static) {}
    spawned(commands().decide(&said("!!echo hi"), Instant::now()).unwrap().run());
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_said_makes_it_panic(html in "(!!|@Mar|<b>|<a href='//a.b/'>|add|echo|\"| |\n|&#33;|[[:print:]])*") {
        let mut commands = commands().mentions().replies(|_| true).edits().help("help");
        let event = message(&html, json!({"parent_id": 70, "show_parent": true}));
        if let Some(task) = commands.decide(&event, Instant::now()) {
            let name = task.invocation().command.clone();
            proptest::prop_assert!(!name.is_empty() && !name.contains(char::is_whitespace));
            drop(task.wait());
        }
    }
}
