//! One connection out of several addresses.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

/// The usual pause before another address is tried as well.
pub const STAGGER: Duration = Duration::from_millis(250);

/// Connects to the address that answers first, after RFC 8305.
///
/// An attempt is joined by the next one when `pause`, usually [`STAGGER`] long, is over, and replaced by it at once
/// when it fails. One after the other would not do: where IPv6 is configured but leads nowhere, the first attempt alone
/// takes longer than any request may.
///
/// Fails as the last attempt did, or if there are no addresses.
pub async fn race<S, C, P>(
    addresses: impl IntoIterator<Item = SocketAddr>,
    connect: impl Fn(SocketAddr) -> C,
    pause: impl Fn() -> P,
) -> io::Result<S>
where
    C: Future<Output = io::Result<S>>,
    P: Future,
{
    let mut addresses = alternating(addresses).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut failure = io::Error::new(ErrorKind::NotFound, "the name has no address");
    loop {
        let next = addresses.next();
        let is_last = next.is_none();
        attempts.extend(next.map(&connect));
        let ended = if is_last {
            attempts.next().await
        } else {
            match select(pin!(attempts.next()), pin!(pause())).await {
                Either::Left((ended, _)) => ended,
                Either::Right(_) => continue,
            }
        };
        match ended {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => failure = error,
            None => return Err(failure),
        }
    }
}

/// The two families in turn, beginning with the one that the system put first.
fn alternating(addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let addresses: Vec<_> = addresses.into_iter().collect();
    let v6_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == v6_first);
    let mut second = second.into_iter();
    let mut all: Vec<_> = first.into_iter().flat_map(|address| [Some(address), second.next()]).flatten().collect();
    all.extend(second);
    all
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};

    use super::*;
    use crate::blocking::wait;

    /// Addresses named by their port: odd ones are IPv6.
    fn address(port: u16) -> SocketAddr {
        let ip = if port % 2 == 1 { "::1".parse().unwrap() } else { "127.0.0.1".parse().unwrap() };
        SocketAddr::new(ip, port)
    }

    /// Races the ports; below 10 they refuse, below 20 they never answer.
    fn race_to(ports: &[u16]) -> (io::Result<u16>, Vec<u16>) {
        let tried = RefCell::new(Vec::new());
        let connect = |address: SocketAddr| {
            let port = address.port();
            tried.borrow_mut().push(port);
            async move {
                match port {
                    0..10 => Err(io::Error::other(format!("refused by {port}"))),
                    10..20 => pending().await,
                    _ => Ok(port),
                }
            }
        };
        let result = wait(race(ports.iter().map(|port| address(*port)), connect, || ready(())));
        (result, tried.into_inner())
    }

    #[test]
    fn an_address_that_leads_nowhere_holds_nothing_up() {
        let (result, tried) = race_to(&[11, 13, 20, 22]);
        assert_eq!((result.unwrap(), tried), (20, vec![11, 20]));
    }

    #[test]
    fn a_refusal_brings_the_next_one() {
        let (result, tried) = race_to(&[1, 3, 5, 20]);
        assert_eq!((result.unwrap(), tried), (20, vec![1, 20]));
        let (result, tried) = race_to(&[2, 4, 21]);
        assert_eq!((result.unwrap(), tried), (21, vec![2, 21]));
    }

    #[test]
    fn the_last_failure_is_told() {
        let (result, tried) = race_to(&[1, 2, 3]);
        assert_eq!((result.unwrap_err().to_string(), tried), ("refused by 3".to_owned(), vec![1, 2, 3]));
        assert_eq!(race_to(&[]).0.unwrap_err().kind(), ErrorKind::NotFound);
    }
}
