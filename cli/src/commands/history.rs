//! `sechat history`.

use clap::Args;
use sechat_blocking::MessageId;
use sechat_blocking::endpoint::{MessageHistory, MessageRecord, RevisionKind};

use crate::exit::{EXIT_CODES, Failure};
use crate::plain::count;
use crate::time::as_told;
use crate::work::Reader;
use crate::{output, plain, values};

const EXAMPLES: &str = "\
Examples:
  sechat history 68000001
  sechat history 68000001 --json | jq -r '.revisions[].source'
";

/// Tell what a message said before, who edited or deleted it, and who pinned it
///
/// No account is needed for messages of public rooms, unless they are deleted.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct History {
    /// The id of the message
    #[arg(value_parser = values::message)]
    message: MessageId,

    #[command(flatten)]
    reader: Reader,

    /// Print one line of JSON: id, room, user, content, source, stars, pinned_by, revisions and more
    #[arg(long)]
    json: bool,
}

impl History {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let message = self.message;
        let record = self.reader.read(|chat| Ok(chat.call(MessageHistory { message })?))?;
        if self.json {
            output::json(&record)?;
        } else {
            output::line(plain::harmless(&lines(&record).join("\n")))?;
        }
        Ok(())
    }
}

fn lines(record: &MessageRecord) -> Vec<String> {
    let content = record.content.as_deref().map_or_else(|| "(removed)".to_owned(), plain::from_html);
    let mut lines = vec![format!("#{} in room {}, by {}: {content}", record.id, record.room, record.user.name)];
    if record.stars.count > 0 {
        lines.push(count(record.stars.count, "star"));
    }
    lines.extend(record.pinned_by.iter().map(|user| format!("pinned by {}", user.name)));
    for revision in &record.revisions {
        let what = match &revision.kind {
            RevisionKind::Said => "said",
            RevisionKind::Edited => "edited",
            RevisionKind::Deleted => "deleted",
            RevisionKind::Other(words) => words,
            _ => "changed",
        };
        let time = revision.time.as_deref().map(as_told).unwrap_or_default();
        let text = plain::from_html(&revision.content);
        lines.push(format!("{time} {what} by {}: {text}", revision.user.name).trim_start().to_owned());
    }
    if record.purged {
        lines.push("what was before is purged".to_owned());
    }
    lines
}
