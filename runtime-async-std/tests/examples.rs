//! The examples, run against a simulated server.

#[cfg(unix)]
#[test]
fn the_echo_answers_others_once() {
    sechat_tests::echo::answers_others_once("echo_async_std");
}
