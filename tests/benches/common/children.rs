//! What the benches of the adapters share: each contestant is a process of its own, so that its processor time and its
//! memory are nobody else's.

#![allow(dead_code, reason = "not every bench needs everything")]

use std::fmt;
use std::future::Future;
use std::process::{Command, Stdio};
use std::str::FromStr;

use sechat_client::{Access, Config, Network, Server};
use sechat_tests::{EMAIL, PASSWORD};

/// What a bot runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adapter {
    Tokio,
    TokioOneThread,
    AsyncStd,
    Blocking,
    Smol,
}

impl Adapter {
    pub(crate) const ALL: [Self; 5] = [Self::Tokio, Self::TokioOneThread, Self::AsyncStd, Self::Blocking, Self::Smol];
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tokio => "tokio",
            Self::TokioOneThread => "tokio-one-thread",
            Self::AsyncStd => "async-std",
            Self::Blocking => "blocking",
            Self::Smol => "smol",
        })
    }
}

impl FromStr for Adapter {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|adapter| adapter.to_string() == name).ok_or_else(|| format!("no adapter {name}"))
    }
}

/// Runs a future as the adapter's users do.
pub(crate) fn on<T: Send + 'static>(adapter: Adapter, future: impl Future<Output = T>) -> T {
    match adapter {
        Adapter::Tokio => {
            tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(future)
        }
        Adapter::TokioOneThread => {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
        }
        Adapter::AsyncStd => async_std::task::block_on(future),
        Adapter::Blocking | Adapter::Smol => smol::block_on(future),
    }
}

/// What this program prints, run with these arguments.
pub(crate) fn run(args: &[&str]) -> String {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).args(args).stderr(Stdio::inherit()).output().expect("it can be run");
    assert!(output.status.success(), "{args:?} failed");
    String::from_utf8(output.stdout).expect("a text").trim().to_owned()
}

/// Prints a line: the baseline, the contestant, and their ratio in the best, the middle and the worst round.
pub(crate) fn report(name: &str, rounds: &[(f64, f64)], goal: f64) {
    let middle = |of: &dyn Fn(&(f64, f64)) -> f64| spread(rounds.iter().map(of).collect()).1;
    let (base, own) = (middle(&|round| round.0), middle(&|round| round.1));
    let (least, ratio, most) = spread(rounds.iter().map(|round| round.1 / round.0).collect());
    let met = if ratio <= goal { "yes" } else { "NO" };
    println!("  {name:18} {base:9.2} {own:9.2}   × {least:5.2} {ratio:5.2} {most:5.2}   at most {goal}: {met}");
}

/// The smallest, the middle and the largest.
pub(crate) fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}

/// The usual settings, whatever this machine's environment says.
pub(crate) fn network() -> Network {
    Network::new().no_proxy()
}

/// A bot on the simulated server at this address.
pub(crate) fn config(url: &str) -> Config {
    let server = Server::custom(url, url).expect("a good address");
    Config::new(server, Access::login(EMAIL, PASSWORD, None))
}
