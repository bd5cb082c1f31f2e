//! Whatever a server answers, every endpoint gives a result: no panic, and no secret in an error.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use bytes::Bytes;
use http::Response;
use proptest::prelude::*;
use sechat_core::{Error, Refusal};
use sechat_tests::read_by_all as all;

const FKEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const COOKIE: &str = "acct=t=Zm9vYmFy&s=cXV1eA; prov=8a4b6c1d-0123-4567-89ab-0123456789ab";

/// The error of each endpoint that does not take the answer.
fn errors(answer: &Response<Bytes>) -> Vec<Error> {
    all(answer).into_iter().filter_map(|(_, error)| error).collect()
}

fn refused(error: Option<Error>) -> (u16, Refusal) {
    match error {
        Some(Error::Refused { status, reason, .. }) => (status, reason),
        other => panic!("{other:?}"),
    }
}

fn answer(status: u16, location: Option<String>, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).expect("three digits");
    if let Some(value) = location.and_then(|location| location.parse().ok()) {
        response.headers_mut().insert("location", value);
    }
    response
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![
        prop::sample::select(&[200, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 522][..]),
        100_u16..1000
    ]
}

#[test]
fn every_endpoint_is_asked() -> io::Result<()> {
    fn names(folder: &Path, found: &mut BTreeSet<String>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                names(&path, found)?;
                continue;
            }
            let source = fs::read_to_string(&path)?;
            let starts = source.lines().filter_map(|line| line.strip_prefix("impl Endpoint for ")?.split(' ').next());
            found.extend(starts.map(str::to_owned));
        }
        Ok(())
    }
    let mut written = BTreeSet::new();
    names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/endpoint"), &mut written)?;
    let asked: BTreeSet<_> = all(&answer(404, None, Vec::new())).into_iter().map(|(name, _)| name.to_owned()).collect();
    assert!(asked.len() > 60, "{asked:?}");
    assert_eq!(asked, written);
    Ok(())
}

/// With a status that is no success, whatever the call was (protocol notes, 4.1 to 4.6). The login says it in its own way.
#[test]
fn every_endpoint_knows_every_refusal() {
    let text = str::to_owned;
    for (status, body, expected) in [
        (404, "The room does not exist, or you do not have permission", Refusal::NoSuchRoomOrNoPermission),
        (404, "You cannot write or edit messages in this room", Refusal::NoSuchRoomOrNoPermission),
        (
            404,
            "Your account is blocked, ending on Oct 2 at 1:37",
            Refusal::AccountBlocked(text("Your account is blocked, ending on Oct 2 at 1:37")),
        ),
        (
            404,
            "The room is in timeout, ending in 58 seconds",
            Refusal::RoomInTimeout(text("The room is in timeout, ending in 58 seconds")),
        ),
        (404, "This room has been frozen", Refusal::RoomFrozen),
        (409, "The room has been frozen; new messages cannot be added", Refusal::RoomFrozen),
        (
            400,
            "You need 20 reputation points to talk here",
            Refusal::NotEnoughReputation(text("You need 20 reputation points to talk here")),
        ),
        (400, "\"It is too late to edit this message\"", Refusal::TooLate),
        (400, "\"It is too late to delete this message.\"", Refusal::TooLate),
        (400, "\"You can only edit your own messages\"", Refusal::NotYours),
        (400, "\"This message has already been deleted.\"", Refusal::AlreadyDeleted),
        (400, "\"The message has been deleted and cannot be edited\"", Refusal::AlreadyDeleted),
        (400, "\"Only a room-owner can pin messages\"", Refusal::NotRoomOwner),
        (404, "<!DOCTYPE html><title>Page Not Found</title>", Refusal::BadId),
        (404, "", Refusal::BadId),
        (409, "Ada is already in this room", Refusal::Other(text("Ada is already in this room"))),
    ] {
        for (name, error) in all(&answer(status, None, body.into())) {
            assert_eq!(refused(error), (status, expected.clone()), "{name}: {body}");
        }
    }
    for (body, seconds) in
        [("You can perform this action again in 3 seconds.", 3), ("You can perform this action again in 1 second", 1)]
    {
        for (name, error) in all(&answer(409, None, body.into())) {
            let Some(Error::RateLimited { retry_after, .. }) = error else { panic!("{name}: {error:?}") };
            assert_eq!(retry_after, Duration::from_secs(seconds), "{name}: {body}");
        }
    }
    let unknown = answer(302, Some("/error?aspxerrorpath=/x".into()), Vec::new());
    for (name, error) in all(&unknown).into_iter().filter(|(name, _)| *name != "SubmitLogin") {
        assert_eq!(refused(error), (302, Refusal::BadId), "{name}");
    }
    for (name, error) in all(&answer(500, None, "Internal Server Error".into())) {
        assert!(matches!(error, Some(Error::Server { status: 500, .. })), "{name}: {error:?}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_a_panic(
        status in statuses(), location in prop::option::of(".{0,40}"), body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        errors(&answer(status, location, body));
    }

    #[test]
    fn no_error_shows_a_secret(
        status in statuses(),
        around in prop::sample::select(&[
            ("", ""), ("<p>", "</p>"), ("<title>", "</title>"), ("\"", "\""), ("{\"id\":\"", "\"}"), ("<a href='", "'>x"),
            ("{\"r1\":\"", ""), ("<input name=\"fkey\" value=\"", "\">"), ("You cannot: ", ", sorry"),
        ][..]),
        padding in 0_usize..220,
    ) {
        let (before, after) = around;
        let secrets = format!("{FKEY} {COOKIE}");
        let body = format!("{before}{}{secrets}{after}", "x ".repeat(padding));
        let location = format!("/somewhere/{FKEY}?{COOKIE}");
        for error in errors(&answer(status, Some(location), body.into_bytes())) {
            let shown = format!("{error} {error:?}");
            for secret in [&FKEY[..12], "Zm9vYmFy", "cXV1eA", "8a4b6c1d"] {
                prop_assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
