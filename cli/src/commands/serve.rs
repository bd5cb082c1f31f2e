//! `sechat serve`.

mod cast;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use clap::Args;
use sechat_blocking::RoomId;
use sechat_fixtures::{Listener, ListenerOptions};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::exit::{Code, EXIT_CODES, Failure};
use crate::target::shell_word;
use crate::{interrupt, output, values};
use cast::{Account, Cast, NewAccount};

const EXAMPLES: &str = "\
Examples:
  sechat serve
  sechat serve --listen 8080 --say 5
  sechat serve --account 'a@example.com:secret:Alice' --account 'b@example.com:secret:Bob'
  sechat serve --tls
Then, in another terminal:
  SECHAT_PASSWORD='correct horse' sechat login --server http://127.0.0.1:8080 --email bot@example.com
  sechat tail 1 --server http://127.0.0.1:8080
";

/// Run a simulated chat server to try bots against
///
/// It speaks the protocol of the real servers, throttle included, to clients in any language: one port plays the chat and
/// the site that one logs in on. In a browser on this machine, /rooms/1 is a page to talk on and to cause trouble for bots.
/// All it knows is gone when it ends, at Ctrl-C.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Serve {
    /// Where to listen: a port of this machine, or an address and a port; port 0 is any free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "[ADDRESS:]PORT", value_parser = values::listen)]
    listen: SocketAddr,

    /// Speak TLS, with a certificate authority made for this run
    ///
    /// The authority's certificate is put into a file that is named at the start and removed at the end.
    #[arg(long)]
    tls: bool,

    /// An account to log in with, instead of bot@example.com; may be given more than once
    ///
    /// The password is printed and stands in the list of processes: make one up.
    #[arg(long = "account", value_name = "EMAIL:PASSWORD:NAME")]
    accounts: Vec<NewAccount>,

    /// A room, instead of "Sandbox"; may be given more than once. They are numbered from 1
    #[arg(long = "room", value_name = "NAME")]
    rooms: Vec<String>,

    /// Let Ada post a message to the first account, in room 1, every so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    say: Option<u64>,

    /// End when standard input does, so that the server does not outlive the script that started it
    #[arg(long)]
    until_eof: bool,

    /// Print one line of JSON: url, accounts, people, rooms, ca_file
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let cast = Cast::new(&self.accounts, &self.rooms);
        let options = ListenerOptions::new(cast.setup()).address(self.listen).local_chat();
        let listener = Listener::start_with(if self.tls { options.tls() } else { options })
            .map_err(|error| Failure::new(Code::Other, format!("cannot listen on {}: {error}", self.listen)))?;
        for person in cast.people() {
            listener.with_server(|server, now| server.enter(now, person.user_id, RoomId(1)));
        }
        let authority = listener.authority_pem().map(keep).transpose()?;
        let ended = self.end_of_it()?;
        self.announce(&listener, &cast, authority.as_ref())?;
        self.wait(&listener, &cast, &ended);
        Ok(())
    }

    fn announce(&self, listener: &Listener, cast: &Cast, authority: Option<&NamedTempFile>) -> Result<(), Failure> {
        let url = listener.url();
        let ca_file = authority.map(NamedTempFile::path);
        if self.json {
            output::json(&json!({
                "url": url,
                "accounts": cast.accounts,
                "people": cast.people(),
                "rooms": cast.rooms,
                "ca_file": ca_file,
            }))?;
            return Ok(());
        }
        output::line(format_args!("A simulated chat server listens on {url} until Ctrl-C."))?;
        for account in &cast.accounts {
            let (email, password, id, name) = (&account.email, &account.password, account.user_id, &account.name);
            output::line(format_args!("  account  {email}, password \"{password}\": {name}, user {id}"))?;
        }
        for person in cast.people() {
            output::line(format_args!("  person   {}, user {}, in room 1", person.name, person.user_id))?;
        }
        for room in &cast.rooms {
            output::line(format_args!("  room     {} \"{}\"", room.id, room.name))?;
        }
        if let Some(file) = ca_file {
            output::line(format_args!("  CA       {} (use it with --ca)", file.display()))?;
        }
        output::line(format_args!("See it and talk in a browser: {}/rooms/1", from_here(listener)))?;
        output::line(format_args!("Try: sechat tail 1 --anonymous --server {url}"))?;
        if let Some(Account { email, password, .. }) = cast.accounts.first() {
            let (email, password) = (shell_word(email), shell_word(password));
            output::line("To point a bot here, as the examples are:")?;
            output::line(format_args!("  export SECHAT_SERVER={url} SECHAT_EMAIL={email} SECHAT_PASSWORD={password}"))?;
            output::line(format_args!(
                "Or in its code, in place of Server::StackExchange: \"{url}\".parse::<Server>()?"
            ))?;
        }
        Ok(())
    }

    /// Hears of Ctrl-C, and of the end of standard input if that counts.
    fn end_of_it(&self) -> Result<Receiver<()>, Failure> {
        let (sender, ended) = channel();
        if self.until_eof {
            let sender = sender.clone();
            thread::spawn(move || {
                let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
                let _ = sender.send(());
            });
        }
        interrupt::at_first(move || {
            let _ = sender.send(());
        })?;
        Ok(ended)
    }

    fn wait(&self, listener: &Listener, cast: &Cast, ended: &Receiver<()>) {
        let pace = self.say.map_or(Duration::MAX, Duration::from_secs);
        let called = cast.called();
        let mut count = 1_u64;
        while ended.recv_timeout(pace) == Err(RecvTimeoutError::Timeout) {
            let text = format!("@{called} this is message {count}.");
            listener.with_server(|server, now| server.say(now, cast.person, RoomId(1), &text));
            count += 1;
        }
    }
}

/// The address by which browsers on this machine reach it: the page is for them alone.
fn from_here(listener: &Listener) -> String {
    let url = listener.url();
    if !listener.addr().ip().is_unspecified() {
        return url;
    }
    let scheme = url.split("://").next().unwrap_or("http");
    format!("{scheme}://localhost:{}", listener.addr().port())
}

/// Puts the certificate where clients can read it, for as long as the server runs.
fn keep(pem: &str) -> Result<NamedTempFile, Failure> {
    let mut file = tempfile::Builder::new().prefix("sechat-ca-").suffix(".pem").tempfile()?;
    file.write_all(pem.as_bytes())?;
    Ok(file)
}
