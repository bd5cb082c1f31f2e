//! Who and what is there when the simulated server starts.

use std::str::FromStr;

use sechat_blocking::{RoomId, UserId};
use sechat_fixtures::{Room, Setup, User};
use serde::Serialize;

/// The first account is this user; the others follow.
const FIRST_USER: i64 = 101;
const PERSON: &str = "Ada";

/// `EMAIL:PASSWORD:NAME`, as given.
#[derive(Debug, Clone)]
pub(super) struct NewAccount {
    email: String,
    password: String,
    name: String,
}

pub(super) struct Cast {
    pub(super) accounts: Vec<Account>,
    pub(super) rooms: Vec<NamedRoom>,
    /// Who talks without having a client: somebody of the name Ada, who may be an account as well.
    pub(super) person: UserId,
}

#[derive(Serialize)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) user_id: UserId,
    pub(super) name: String,
}

#[derive(Serialize)]
pub(super) struct Person {
    pub(super) user_id: UserId,
    pub(super) name: &'static str,
}

#[derive(Serialize)]
pub(super) struct NamedRoom {
    pub(super) id: RoomId,
    pub(super) name: String,
}

impl Cast {
    pub(super) fn new(accounts: &[NewAccount], rooms: &[String]) -> Self {
        let usual = [NewAccount {
            email: "bot@example.com".to_owned(),
            password: "correct horse".to_owned(),
            name: "Bot".to_owned(),
        }];
        let accounts = if accounts.is_empty() { usual.as_slice() } else { accounts };
        let accounts: Vec<Account> = accounts
            .iter()
            .cloned()
            .zip((FIRST_USER..).map(UserId))
            .map(|(NewAccount { email, password, name }, user_id)| Account { email, password, user_id, name })
            .collect();
        let usual = ["Sandbox".to_owned()];
        let rooms = if rooms.is_empty() { usual.as_slice() } else { rooms };
        let rooms = (1..).map(RoomId).zip(rooms.iter().cloned()).map(|(id, name)| NamedRoom { id, name }).collect();
        let next = accounts.last().map_or(FIRST_USER, |last| last.user_id.0 + 1);
        let person = accounts.iter().find(|account| account.name == PERSON).map_or(UserId(next), |ada| ada.user_id);
        Self { accounts, rooms, person }
    }

    /// Those without an account.
    pub(super) fn people(&self) -> Vec<Person> {
        let has_account = self.accounts.iter().any(|account| account.user_id == self.person);
        if has_account { Vec::new() } else { vec![Person { user_id: self.person, name: PERSON }] }
    }

    /// The name by which others mention the first account.
    pub(super) fn called(&self) -> String {
        self.accounts.first().map(|account| account.name.split_whitespace().collect()).unwrap_or_default()
    }

    pub(super) fn setup(&self) -> Setup {
        let mut setup = Setup::empty();
        for person in self.people() {
            setup = setup.user(User::new(person.user_id, person.name));
        }
        for account in &self.accounts {
            setup = setup.account(&account.email, &account.password, User::new(account.user_id, &account.name));
        }
        for room in &self.rooms {
            setup = setup.room(Room::new(room.id, &room.name));
        }
        setup
    }
}

impl FromStr for NewAccount {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(email), Some(password), Some(name)) if ![&email, &password, &name].iter().any(|p| p.is_empty()) => {
                Ok(Self { email, password, name })
            }
            _ => Err("EMAIL:PASSWORD:NAME is wanted, with something in each place"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_there_are_a_bot_ada_and_a_room() {
        let cast = Cast::new(&[], &[]);
        assert_eq!((cast.accounts[0].user_id, cast.accounts[0].name.as_str()), (UserId(101), "Bot"));
        assert_eq!(cast.people()[0].user_id, UserId(102));
        assert_eq!((cast.rooms[0].id, cast.rooms[0].name.as_str()), (RoomId(1), "Sandbox"));
    }

    #[test]
    fn ada_may_have_an_account() {
        let accounts = ["b@x:p q:Bot: the second", "a@x:p:Ada"].map(|text| text.parse::<NewAccount>().unwrap());
        let cast = Cast::new(&accounts, &["One".to_owned(), "Two".to_owned()]);
        assert_eq!(cast.accounts[0].name, "Bot: the second");
        assert_eq!((cast.person, cast.people().is_empty()), (UserId(102), true));
        assert_eq!(cast.rooms[1].id, RoomId(2));
        for bad in ["", "a:b", "a::c", ":b:c", "a:b:"] {
            assert!(bad.parse::<NewAccount>().is_err(), "{bad}");
        }
    }
}
