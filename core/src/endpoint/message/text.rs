//! The text of a message as it is sent.

use std::borrow::Cow;

use crate::endpoint::request::Form;
use crate::engine::ReplyStyle;
use crate::text::MAX_LINE;
use crate::{Error, Invalid, MessageId};

/// A text and the message it answers.
pub(super) struct Text<'a> {
    own: &'a str,
    sent: Cow<'a, str>,
    parent: Option<MessageId>,
}

impl<'a> Text<'a> {
    pub(super) fn new(own: &'a str, parent: Option<MessageId>, style: ReplyStyle) -> Self {
        match (parent, style) {
            (Some(parent), ReplyStyle::Prefix) => Self { own, sent: format!(":{parent} {own}").into(), parent: None },
            _ => Self { own, sent: own.into(), parent },
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.own.trim().is_empty() {
            return Err(Invalid::EmptyMessage.into());
        }
        // A line break at an end makes no second line.
        let several = self.sent.trim().contains('\n');
        let length = if several { 0 } else { self.sent.trim_matches(['\r', '\n']).chars().count() };
        if length > MAX_LINE {
            return Err(Invalid::LineTooLong { length, max: MAX_LINE }.into());
        }
        Ok(())
    }

    pub(super) fn write(&self, form: Form) -> Form {
        let form = form.field("text", &self.sent);
        match self.parent {
            Some(parent) => form.number("parentId", parent.0),
            None => form,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(own: &str, style: ReplyStyle) -> Result<(), Error> {
        Text::new(own, Some(MessageId(1234)), style).check()
    }

    #[test]
    fn one_line_has_a_limit() {
        let line = "\u{e9}".repeat(500);
        assert_eq!(check(&line, ReplyStyle::ParentField), Ok(()));
        let error = check(&format!("{line}x"), ReplyStyle::ParentField).unwrap_err();
        assert_eq!(
            error.to_string(),
            "one line may have 500 characters and this one has 501: shorten it or break the line"
        );
        assert_eq!(check(&format!("{line}\n{line}"), ReplyStyle::Prefix), Ok(()));
        assert_eq!(check(&format!("{line}\r\n"), ReplyStyle::ParentField), Ok(()));
        for broken in ["{line}x\n", "\n{line}x", "{line}x\n \n"] {
            assert!(check(&broken.replace("{line}", &line), ReplyStyle::ParentField).is_err(), "{broken:?}");
        }
        let error = check(&line, ReplyStyle::Prefix).unwrap_err();
        assert_eq!(error, Invalid::LineTooLong { length: 506, max: 500 }.into());
    }

    #[test]
    fn some_text_is_needed() {
        for empty in ["", " \t\n"] {
            assert_eq!(check(empty, ReplyStyle::Prefix), Err(Invalid::EmptyMessage.into()));
        }
    }
}
