//! Simulated servers for clients in other languages: one for each line of standard input, which says which switches are
//! flipped there (`wait_text=NoDot expired=Page`; none on an empty line). Its address is the answer; `switches` is answered
//! with all that can be flipped. All of them end with the input.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};

use sechat_core::{RoomId, UserId};
use sechat_fixtures::{Listener, Room, Setup, Switches, User};

fn main() -> Result<(), Box<dyn Error>> {
    let mut servers = Vec::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line == "switches" {
            for name in Switches::NAMES {
                writeln!(out, "{name} {}", Switches::others(name).join(" "))?;
            }
            writeln!(out)?;
            out.flush()?;
            continue;
        }
        let mut switches = Switches::default();
        for flip in line.split_whitespace() {
            let (name, value) = flip.split_once('=').ok_or("NAME=VALUE")?;
            switches.set(name, value)?;
        }
        let setup = Setup::empty()
            .account("bot@example.com", "correct horse", User::new(UserId(101), "Bot"))
            .account("ada@example.com", "analytical engine", User::new(UserId(102), "Ada"))
            .room(Room::new(RoomId(1), "Sandbox"))
            .room(Room::new(RoomId(2), "Other Room"))
            .switches(switches);
        let server = Listener::start(setup)?;
        writeln!(out, "{}", server.url())?;
        out.flush()?;
        servers.push(server);
    }
    Ok(())
}
