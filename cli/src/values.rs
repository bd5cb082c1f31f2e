//! Values of the command line, read with a word of advice where they make no sense.

use std::net::{Ipv4Addr, SocketAddr};

use sechat_blocking::{MessageId, RoomId, Server, UserId};

pub(crate) fn room(text: &str) -> Result<RoomId, String> {
    text.parse().map_err(|_| "a room is named by its number: the 1 of …/rooms/1/sandbox".to_owned())
}

pub(crate) fn message(text: &str) -> Result<MessageId, String> {
    text.parse().map_err(|_| "a message is named by its id: the number at the end of its permalink".to_owned())
}

pub(crate) fn user(text: &str) -> Result<UserId, String> {
    text.parse().map_err(|_| "a user is named by the chat id: the 101 of …/users/101/ada".to_owned())
}

pub(crate) fn server(text: &str) -> Result<Server, String> {
    let wanted = "give chat.stackexchange.com, chat.stackoverflow.com, chat.meta.stackexchange.com, or the whole \
                  address of a simulated server, such as http://127.0.0.1:8080";
    text.parse().map_err(|error| if text.contains("://") { format!("{error}") } else { wanted.to_owned() })
}

/// An address and a port, or a port of this machine.
pub(crate) fn listen(text: &str) -> Result<SocketAddr, String> {
    let wanted = "give a port, such as 8080, or an address and a port, such as 127.0.0.1:8080";
    let port = text.strip_prefix(':').or(text.strip_prefix("localhost:")).unwrap_or(text);
    match port.parse::<u16>() {
        Ok(port) => Ok((Ipv4Addr::LOCALHOST, port).into()),
        Err(_) => text.parse().map_err(|_| wanted.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_one_of_this_machine() {
        for text in ["8080", ":8080", "localhost:8080", "127.0.0.1:8080"] {
            assert_eq!(listen(text).unwrap().to_string(), "127.0.0.1:8080");
        }
        assert_eq!(listen("[::1]:0").unwrap().to_string(), "[::1]:0");
        for text in ["", "a", "99999", "::1", "127.0.0.1", "example.com:80"] {
            assert!(listen(text).unwrap_err().contains("8080"), "{text}");
        }
    }

    #[test]
    fn a_server_is_named_or_addressed_whole() {
        assert_eq!(server("chat.stackoverflow.com"), Ok(Server::StackOverflow));
        assert!(server("http://127.0.0.1:1").is_ok());
        assert!(server("example.com").unwrap_err().contains("http://127.0.0.1:8080"));
        assert!(server("http://example.com").unwrap_err().contains("use https"));
    }
}
