//! Connecting, and being refused.

use std::num::NonZeroU32;
use std::sync::Arc;

use sechat_client::{Access as Login, Error, LoginError, Network, Runtime};
use sechat_fixtures::{Access, Listener, ListenerOptions, Room};

use super::stage::{network, read_until, setup};
use super::{Adapter, Stage};
use crate::{BOT, EMAIL, PRIVATE, ROOM};

/// A bot logs in, hears and is heard, and has left when it says so.
pub fn connects_and_takes_leave<A: Adapter>() {
    A::block_on(async {
        let stage = Stage::new(A::runtime(network()), setup());
        stage.play(talks(&stage)).await;
    });
}

async fn talks<R: Runtime>(stage: &Stage<R>) {
    let chat = stage.chat();
    let room = chat.join(ROOM).await.expect("a room");
    let mut events = room.events();
    let sent = room.send("Anybody?").await.expect("a post");
    stage.sees("a socket", |server| server.sockets().len() == 1).await;
    let answered = stage.ada_says(ROOM, "Me");
    assert_eq!(read_until(&mut events, "Me").await, ["Anybody?", "Me"]);
    assert_eq!(stage.look(|server| server.messages(ROOM).iter().map(|m| m.id).collect::<Vec<_>>()), [sent, answered]);
    chat.close().await.expect("an end");
    assert!(!stage.look(|server| server.present(ROOM).contains(&BOT)));
    while events.next().await.is_some() {}
    assert_eq!(events.result(), Ok(()));
    stage.sees("no socket", |server| server.sockets().is_empty()).await;
}

/// Whoever is refused learns why.
pub fn says_why_it_is_refused<A: Adapter>() {
    A::block_on(async {
        let setup = setup().room(Room::new(PRIVATE, "Secret").access(Access::Private));
        let stage = Stage::new(A::runtime(network()), setup);
        stage.play(refused(&stage)).await;
        // Without connections from before: on one of those the request may have gone out.
        let stage = Stage::at(A::runtime(network()), stage.listener);
        stage.play(nobody_listens(&stage)).await;
    });
}

async fn refused<R: Runtime>(stage: &Stage<R>) {
    let chat = stage.chat();
    let closed = chat.join(PRIVATE).await.map(drop);
    assert!(matches!(closed, Err(Error::Refused { .. } | Error::RoomClosed { .. })), "{closed:?}");
    let session = chat.log_in().await.expect("a session");

    let mut config = stage.config();
    config.access = Login::login(EMAIL, "wrong", None);
    let wrong = stage.connect(config).log_in().await.map(drop);
    assert_eq!(wrong, Err(Error::Login(LoginError::WrongPassword)));

    stage.listener.with_server(|server, _| server.demand_captcha(true));
    assert_eq!(stage.chat().log_in().await.map(drop), Err(Error::Login(LoginError::Captcha)));

    stage.listener.with_server(|server, _| server.expire_sessions());
    let mut config = stage.config();
    config.access = Login::Credentials(session.into());
    assert_eq!(stage.connect(config).log_in().await.map(drop), Err(Error::SessionExpired));
}

async fn nobody_listens<R: Runtime>(stage: &Stage<R>) {
    let mut config = stage.config();
    config.attempts = NonZeroU32::MIN;
    let chat = stage.connect(config);
    let result = stage.while_nobody_listens(async { chat.log_in().await }).await.map(drop);
    assert!(matches!(&result, Err(Error::Transport(error)) if !error.sent), "{result:?}");
}

/// TLS with the right authority, and none with another.
pub fn trusts_only_whom_it_should<A: Adapter>() {
    A::block_on(async {
        let options = ListenerOptions::new(setup()).tls();
        let other = Listener::start_with(options.clone()).expect("a free port");
        let listener = Arc::new(Listener::start_with(options).expect("a free port"));
        let trusting = |listener: &Listener| {
            let pem = listener.authority_pem().expect("TLS");
            let network: Network = network().add_root_certificate_pem(pem).expect("a certificate");
            A::runtime(network)
        };
        let trusted = Stage::at(trusting(&listener), Arc::clone(&listener));
        trusted.play(talks(&trusted)).await;

        let distrusted = Stage::at(trusting(&other), listener);
        let before = distrusted.look(|server| server.audit().count);
        let mut config = distrusted.config();
        config.attempts = NonZeroU32::MIN;
        let result = distrusted.play(distrusted.connect(config).log_in()).await.map(drop);
        assert!(matches!(&result, Err(Error::Transport(error)) if !error.sent), "{result:?}");
        assert_eq!(distrusted.look(|server| server.audit().count), before, "nothing was said");
    });
}
