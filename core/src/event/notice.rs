//! Events that are about no message.

use serde_json::Value;

/// A text, or not even that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Notice {
    /// The text as HTML, if there is one.
    pub content: Option<String>,
}

/// What a room is called and is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RoomDetails {
    /// The new name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// `NAME / DESCRIPTION`, as it came.
    pub content: Option<String>,
}

/// What type 29 says (protocol notes, 3.2). No sample of it has been seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Suspension {
    /// The number before the two times.
    pub number: Option<i64>,
    /// Until when the account was suspended before, as it came; null for not at all.
    pub old: Option<Value>,
    /// Until when it is now, as it came; null for not at all.
    pub new: Option<Value>,
    /// The whole content: `NUMBER {"old":…,"new":…}`.
    pub content: Option<String>,
}

impl RoomDetails {
    pub(super) fn read(content: Option<String>, room_name: Option<&str>) -> Self {
        let Some(text) = content else { return Self::default() };
        // A name may hold the separator: the name that came with the event says where it ends.
        let known = room_name.and_then(|name| Some((name, text.strip_prefix(name)?.strip_prefix(" / ")?)));
        let (name, description) = match known.or_else(|| text.split_once(" / ")) {
            Some((name, description)) => (name.to_owned(), Some(description.to_owned())),
            None => (text.clone(), None),
        };
        Self { name: Some(name), description, content: Some(text) }
    }
}

impl Suspension {
    pub(super) fn read(content: Option<String>) -> Self {
        let text = content.as_deref().unwrap_or_default();
        let (number, times) = text.split_once(' ').unwrap_or((text, ""));
        let mut times: Value = serde_json::from_str(times).unwrap_or_default();
        let mut time = |name| times.get_mut(name).map(Value::take);
        let (old, new) = (time("old"), time("new"));
        Self { number: number.parse().ok(), old, new, content }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn splits_name_and_description() {
        let read = |content: &str, name| {
            let details = RoomDetails::read(Some(content.into()), name);
            assert_eq!(details.content.as_deref(), Some(content));
            (details.name.unwrap(), details.description)
        };
        assert_eq!(read("New / Some / text", None), ("New".into(), Some("Some / text".into())));
        assert_eq!(read("C / C++ / text", Some("C / C++")), ("C / C++".into(), Some("text".into())));
        assert_eq!(read("Other / text", Some("Name")), ("Other".into(), Some("text".into())));
        assert_eq!(read("Name", Some("Name")), ("Name".into(), None));
        assert_eq!(RoomDetails::read(None, Some("Name")), RoomDetails::default());
    }

    #[test]
    fn reads_suspensions_as_far_as_it_can() {
        let suspension = Suspension::read(Some(r#"1 {"old":null,"new":1539704200}"#.into()));
        assert_eq!(suspension.number, Some(1));
        assert_eq!((suspension.old, suspension.new), (Some(json!(null)), Some(json!(1_539_704_200))));
        for odd in ["", "x", "1", "1 {", "1 []", "1 {\"old\":"] {
            let suspension = Suspension::read(Some(odd.into()));
            assert_eq!((suspension.old, suspension.new, suspension.content), (None, None, Some(odd.into())));
        }
    }
}
