//! Connections that keep their session in a file.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use sechat_client::{Access, Config, Error, LoginError, Server};
use tempfile::TempDir;

use crate::simulated::{EMAIL, PASSWORD, SERVER, Site};
use crate::{Chat, Credentials};

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("session.json");
    (folder, path)
}

fn stored(path: &PathBuf) -> Credentials {
    Credentials::read(path).unwrap().expect("a session is stored")
}

#[test]
fn one_login_serves_many_starts() {
    let (_folder, path) = folder();
    let mut site = Site::new();
    for _ in 0..3 {
        let chat = site.run(Chat::open(&path, EMAIL, PASSWORD, SERVER)).unwrap();
        assert_eq!(Some(stored(&path)), chat.credentials());
        site.run(chat.close()).unwrap();
    }
    assert_eq!(site.posts("/users/login"), 1);
}

#[test]
fn a_session_that_expires_is_made_anew_and_stored() {
    let (_folder, path) = folder();
    let mut site = Site::new();
    let chat = site.run(Chat::open(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    let room = site.run(chat.join(1)).unwrap();
    let first = stored(&path);
    site.server.expire_sessions();
    site.run(room.send("still here")).unwrap();
    let second = stored(&path);
    assert!(second != first && Some(&second) == chat.credentials().as_ref());
    // The process is killed: what it had is stored already.
    site.collapse();
    let _ = site.run(Chat::open(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    assert_eq!(site.posts("/users/login"), 2);
}

#[test]
fn half_a_login_is_not_stored() {
    let (_folder, path) = folder();
    let mut site = Site::new();
    let chat = site.run(Chat::open(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    site.server.expire_sessions();
    site.server.demand_captcha(true);
    let refused = site.run(chat.room(1).send("hello"));
    assert_eq!(refused, Err(Error::Login(LoginError::Captcha)));
    assert_eq!(chat.credentials(), None);
    // It can still be read.
    assert_eq!(stored(&path).user_name(), Some("Bot"));
}

#[test]
fn an_access_that_brings_a_session_along_goes_first() {
    let (_folder, path) = folder();
    let mut site = Site::new();
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    let good = site.run(chat.log_in()).unwrap();
    let stale = Credentials::from_cookies(SERVER, "t=stale&s=stale", "stale").unwrap();
    stale.save(&path).unwrap();
    let access = Access::Credentials(good.into());
    let chat = site.run(Chat::builder(Config::new(SERVER, access)).session_file(&path).log_in()).unwrap();
    assert_eq!(Some(stored(&path)), chat.credentials());
    assert_eq!(site.posts("/users/login"), 1);
}

#[test]
fn nobody_is_asked_before_the_file_is_known_to_be_ours() {
    let (folder, path) = folder();
    let mut site = Site::new();
    let mut refused = |path: &PathBuf, server: Server| {
        let error = site.run(Chat::open(path, EMAIL, PASSWORD, server)).unwrap_err();
        assert!(matches!(error, Error::Store { .. }) && site.server.audit().requests.is_empty(), "{error}");
    };
    refused(&folder.path().join("missing").join("session.json"), SERVER);
    fs::write(&path, "somebody's diary").unwrap();
    refused(&path, SERVER);
    assert_eq!(fs::read(&path).unwrap(), b"somebody's diary");
    fs::remove_file(&path).unwrap();
    Credentials::from_cookies(SERVER, "t=a&s=b", "c").unwrap().save(&path).unwrap();
    refused(&path, Server::StackOverflow);
}

#[test]
fn a_session_that_cannot_be_stored_is_told_at_the_end() {
    let (folder, path) = folder();
    let mut site = Site::new();
    let chat = site.run(Chat::open(&path, EMAIL, PASSWORD, SERVER)).unwrap();
    let before = fs::read(&path).unwrap();
    // Somebody else takes the place of the file.
    fs::write(&path, "a diary").unwrap();
    site.server.expire_sessions();
    site.run(chat.room(1).send("goes on")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"a diary");
    let again = chat.clone();
    assert!(matches!(site.run(chat.close()), Err(Error::Store { .. })));
    // It is put right: the last word is that all is well.
    fs::remove_file(&path).unwrap();
    site.run(again.close()).unwrap();
    assert_ne!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn without_an_account_there_is_no_file() {
    let (_folder, path) = folder();
    let mut site = Site::new();
    let chat = Chat::builder(Config::new(SERVER, Access::Anonymous)).session_file(&path).connect().unwrap();
    let _ = site.run(chat.join(1)).unwrap();
    assert!(!path.exists());
}

#[test]
fn a_bot_that_was_closed_has_ended_well() {
    let mut site = Site::new();
    let chat = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    let _ = site.run(chat.join(1)).unwrap();
    chat.closer().close();
    let late = site.run(chat.room(1).send("too late")).map(drop);
    assert_eq!(late, Err(Error::Closed));
    assert_eq!(site.run(chat.finish(late)), Ok(()));
    assert!(site.server.present(sechat_client::RoomId(1)).is_empty(), "the room is left");
    assert_eq!(site.run(chat.finish(Err(Error::Duplicate))), Err(Error::Duplicate));
    // One that has lost its runtime has not.
    let lost = Chat::builder(Config::new(SERVER, Access::login(EMAIL, PASSWORD, None))).connect().unwrap();
    site.collapse();
    site.skip(Duration::from_secs(1));
    assert_eq!(site.run(lost.finish(Err(Error::Closed))), Err(Error::Closed));
}
