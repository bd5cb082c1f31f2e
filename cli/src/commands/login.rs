//! `sechat login`.

use clap::Args;
use sechat_blocking::{Access, Credentials, Error};
use sechat_fixtures::recording::Hidden;
use serde_json::json;

use crate::exit::{Code, EXIT_CODES, Failure};
use crate::session::SessionFile;
use crate::target::Target;
use crate::{output, plain, secret, tape};

const EXAMPLES: &str = "\
Examples:
  sechat login                                         Asks for the e-mail address and the password
  sechat login --email bot@example.com                 Asks for the password
  SECHAT_PASSWORD=… sechat login --email …             Asks for nothing
  sechat login --server chat.stackoverflow.com         Each server has a session of its own
  sechat login --cookies                               The way in while the site wants a CAPTCHA
";

/// Log in, and store the session for the other commands
///
/// The password comes from the environment variable SECHAT_PASSWORD or from a prompt; there is no option for it, since
/// every user of a machine sees the options of every program. It is not stored: the session is.
///
/// A stored session that is still good is kept, for the site asks for a CAPTCHA after a few logins.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Login {
    #[command(flatten)]
    target: Target,

    /// The e-mail address of the account; asked for if it is missing
    #[arg(long, env = "SECHAT_EMAIL")]
    email: Option<String>,

    /// Use the acct and prov cookies of a browser that is logged in
    ///
    /// They come from SECHAT_ACCT and SECHAT_PROV or from prompts. A browser shows them in its developer tools, under
    /// the site that one logs in on.
    #[arg(long)]
    cookies: bool,

    /// Log in even if the stored session is still good
    #[arg(long)]
    again: bool,

    /// Print one line of JSON: server, user_id, user_name, session_file, new
    #[arg(long)]
    json: bool,
}

impl Login {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let file = self.target.session()?;
        let stored = file.read(&self.target.server)?;
        file.prepare()?;
        if let Some(stored) = stored.filter(|_| !self.again)
            && let Some(session) = self.still_good(stored)?
        {
            session.save(file.path())?;
            return self.say(&file, &session, false);
        }
        let session = self.target.connect(self.access()?)?.log_in().map_err(|error| match error {
            Error::SessionExpired => Failure::new(Code::Login, "the server does not take these cookies").hint(
                "Copy both values whole, from the site that one logs in on, while the browser is logged in there.",
            ),
            error => error.into(),
        })?;
        session.save(file.path())?;
        self.say(&file, &session, true)
    }

    fn still_good(&self, stored: Credentials) -> Result<Option<Credentials>, Failure> {
        match self.target.connect(Access::Credentials(stored.into()))?.log_in() {
            Ok(session) => Ok(Some(session)),
            Err(Error::SessionExpired) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn access(&self) -> Result<Access, Failure> {
        if self.cookies {
            let acct = tape::typed(Hidden::Acct, || secret::from("SECHAT_ACCT", "acct cookie"))?;
            let prov = tape::typed(Hidden::Prov, || secret::from("SECHAT_PROV", "prov cookie"))?;
            return Ok(Access::Credentials(Credentials::from_cookies(self.target.server.clone(), acct, prov)?.into()));
        }
        let email = match tape::given(Hidden::Email, self.email.as_deref()) {
            Some(placeholder) => placeholder,
            None => tape::typed(Hidden::Email, || match &self.email {
                Some(email) => Ok(email.clone()),
                None => secret::ask("e-mail address", "--email"),
            })?,
        };
        let password = tape::typed(Hidden::Password, || secret::from("SECHAT_PASSWORD", "password"))?;
        Ok(Access::login(email, password, None))
    }

    fn say(&self, file: &SessionFile, session: &Credentials, new: bool) -> Result<(), Failure> {
        let (server, path) = (session.server(), file.path().display());
        if self.json {
            output::json(&json!({
                "server": server,
                "user_id": session.user_id(),
                "user_name": session.user_name(),
                "session_file": file.path(),
                "new": new,
            }))?;
            return Ok(());
        }
        let name = plain::harmless(session.user_name().unwrap_or_default());
        let id = session.user_id().unwrap_or_default();
        output::line(if new {
            format!("Logged in to {server} as {name} (user {id}). The session is in {path}.")
        } else {
            format!("Still logged in to {server} as {name} (user {id}); --again logs in anew.")
        })?;
        Ok(())
    }
}
