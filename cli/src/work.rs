//! A few calls, with the stored session or without an account.

use clap::Args;
use sechat_blocking::{Access, Chat, Credentials};

use crate::exit::Failure;
use crate::session::SessionFile;
use crate::target::Target;

/// For commands that need no account.
#[derive(Debug, Args)]
pub(crate) struct Reader {
    /// Do not use the stored session
    ///
    /// Without a session this reads public rooms all the same.
    #[arg(long)]
    anonymous: bool,

    #[command(flatten)]
    target: Target,
}

impl Target {
    /// Does something with the stored session, and stores what became of that.
    pub(crate) fn work<T>(&self, work: impl FnOnce(&Chat) -> Result<T, Failure>) -> Result<T, Failure> {
        let file = self.session()?;
        let session = file.require(&self.server).map_err(|failure| self.advise(failure))?;
        self.work_as(&file, Some(&session), work)
    }

    fn work_as<T>(
        &self,
        file: &SessionFile,
        session: Option<&Credentials>,
        work: impl FnOnce(&Chat) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let access = session.map_or(Access::Anonymous, |session| Access::Credentials(session.clone().into()));
        let chat = self.connect(access)?;
        let result = work(&chat).map_err(|failure| self.advise(failure));
        if let Some(session) = session {
            file.renew(session, &chat);
        }
        // What was to be done is done or has failed, whatever the end comes to.
        let _ = chat.close();
        result
    }
}

impl Reader {
    /// Reads something, with the stored session if there is one.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Chat) -> Result<T, Failure>) -> Result<T, Failure> {
        let file = self.target.session()?;
        let session = if self.anonymous { None } else { file.read(&self.target.server)? };
        self.target.work_as(&file, session.as_ref(), read)
    }
}
