//! Secrets: from the environment or from a terminal, never from the command line, where every user of the machine sees them.

use std::env;
use std::io::{self, IsTerminal, Write as _};

use crate::exit::{Code, Failure};

/// The value of a variable, or what is typed without being shown.
pub(crate) fn from(variable: &str, prompt: &str) -> Result<String, Failure> {
    if let Some(value) = env::var(variable).ok().filter(|value| !value.is_empty()) {
        return Ok(value);
    }
    let typed = io::stdin().is_terminal().then(|| rpassword::prompt_password(format!("{prompt}: ")));
    typed.and_then(Result::ok).filter(|typed| !typed.is_empty()).ok_or_else(|| {
        Failure::new(Code::Usage, format!("there is no {prompt}"))
            .hint(format!("Put it into the environment variable {variable}, or type it at a terminal."))
    })
}

/// What is typed, shown. Not for secrets.
pub(crate) fn ask(prompt: &str, option: &str) -> Result<String, Failure> {
    let mut line = String::new();
    if io::stdin().is_terminal() {
        eprint!("{prompt}: ");
        io::stderr().flush()?;
        io::stdin().read_line(&mut line)?;
    }
    let typed = line.trim();
    if typed.is_empty() {
        return Err(Failure::new(Code::Usage, format!("there is no {prompt}")).hint(format!("Give it with {option}.")));
    }
    Ok(typed.to_owned())
}
