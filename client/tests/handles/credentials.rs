//! Stored sessions.

use std::fs;
use std::path::PathBuf;

use sechat_client::{Error, Server, UserId};
use tempfile::TempDir;

use crate::stage::Stage;
use crate::{Answers, Credentials, session};

const SERVER: Server = Server::StackExchange;

/// A folder with a stored session.
fn stored() -> (TempDir, PathBuf) {
    let (folder, path) = folder();
    Credentials::from(session()).save(&path).unwrap();
    (folder, path)
}

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("session.json");
    (folder, path)
}

fn names(folder: &TempDir) -> Vec<String> {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_is_saved_is_read_again() {
    let (folder, path) = stored();
    assert_eq!(Credentials::read(&path).unwrap().unwrap(), session().into());
    assert_eq!(names(&folder), ["session.json"]);
    let debug = format!("{:?}", Credentials::read(&path).unwrap());
    assert!(!debug.contains("t=a&s=b"), "{debug}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = folder();
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    Credentials::from(session()).save(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let (folder, path) = folder();
    let target = folder.path().join("elsewhere.json");
    fs::write(&target, "").unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    Credentials::from(session()).save(&path).unwrap();
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(Credentials::read(&target).unwrap().unwrap(), session().into());
}

#[test]
fn a_failure_leaves_the_good_file() {
    let (folder, path) = stored();
    let before = fs::read(&path).unwrap();
    // Nothing can be renamed over a folder.
    let taken = folder.path().join("taken");
    fs::create_dir_all(taken.join("full")).unwrap();
    assert!(matches!(Credentials::from(session()).save(&taken), Err(Error::Store { .. })));
    let missing = folder.path().join("missing").join("session.json");
    assert!(matches!(Credentials::from(session()).save(&missing), Err(Error::Store { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
    let mut names = names(&folder);
    names.sort();
    assert_eq!(names, ["session.json", "taken"], "nothing is left behind");
}

#[test]
fn a_good_session_is_loaded() {
    let (_folder, path) = stored();
    let stage = Stage::new();
    let loaded = Answers::default().run(&stage, Credentials::load(&path)).unwrap().unwrap();
    assert_eq!((loaded.server(), loaded.user_id()), (&SERVER, Some(UserId(5))));
}

#[test]
fn what_is_no_session_is_none() {
    let (_folder, path) = folder();
    let stage = Stage::new();
    let mut answers = Answers::default();
    assert!(answers.run(&stage, Credentials::load(&path)).unwrap().is_none(), "no file");
    fs::write(&path, "").unwrap();
    assert!(answers.run(&stage, Credentials::load(&path)).unwrap().is_none(), "nothing in it");
    assert!(Credentials::read(&path).unwrap().is_none());
    assert_eq!(stage.tasks(), 0, "nobody was asked");
}

#[test]
fn what_is_something_else_is_told_and_kept() {
    let (_folder, path) = folder();
    let stage = Stage::new();
    let mut whole = session().to_json();
    whole.truncate(whole.len() - 2);
    let progress = br#"{"version":1,"server":"https://chat.stackexchange.com/","rooms":{}}"#;
    for other in [&b"{}"[..], b"\x80\x03csechat.credentials\n", b"a diary", whole.as_bytes(), progress] {
        fs::write(&path, other).unwrap();
        let loaded = Answers::default().run(&stage, Credentials::load(&path)).map(drop);
        for result in [loaded, Credentials::read(&path).map(drop), Credentials::from(session()).save(&path)] {
            let error = result.unwrap_err();
            assert!(matches!(error, Error::Store { .. }), "{error}");
            assert!(error.to_string().contains("something else than a session"), "{error}");
            assert!(!error.to_string().contains("t=a"), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), other);
    }
    fs::write(&path, session().to_json().replace("chat.stackexchange.com", "chat.stackoverflow.com")).unwrap();
    assert!(Credentials::from(session()).save(&path).unwrap_err().to_string().contains("use another file"));
    assert_eq!(stage.tasks(), 0, "nobody was asked");
}

#[test]
fn an_expired_session_is_none_and_a_fault_is_not() {
    let (_folder, path) = stored();
    let stage = Stage::new();
    let mut expired = Answers { expired: true, ..Answers::default() };
    assert!(expired.run(&stage, Credentials::load(&path)).unwrap().is_none());
    let mut down = Answers { down: true, ..Answers::default() };
    assert!(matches!(down.run(&stage, Credentials::load(&path)), Err(Error::Transport(_))));
    assert!(Credentials::read(&path).unwrap().is_some(), "loading changes nothing");
    let directory = path.parent().unwrap();
    assert!(matches!(down.run(&stage, Credentials::load(directory)), Err(Error::Store { .. })));
}

#[test]
fn a_good_session_spares_the_login() {
    let (folder, path) = stored();
    let stage = Stage::new();
    let mut answers = Answers::default();
    let first = answers.run(&stage, Credentials::load_or_authenticate(&path, "e", "p", SERVER)).unwrap();
    assert_eq!(first.user_id(), Some(UserId(5)));
    assert_eq!(answers.others, [""; 0], "no form was sent");
    assert_eq!(Credentials::read(&path).unwrap().unwrap(), first, "what is new was stored");
    assert_eq!(names(&folder), ["session.json"]);
}

#[test]
fn a_login_that_could_not_be_stored_is_not_made() {
    let (folder, path) = folder();
    let stage = Stage::new();
    let refused = |path: &PathBuf, server: Server| {
        let result = Answers::default().run(&stage, Credentials::load_or_authenticate(path, "e", "p", server));
        assert!(stage.request().is_none() && stage.tasks() == 0, "somebody was asked");
        result.unwrap_err().to_string()
    };
    assert!(refused(&folder.path().join("missing").join("session.json"), SERVER).contains("missing"));
    fs::write(&path, "somebody's diary").unwrap();
    assert!(refused(&path, SERVER).contains("something else than a session"));
    assert_eq!(fs::read(&path).unwrap(), b"somebody's diary");
    fs::remove_file(&path).unwrap();
    Credentials::from(session()).save(&path).unwrap();
    assert!(refused(&path, Server::StackOverflow).contains("use another file"));
    assert_eq!(Credentials::read(&path).unwrap().unwrap(), session().into());
    assert_eq!(names(&folder), ["session.json"]);
}
