//! What a bot stored, or somebody else in its place.

use std::fmt::Debug;
use std::str::FromStr;

use sechat_client::{OwnMessages, SavedState};
use sechat_core::engine::Position;
use sechat_core::{Credentials, Day, Server};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The input is a text of each kind.
pub fn run(input: &[u8]) {
    json::<SavedState>(input);
    json::<OwnMessages>(input);
    json::<Position>(input);
    json::<Credentials>(input);
    json::<Server>(input);
    json::<Day>(input);
    let Ok(text) = std::str::from_utf8(input) else { return };
    line::<Server>(text);
    line::<Day>(text);
    if let Err(error) = Credentials::from_json(text) {
        let shown = format!("{error} {error:?}");
        assert!(shown.len() < 300, "{shown}");
    }
}

fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(input: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(input) else { return };
    let written = serde_json::to_vec(&value).expect("it serialises");
    assert_eq!(serde_json::from_slice::<T>(&written).expect("what was written can be read"), value);
}

fn line<T: FromStr + ToString + PartialEq + Debug>(text: &str) {
    let Ok(value) = text.parse::<T>() else { return };
    assert_eq!(value.to_string().parse::<T>().ok().as_ref(), Some(&value), "{text:?}");
}
