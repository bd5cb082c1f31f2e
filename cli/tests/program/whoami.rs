use super::stage::Stage;

#[test]
fn it_tells_whose_session_is_stored() {
    let stage = Stage::new();
    assert!(stage.run(&["whoami"]).expect(3).err.contains("sechat login"));
    let stage = Stage::logged_in();
    let url = format!("{}/", stage.listener.url());
    assert_eq!(stage.run(&["whoami"]).expect(0).out, format!("Bot (user 101) on {url}\n"));
    let told = stage.run(&["whoami", "--json"]).expect(0).json();
    assert_eq!(told, serde_json::json!({ "server": url, "user_id": 101, "user_name": "Bot" }));
    stage.listener.with_server(|server, _| server.expire_sessions());
    assert!(stage.run(&["whoami"]).expect(3).err.contains("sechat login"));
}
