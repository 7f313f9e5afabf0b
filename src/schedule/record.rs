//! The record of the last refresh that ran without a person, without secrets.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::clock::{self, CLOCKS_DIFFER, Timestamp};
use crate::system::files::{self, Durability, Mode};
use crate::system::paths::Folders;
use crate::text::printable;

/// What came of an unattended `token refresh`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// When it ended.
    pub at: Timestamp,
    /// What started it: `systemd`, `cron`, `launchd`, `windows`.
    pub by: String,
    /// Its exit code.
    pub exit: u8,
    /// How many accounts came out how, by the words of `token refresh`: `refreshed`, `unchanged`,
    /// `nothing-to-refresh`, `try-later`, `sign-in-needed`, `failed`.
    pub accounts: BTreeMap<String, u32>,
}

/// How long ago the last run may be while all is well, in seconds: schedules run once a day at
/// least, and a machine may have been off for a day.
const OLD: i64 = 2 * 86_400;

impl LastRun {
    /// Whether so much time has passed since that nothing runs any more; or it lies in the future.
    pub fn is_old(&self, now: Timestamp) -> bool {
        !(-CLOCKS_DIFFER..OLD).contains(&clock::seconds_between(self.at, now))
    }

    /// Whether a schedule of this kind started it; on which machine may stand behind that.
    pub fn is_by(&self, kind: Kind) -> bool {
        let by = self.by.split(' ').next().unwrap_or_default();
        by == kind.word() || kind == Kind::SystemdSystem && by == Kind::Systemd.word()
    }

    /// Keeps it in place of the one before.
    pub fn keep(&self, folders: &Folders) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        // Two schedules may end together.
        let _lock = files::lock_folder(folders.state());
        files::replace(&folders.last_run_file(), &bytes, Mode::Private, Durability::Content)
    }

    /// The run in a sentence for people.
    pub fn sentence(&self, now: Timestamp) -> String {
        let (at, counts) = (clock::for_people(self.at, now), self.counts());
        let age = match clock::seconds_between(self.at, now) {
            _ if !self.is_old(now) => String::new(),
            age @ 0.. => format!(", {} ago", clock::length_for_people(age.unsigned_abs())),
            _ => ", by a clock that was ahead".to_owned(),
        };
        let text = format!(
            "Last refresh without a person: {at} by {}{age}, exit {} ({counts})",
            self.by, self.exit
        );
        printable(&text)
    }

    /// `3 refreshed, 1 sign-in-needed`
    fn counts(&self) -> String {
        let counts: Vec<String> =
            self.accounts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        if counts.is_empty() { "no accounts".to_owned() } else { counts.join(", ") }
    }
}

/// The last unattended refresh on record. A damaged record counts as none: the next run makes it
/// again.
pub fn last_run(folders: &Folders) -> Option<LastRun> {
    serde_json::from_slice(&fs::read(folders.last_run_file()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_is_kept_and_a_damaged_record_counts_as_none() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::resolve(Some(root.path())).unwrap();
        assert_eq!(last_run(&folders), None);
        let accounts = [("refreshed".to_owned(), 3), ("try-later".to_owned(), 1)].into();
        let run = LastRun { at: Timestamp::UNIX_EPOCH, by: "cron".into(), exit: 3, accounts };
        run.keep(&folders).unwrap();
        assert_eq!(last_run(&folders).as_ref(), Some(&run));
        assert_eq!(run.counts(), "3 refreshed, 1 try-later");
        fs::write(folders.last_run_file(), "{").unwrap();
        assert_eq!(last_run(&folders), None);
        assert_eq!(fs::read_dir(folders.state()).unwrap().count(), 1, "no temporary file stays");
    }
}
