//! What an account logs in with.

use std::fmt;

use crate::Secret;
use crate::endpoint::{SubmitLogin, ValidateLogin};

pub(super) struct Account {
    email: String,
    password: Secret,
}

impl Account {
    pub(super) fn new(email: &str, password: &Secret) -> Self {
        Self { email: email.to_owned(), password: password.clone() }
    }

    pub(super) fn validation(&self, fkey: &Secret) -> ValidateLogin {
        ValidateLogin { email: self.email.clone(), password: self.password.clone(), fkey: fkey.clone() }
    }

    pub(super) fn submission(&self, fkey: &Secret) -> SubmitLogin {
        SubmitLogin { email: self.email.clone(), password: self.password.clone(), fkey: fkey.clone() }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account")
    }
}
