//! What a person is told when something fails: what, why, and what to do; with the one table of
//! exit codes. Each layer has its own errors and knows nothing of this file.

mod machine;
mod network;
mod provider;

pub use machine::{CLOSE_IT, MAKE_ROOM};
pub use network::SET_CLOCK;

use std::fmt::Display;
use std::io;

use serde::{Serialize, Serializer};

use crate::account_id::AccountId;
use crate::system::files::is_full;

/// The exit codes. Never renumbered: scripts and cron jobs rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Refused or cancelled by the person, or unexpected.
    Refused = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// Network, rate limit, trouble at the provider, a shared store that does not answer.
    TryLater = 3,
    /// The saved sign-in is no longer accepted, or there is none.
    SignInNeeded = 4,
    /// Token store locked or damaged, a keychain that cannot be reached, a shared store that refuses
    /// this machine.
    Store = 5,
    /// The provider's answer was refused or failed a check.
    BadAnswer = 6,
    /// Another run holds the account's lock, or another program a file.
    Busy = 7,
}

impl Exit {
    /// Of several accounts' failures the one to exit with: the most urgent.
    pub const BY_URGENCY: [Self; 7] = [
        Self::Store,
        Self::SignInNeeded,
        Self::BadAnswer,
        Self::Busy,
        Self::TryLater,
        Self::Usage,
        Self::Refused,
    ];

    /// What ends with this code, by its stable name, and what to do about it.
    pub(crate) fn means(self, code: &'static str, hint: impl Into<String>) -> Meaning {
        Meaning { exit: self, code, hint: hint.into(), http_status: None }
    }

    /// Every code with its meaning, in the words of help, manual and README.
    pub const MEANINGS: [(&'static str, &'static str); 9] = [
        ("0", "done, also when there was nothing to do"),
        ("1", "refused or cancelled by the person, or unexpected"),
        ("2", "wrong usage or configuration"),
        ("3", "try later: network, rate limit, provider or shared store away"),
        ("4", "sign-in needed"),
        ("5", "token store locked, damaged or closed to this machine"),
        ("6", "the provider's answer was refused or failed a check"),
        ("7", "another run holds the account's lock, or another program a file"),
        ("130, 143, 129", "interrupted by Ctrl-C, kill, a closed terminal"),
    ];
}

/// How hints speak of connecting an account that they do not know, and what then follows its name.
const CONNECT: [(&str, &str); 5] = [
    ("connect with --store file", " --store file"),
    ("connect the account again", ""),
    ("connect it again", ""),
    ("connect it first", ""),
    ("connect again", ""),
];

/// A failure, ready to be shown.
#[derive(Clone, Debug)]
pub struct Error {
    /// What was attempted: `could not refresh zaehlerfreunde`.
    pub what: String,
    pub why: String,
    /// What to do; empty where nothing can be done.
    pub hint: String,
    /// A stable name for programs.
    pub code: &'static str,
    pub exit: Exit,
    pub account: Option<AccountId>,
    pub http_status: Option<u16>,
}

/// For programs; `code` is stable.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = serde_json::json!({
            "code": self.code,
            "message": format!("{}: {}", self.what, self.why),
            "hint": self.hint,
            "account": self.account,
            "http_status": self.http_status,
            "exit": self.exit as u8,
        });
        members.serialize(serializer)
    }
}

/// What an error means for the person: the other half of its text.
pub struct Meaning {
    pub exit: Exit,
    pub code: &'static str,
    pub hint: String,
    /// The status of the answer that it is about.
    http_status: Option<u16>,
}

impl Meaning {
    fn at(self, status: u16) -> Self {
        Self { http_status: Some(status), ..self }
    }
}

/// An error whose cure is known here.
pub trait Explain: Display {
    fn meaning(&self) -> Meaning;
}

impl Error {
    pub fn new(what: impl Into<String>, cause: &dyn Explain) -> Self {
        Self::of(what, cause.to_string(), cause.meaning())
    }

    /// A failure that no layer's error stands for.
    pub fn of(what: impl Into<String>, why: impl Into<String>, meaning: Meaning) -> Self {
        let Meaning { exit, code, hint, http_status } = meaning;
        Self { what: what.into(), why: why.into(), hint, code, exit, account: None, http_status }
    }

    /// Wrong usage: what is wrong, and how it is right.
    pub fn usage(what: impl Into<String>, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::of(what, why, Exit::Usage.means("usage", hint))
    }

    /// The saved sign-in is gone or was never made.
    pub fn sign_in_needed(
        what: impl Into<String>,
        why: impl Into<String>,
        account: &AccountId,
    ) -> Self {
        let hint = format!("partnerlink connect {account}");
        Self::of(what, why, Exit::SignInNeeded.means("sign-in-needed", hint)).about(account)
    }

    /// The provider or the network cannot do it now. `doubtful`: whether a refresh token was spent
    /// is unknown.
    pub fn try_later(
        what: impl Into<String>,
        why: impl Into<String>,
        status: Option<u16>,
        doubtful: bool,
    ) -> Self {
        Self::of(what, why, Meaning { http_status: status, ..provider::later(doubtful) })
    }

    /// Something outside that no table foresees: a pipe, a child process, the disk under a file that
    /// is being written.
    pub fn io(what: impl Into<String>, error: &io::Error) -> Self {
        let hint = if is_full(error) { MAKE_ROOM } else { "" };
        Self::of(what, error.to_string(), Exit::Refused.means("io", hint))
    }

    /// With the account that it is about. What the tables of errors say of connecting it becomes the
    /// command, ready to be typed.
    #[must_use]
    pub fn about(mut self, account: &AccountId) -> Self {
        for (said, options) in CONNECT {
            let command = format!("partnerlink connect {account}{options}");
            let hint = self.hint.replace(&format!(": {said}"), &format!(": {command}"));
            self.hint = match hint == said {
                true => command,
                false => hint.replace(said, &format!("run: {command}")),
            };
        }
        self.account = Some(account.clone());
        self
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// How a command fails: with something yet to be told, or with all of it told already.
#[derive(Debug)]
pub enum Failed {
    Tell(Box<Error>),
    Told(Exit),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Tell(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sealed files are read back as well, and their disk is no keychain.
    #[test]
    fn a_store_that_gives_back_something_else_has_the_remedy_of_either_kind() {
        let differs = crate::store::StoreError::ReadBackDiffers(crate::store::Item::Probe);
        let hint = Error::new("could not save", &differs).hint;
        assert!(hint.contains("their disk") && hint.contains("--store file"), "{hint}");
        assert!(!hint.contains("keychain"), "{hint}");
    }

    #[test]
    fn a_full_disk_has_a_remedy_wherever_it_is_met() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Error::io("could not fetch readings", &full()).hint, MAKE_ROOM);
        let path = std::path::PathBuf::from("a/b");
        let store = crate::store::StoreError::io("could not write", &path, full());
        assert_eq!(Error::new("could not move", &store).code, "store-full");
        let config = crate::config::ConfigError::NotWritten { path: path.clone(), source: full() };
        assert_eq!(Error::new("could not set", &config).hint, MAKE_ROOM);
        let output =
            crate::system::FileError::Io { action: "could not open", path, source: full() };
        assert_eq!(Error::new("could not fetch readings", &output).hint, MAKE_ROOM);
    }
}
