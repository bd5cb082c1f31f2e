use std::fs;

use sechat_fixtures::{ListenerOptions, Setup};

use super::stage::{Done, EMAIL, PASSWORD, Stage};

#[test]
fn a_login_is_stored_for_its_owner_alone_and_reused() {
    let stage = Stage::new();
    let done = stage.login(PASSWORD, &["--json"]).expect(0).hides(PASSWORD).json();
    assert_eq!((&done["user_id"], &done["user_name"], &done["new"]), (&101.into(), &"Bot".into(), &true.into()));
    let file = done["session_file"].as_str().unwrap();
    assert!(file.starts_with(stage.home.path().join("state/sechat").to_str().unwrap()), "{file}");
    assert!(!fs::read_to_string(file).unwrap().contains(PASSWORD));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.as_ref()), 0o600);
        assert_eq!(mode(std::path::Path::new(file).parent().unwrap()), 0o700);
    }

    let again = stage.run(&["login"]).expect(0);
    assert!(again.out.starts_with("Still logged in") && again.out.contains("as Bot (user 101)"), "{}", again.out);
    assert_eq!(stage.login(PASSWORD, &["--again", "--json"]).expect(0).json()["new"], true);

    stage.listener.with_server(|server, _| server.expire_sessions());
    assert!(stage.run(&["login"]).expect(2).err.contains("e-mail"), "there is nobody to ask");
    assert!(stage.login(PASSWORD, &[]).expect(0).out.starts_with("Logged in"));
}

#[test]
fn a_wrong_password_is_no_login() {
    let stage = Stage::new();
    let done = stage.login("battery staple", &[]).expect(3).hides("battery staple");
    assert!(done.err.contains("wrong e-mail address or password") && done.err.contains("SECHAT_PASSWORD"));
    assert!(stage.run(&["send", "1", "hi"]).expect(3).err.contains("sechat login"));
    let mute = stage.run(&["login", "--email", EMAIL]).expect(2);
    assert!(mute.err.contains("SECHAT_PASSWORD"), "{}", mute.err);
}

#[test]
fn a_captcha_leads_to_the_cookies_of_a_browser() {
    let mut setup = Setup::default();
    setup.switches.captcha_after = 1;
    let stage = Stage::with(ListenerOptions::new(setup));
    let file = stage.login(PASSWORD, &["--json"]).expect(0).json();
    let captcha = stage.login(PASSWORD, &["--again"]).expect(3);
    assert!(captcha.err.contains("CAPTCHA") && captcha.err.contains("login --cookies"), "{}", captcha.err);

    let stored: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file["session_file"].as_str().unwrap()).unwrap()).unwrap();
    let [acct, prov] = ["acct", "prov"].map(|name| stored[name].as_str().unwrap());
    let other = stage.home.path().join("new/folder/browser.json");
    let mut command = stage.command(&["login", "--cookies", "--session", other.to_str().unwrap()]);
    let done = Done::from(command.env("SECHAT_ACCT", acct).env("SECHAT_PROV", prov).output().unwrap());
    assert!(done.expect(0).hides(acct).hides(prov).out.contains("as Bot"));
    assert!(other.exists());
    let mut command = stage.command(&["login", "--cookies", "--again"]);
    let done = Done::from(command.env("SECHAT_ACCT", "t=x").env("SECHAT_PROV", "y").output().unwrap()).expect(3);
    assert!(done.err.contains("does not take these cookies"), "{}", done.err);
}

#[test]
fn a_file_that_is_no_session_is_left_alone() {
    let stage = Stage::new();
    let file = stage.home.path().join("precious.txt");
    fs::write(&file, "my novel").unwrap();
    let done = stage.login(PASSWORD, &["--session", file.to_str().unwrap()]).expect(2);
    assert!(done.err.contains("precious.txt holds something else"), "{}", done.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), "my novel");
    assert_eq!(stage.listener.with_server(|server, _| server.audit().count), 0, "no login was spent");
}

#[test]
fn a_private_authority_is_trusted_when_named() {
    let stage = Stage::with(ListenerOptions::new(Setup::default()).tls());
    let ca = stage.home.path().join("ca.pem");
    fs::write(&ca, stage.listener.authority_pem().unwrap()).unwrap();
    stage.login(PASSWORD, &["--ca", ca.to_str().unwrap()]).expect(0);
    stage.login(PASSWORD, &["--again"]).expect(5);
    fs::write(&ca, "no certificate").unwrap();
    stage.login(PASSWORD, &["--ca", ca.to_str().unwrap()]).expect(2);
}
