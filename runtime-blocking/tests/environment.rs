//! The proxy that the environment names, in a process of its own: changing one's own environment is unsafe.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use sechat_blocking::bytes::Bytes;
use sechat_blocking::http::Request;
use sechat_blocking::{Blocking, Runtime};

#[test]
fn it_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://bot:hunter22@{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        stream.write_all(b"HTTP/1.1 418 No\r\n\r\n").unwrap();
        head
    });
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "a_refusal_is_told", "--ignored"]).env_clear().env("http_proxy", proxy);
    let output = child.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let head = asked.join().unwrap();
    assert_eq!(head[0], "CONNECT chat.example:80 HTTP/1.1");
    assert!(head.contains(&"proxy-authorization: Basic Ym90Omh1bnRlcjIy".to_owned()), "{head:?}");
}

#[test]
#[ignore = "the other half of the test above, which starts it"]
fn a_refusal_is_told() {
    let request = Request::get("http://chat.example/").body(Bytes::new()).unwrap();
    let error = smol::block_on(Blocking::new().unwrap().fetch(request)).unwrap_err();
    assert!(!error.sent && error.reason.contains("418") && !error.reason.contains("hunter22"), "{error}");
}
