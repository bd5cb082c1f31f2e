//! The least that a bot could do with a frame: what it needs, borrowed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

/// What a bot needs of an event. (In an `Option`, serde would copy the text in spite of `borrow`.)
#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(crate) struct Minimal<'a> {
    event_type: u32,
    pub(crate) id: Option<u64>,
    #[serde(borrow, default)]
    content: Cow<'a, str>,
    user_id: Option<i64>,
    #[serde(borrow, default)]
    user_name: Cow<'a, str>,
    room_id: Option<u64>,
    pub(crate) message_id: Option<u64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(crate) struct MinimalRoom<'a> {
    #[serde(borrow, default)]
    pub(crate) e: Vec<Minimal<'a>>,
    t: Option<u64>,
    d: Option<u64>,
}

pub(crate) type MinimalFrame<'a> = BTreeMap<&'a str, MinimalRoom<'a>>;
