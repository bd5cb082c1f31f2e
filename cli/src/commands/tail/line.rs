//! An event as a line for people.

use sechat_blocking::{Event, EventKind, FeedChange, Message};

use crate::plain::{count, from_html, harmless};

/// `12:34:56 #68000001 Ada: Hello`, in UTC. Further lines of a text are indented.
pub(crate) fn of_event(event: &Event) -> String {
    let who = event.user_name.as_deref().map_or_else(|| "somebody".to_owned(), harmless);
    let text = match &event.kind {
        EventKind::MessagePosted(message) => match message.reply_to() {
            Some(parent) => format!("#{} {who}, to #{parent}: {}", message.id, content(message)),
            None => format!("#{} {who}: {}", message.id, content(message)),
        },
        EventKind::MessageEdited(message) => format!("#{} {who}, edited: {}", message.id, content(message)),
        EventKind::MessageDeleted(message) => format!("#{} deleted by {who}", message.id),
        EventKind::MessageStarred(message) => {
            let (stars, pins) = (count(message.stars, "star"), count(message.owner_stars, "pin"));
            format!("#{} has {stars}, {pins}: {}", message.id, content(message))
        }
        EventKind::UserMentioned(message) => format!("#{} {who} mentions you", message.id),
        EventKind::MessageReply(message) => format!("#{} {who} answers you", message.id),
        EventKind::MessageMovedOut(message) => format!("#{} was moved out: {}", message.id, content(message)),
        EventKind::MessageMovedIn(message) => format!("#{} was moved in: {}", message.id, content(message)),
        EventKind::UserEntered => format!("{who} entered"),
        EventKind::UserLeft => format!("{who} left"),
        EventKind::Malformed { reason, .. } => format!("something that makes no sense: {}", harmless(reason)),
        _ => {
            let kind = event.event_type().unwrap_or_default();
            let text = event.content().map(|text| from_html(&text)).unwrap_or_default();
            format!("event {kind} by {who}: {text}")
        }
    };
    format!("{} {}", time(event), text.replace('\n', "\n         "))
}

pub(crate) fn of_feed(change: &FeedChange) -> String {
    match change {
        FeedChange::Connecting => "connecting".to_owned(),
        FeedChange::Live => "connected".to_owned(),
        FeedChange::Reconnecting { attempt, retry_in, reason, .. } => {
            format!("connection lost ({}); attempt {attempt} in {:.1} s", harmless(reason), retry_in.as_secs_f64())
        }
        FeedChange::Polling { reason, .. } => format!("asking every few seconds: {}", harmless(reason)),
        FeedChange::Resumed { missed, .. } => format!("connected again; {missed} missed events fetched"),
        FeedChange::Gap { .. } => "some events that are not messages may be missing here".to_owned(),
        FeedChange::RoomLost { reason, .. } => format!("the room is lost: {}", harmless(reason)),
        FeedChange::SessionExpired => "the session has expired".to_owned(),
        FeedChange::Lagged { missed, .. } => format!("too slow: {missed} events dropped here"),
        other => format!("{other:?}"),
    }
}

fn content(message: &Message) -> String {
    message.content.as_deref().map_or_else(|| "(deleted)".to_owned(), from_html)
}

/// The stamp of an event about an older message is that of the message: it says nothing of now.
fn time(event: &Event) -> String {
    let now = !matches!(
        event.kind,
        EventKind::MessageEdited(_)
            | EventKind::MessageStarred(_)
            | EventKind::MessageDeleted(_)
            | EventKind::MessageMovedOut(_)
            | EventKind::MessageMovedIn(_)
            | EventKind::MessageFlagged(_)
    );
    match event.time_stamp.filter(|_| now) {
        Some(stamp) => format!("{:02}:{:02}:{:02}", stamp / 3600 % 24, stamp / 60 % 60, stamp % 60),
        None => " ".repeat(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: &str) -> String {
        of_event(&Event::parse(json.as_bytes()))
    }

    #[test]
    fn events_read_as_lines() {
        for (json, expected) in [
            (
                r#"{"event_type":1,"time_stamp":1700000000,"id":1,"user_name":"Ada","room_id":1,"message_id":7,"content":"a &amp; <b>b</b>"}"#,
                "22:13:20 #7 Ada: a & b",
            ),
            (
                r#"{"event_type":1,"time_stamp":1700000000,"id":2,"user_name":"B\u001b[1m","room_id":1,"message_id":8,"content":"<div class='full'>x <br> y</div>","parent_id":7,"show_parent":true}"#,
                "22:13:20 #8 B\u{fffd}[1m, to #7: x\n         y",
            ),
            (
                r#"{"event_type":10,"time_stamp":1,"id":3,"user_name":"Ada","room_id":1,"message_id":7}"#,
                "         #7 deleted by Ada",
            ),
            (r#"{"event_type":3,"time_stamp":1,"id":4,"user_name":"Ada","room_id":1}"#, "00:00:01 Ada entered"),
            (r#"{"event_type":77,"id":5,"user_name":"Ada","room_id":1}"#, "         event 77 by Ada: "),
        ] {
            assert_eq!(line(json), expected);
        }
        assert!(line("{").contains("makes no sense"));
    }
}
