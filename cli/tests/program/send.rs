use std::io::Write as _;

use sechat_blocking::MessageId;
use sechat_fixtures::{Fault, Outage};

use super::stage::{ROOM, Running, Stage};

#[test]
fn a_message_and_an_answer_are_posted() {
    let stage = Stage::logged_in();
    let asked = stage.say("Is anybody here?");
    let done = stage.run(&["send", "1", "I *am*.", "--reply-to", &asked.to_string(), "--json"]).expect(0).json();
    let id = done["message_id"].as_u64().unwrap();
    assert_eq!(done["url"], format!("{}/transcript/message/{id}#{id}", stage.listener.url()));
    assert_eq!(done["room_id"], 1);
    let said = stage.listener.with_server(|server, _| server.message(MessageId(id)).cloned()).unwrap();
    assert_eq!((said.parent, said.room), (Some(MessageId(asked)), ROOM));
    assert!(stage.run(&["send", "1", "--", "- dash"]).expect(0).out.starts_with("Posted message "));
}

#[test]
fn a_text_may_come_by_standard_input() {
    let stage = Stage::logged_in();
    let mut running = Running::start(stage.command(&["send", "1", "-"]));
    running.child.stdin.as_mut().unwrap().write_all(b"one\ntwo\n\n").unwrap();
    running.end().expect(0);
    let held = stage.listener.with_server(|server, _| server.messages(ROOM)[0].source().to_owned());
    assert_eq!(held, "one\ntwo");
}

#[test]
fn what_goes_wrong_has_a_code_and_a_word_of_advice() {
    let stage = Stage::logged_in();
    assert!(stage.run(&["send", "99", "hi"]).expect(4).err.contains("--server"), "an unknown room");
    assert!(stage.run(&["send", "1", " "]).expect(2).err.contains("some text"));
    assert!(stage.run(&["send", "1", &"x".repeat(501)]).expect(2).err.contains("501"));
    stage.run(&["send", "1", "hi"]).expect(0);
    assert!(stage.run(&["send", "1", "hi"]).expect(4).err.contains("change the text"));

    stage.listener.outage(Outage::Refused);
    stage.run(&["send", "1", "two"]).expect(5);
    stage.listener.outage(Outage::Off);

    stage.listener.with_server(|server, _| server.expire_sessions());
    assert!(stage.run(&["send", "1", "three"]).expect(3).err.contains("sechat login"));
}

#[test]
fn a_lost_answer_is_looked_up_before_anything_is_said() {
    let stage = Stage::logged_in();
    let path = "/chats/1/messages/new";
    stage.listener.inject(Fault::close_after(path));
    let id = stage.run(&["send", "1", "kept", "--json"]).expect(0).json()["message_id"].as_u64().unwrap();
    stage.listener.inject(Fault::close_before(path));
    assert!(stage.run(&["send", "1", "lost"]).expect(6).err.contains("check the room"));
    stage.listener.inject(Fault::answer(path, 500, "<html>oops</html>"));
    stage.run(&["send", "1", "failed"]).expect(6);
    let held: Vec<MessageId> =
        stage.listener.with_server(|server, _| server.messages(ROOM).iter().map(|m| m.id).collect());
    assert_eq!(held, [MessageId(id)]);
}
